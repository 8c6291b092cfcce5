# SIGINT at every step: within the instant, everything closed.

== before anything
each
cancel 0
try head ; completed

== in a dial
each
cancel 3s
try dial inf

== in a write
each
cancel 3s
try write inf

== waiting for a head
each
cancel 3s
try hold

== waiting for an event
each
cancel 3s
try head ; created ; delta half ; hold

== live: what was delivered stays
each
live
tty
cancel 3s
try head ; created ; delta half ; hold

== in a pause
each
cancel 3s
try status 429 retry-after=10 | {}

== in an error's body
each
cancel 3s
try raw HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\nx ; hold

== in a redirect's body
each
cancel 3s
try raw HTTP/1.1 302 No\r\nLocation: /x\r\nContent-Length: 9\r\n\r\nx ; hold

== in the body of one that is followed
each
cancel 3s
try raw HTTP/1.1 307 No\r\nLocation: /x\r\nContent-Length: 9\r\n\r\nx ; hold

== waiting for the usage
chat
cancel 1s
try head ; delta whole ; finish stop
