# SIGINT at every step: within the instant, everything closed.

== before anything
cancel 0
try head ; completed

== in a dial
cancel 3s
try dial inf

== in a write
cancel 3s
try write inf

== waiting for a head
cancel 3s
try hold

== waiting for an event
cancel 3s
try head ; created ; delta half ; hold

== live: what was delivered stays
live
tty
cancel 3s
try head ; created ; delta half ; hold

== in a pause
cancel 3s
try status 429 retry-after=10 | {}

== in an error's body
cancel 3s
try raw HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\nx ; hold

== in a redirect's body
cancel 3s
try raw HTTP/1.1 302 No\r\nLocation: /x\r\nContent-Length: 9\r\n\r\nx ; hold

== in the body of one that is followed
cancel 3s
try raw HTTP/1.1 307 No\r\nLocation: /x\r\nContent-Length: 9\r\n\r\nx ; hold

== waiting for the usage
chat
cancel 1s
try head ; delta whole ; finish stop
