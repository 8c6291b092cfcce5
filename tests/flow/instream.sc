# Faults inside a 200 stream: providers.md 1.5, 2.1; promises 1, 2, 3 and 7.
# The peers keep their connections open: what is known is acted on at once.

== whole at once
each
try head ; created ; delta Hel ; delta lo ; completed ; end

== whole, the peer does not close
each
try dial 20ms ; head ; stall 1s ; created ; delta Hello ; completed

== nested error
each
try head ; created ; delta half ; error rate_limit_exceeded Please try again in 6.379s.
try head ; created ; delta whole ; completed

== nested error, most jitter
each
rnd max
try head ; created ; error rate_limit_exceeded Please try again in 6.379s.
try head ; created ; delta whole ; completed

== flat error
try head ; created ; flat-error rate_limit_exceeded Please try again in 7s.
try head ; created ; delta whole ; completed

== response.failed alone
try head ; created ; failed rate_limit_exceeded Please try again in 1m12.5s.
try head ; created ; delta whole ; completed

== both in one read
reads
try head ; created ; error rate_limit_exceeded Slow down. + failed rate_limit_exceeded Please try again in 9s.
try head ; created ; delta whole ; completed

== both, one read each: the first is acted on
try head ; created ; error rate_limit_exceeded Please try again in 2s. ; failed rate_limit_exceeded Please try again in 9s.
try head ; created ; delta whole ; completed

== bare error object
each
try head ; created ; data {"error":{"code":"server_error","message":"Oops"}}
try head ; created ; delta whole ; completed

== overload waits longer
try head ; created ; failed server_is_overloaded Busy.
try head ; created ; failed server_is_overloaded Busy.
try head ; created ; delta whole ; completed

== empty quota is one request
each
try head ; created ; error insufficient_quota You exceeded your current quota, please check.

== a request that can never fit is one request
try head ; created ; failed rate_limit_exceeded Limit 18000, Used 0, Requested 36313. Please try again in 1m1.04s.

== context overflow is one request
try head ; created ; failed context_length_exceeded Your input exceeds the context window. Adjust it and try again.

== policy is one request
try head ; created ; failed invalid_prompt Your prompt was flagged.

== the wait from the figures
try head ; created ; failed rate_limit_exceeded Rate limit reached on tokens per min (TPM): Limit 30000, Used 22999, Requested 12528.
try head ; created ; delta whole ; completed

== incomplete is an answer
each
try head ; created ; delta cut off ; incomplete

== chat: whole
chat
try head ; created ; delta Hel ; delta lo ; completed ; end

== chat: error chunk
chat
try head ; created ; delta half ; error rate_limit_exceeded Please try again in 3s.
try head ; created ; delta whole ; completed

== chat: error chunk and DONE in one read
chat
reads
try head ; created ; delta half ; error 429 Please try again in 3s. + done + end
try kept ; head ; created ; delta whole ; completed

== chat: error in choices
chat
try head ; created ; delta half ; choice-error 502 Provider returned error
try head ; created ; delta whole ; completed

== chat: error event
chat
try head ; created ; event error {"error":{"code":429,"message":"Please retry after 2 seconds."}}
try head ; created ; delta whole ; completed

== chat: a line named error
chat
try head ; created ; text error: {"code":503,"message":"Loading model","type":"unavailable_error"}\n\n
try head ; created ; delta whole ; completed

== chat: nothing but DONE is a cut
chat
try head ; done
try head ; created ; delta whole ; completed

== chat: no DONE and an open socket
chat
try head ; created ; delta whole ; finish stop

== chat: usage within the grace
chat
try head ; created ; delta whole ; finish stop ; stall 1.5s ; usage

== chat: the grace has an end
chat
try head ; created ; delta whole ; finish stop ; drip 1s 1000 data {"choices":[]}

== chat: no DONE and a reset
chat
try head ; created ; delta whole ; finish stop ; reset

== chat: no DONE, and an end in the middle of an event
chat
try head ; created ; delta whole ; finish stop ; text data: [DO ; eof

== chat: DONE without a finish
chat
try head ; created ; delta whole ; done

== chat: the last blank line is missing
chat
try head-close ; created ; delta whole ; finish stop ; text data: [DONE] ; eof

== chat: a call
chat
try head ; created ; call search {"q":"x"} ; finish tool_calls ; done

== a call
try head ; created ; call search {"q":"x"} ; completed

== an end behind an error does not make it an answer
each
reads
try head ; created ; delta half ; error server_error Oops + completed + end
try kept ; head ; created ; delta whole ; completed
