# Ends without a terminal event: promises 1 and 2.

== end of the last chunk without a terminal
each
try head ; created ; delta half ; end
try kept ; head ; created ; delta whole ; completed

== clean end of a stream that ends with the connection
each
try head-close ; created ; delta half ; eof
try head ; created ; delta whole ; completed

== end in the middle of an event
try head-close ; created ; delta half ; text event: response.output_text.delta\ndata: {"type":"response.output_text.delta","del ; eof
try head ; created ; delta whole ; completed

== end in the middle of an error event
try head-close ; created ; text event: error\ndata: {"type":"error","error":{"code":"insufficient_qu ; eof
try head ; created ; delta whole ; completed

== reset
each
try head ; created ; delta half ; reset
try head ; created ; delta whole ; completed

== the terminal event without its blank line
try head-close ; delta whole ; text event: response.completed\ndata: {"type":"response.completed","response":{"status":"completed"}} ; eof

== nothing at all
each
try eof
try reset
try head ; created ; delta whole ; completed

== half a head
each
try raw HTTP/1.1 200 OK\r\nContent-Ty ; eof
try head ; created ; delta whole ; completed

== no HTTP server
each
try raw SSH-2.0-OpenSSH_9.2p1\r\n

== broken chunks
each
try head ; created ; raw zz\r\n
try head ; created ; delta whole ; completed

== two cuts, half delivered each time, then whole
each
live
try head ; created ; delta one ; reset
try head ; created ; delta on ; eof
try head ; created ; delta one two ; completed

== live: the text goes out as it comes
each
live
try head ; created ; delta one ; stall 1s ; delta  two ; stall 1s ; completed

== live on a terminal
each
live
tty
try head ; created ; delta a\x1b[31mb ; reset
try head ; created ; delta one two ; completed

== a terminal, held
each
tty
try head ; created ; delta half ; reset
try head ; created ; delta one ; delta  two ; completed

== live: on-break fail
each
live
on-break fail
try head ; created ; delta one ; error rate_limit_exceeded Please try again in 6s.

== live: on-break fail, but nothing was delivered
each
live
on-break fail
try head ; created ; error rate_limit_exceeded Please try again in 6s.
try head ; created ; delta one ; completed

== live: on-break fail, reasoning is not delivered
each
live
on-break fail
try head ; created ; reasoning hm ; reset
try head ; created ; delta one ; completed

== held: on-break fail does not matter
each
on-break fail
try head ; created ; delta one ; reset
try head ; created ; delta one ; completed

== json: discard
each
json
try head ; created ; delta one ; reset
try status 503
try kept ; head ; created ; delta one two ; completed

== json: given up
each
json
patience 5s
try status 429 retry-after=7 | {"error":{"message":"slow"}}

== the usage of broken attempts adds up
chat
try head ; data {"choices":[{"delta":{"content":"Hel"}}],"usage":{"prompt_tokens":5,"completion_tokens":1}} ; reset
try head ; data {"choices":[{"delta":{"content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2}} ; text data: [DONE]\n\n
