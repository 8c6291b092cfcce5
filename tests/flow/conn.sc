# Before the status line, and kept connections: issue item 4.

== a name that does not resolve
each
try dns
try head ; created ; delta whole ; completed

== refused, and a handshake cut
each
try refused
try tls
try head ; created ; delta whole ; completed

== a certificate is fatal at once
each
try cert

== a dial that never ends
each
try dial inf
try dial 9999ms ; head ; created ; delta whole ; completed

== a dial takes its time
each
try dial 300ms ; stall 200ms ; head ; created ; delta whole ; completed

== a kept connection dies before any byte: at once, for free
each
try status 429 retry-after=20 | {}
try kept ; eof
try head ; created ; delta whole ; completed

== a kept connection is reset
each
try status 429 retry-after=20 | {}
try kept ; reset
try head ; created ; delta whole ; completed

== a kept connection cannot be written to
each
try status 429 retry-after=20 | {}
try kept ; write-reset ; hold
try head ; created ; delta whole ; completed

== only once: the fresh one counts
each
try status 429 retry-after=20 | {}
try kept ; eof
try eof
try head ; created ; delta whole ; completed

== a kept connection that dies after a byte of the answer counts
each
try status 429 retry-after=20 | {}
try kept ; raw HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n ; eof
try head ; created ; delta whole ; completed

== a kept connection that is silent counts
each
first-byte 30s
try status 503
try kept ; hold
try head ; created ; delta whole ; completed

== connection: close is not kept
each
try status 503 connection=close
try head ; created ; delta whole ; completed

== bytes behind an answer: not kept
each
reads
try raw HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200
try head ; created ; delta whole ; completed

== a write fails, the peer says why
each
try write-reset ; status 413 | {"error":{"message":"Too large."}}

== a large body, the answer is early
each
body 200000
try early ; status 413 | {"error":{"message":"Too large."}}

== a write fails without a word
each
try write-reset ; reset
try head ; created ; delta whole ; completed

== a write fails, and the peer keeps silent
each
try write-reset ; hold
try head ; created ; delta whole ; completed

== a write that never ends
each
first-byte 1m
try write inf
try head ; created ; delta whole ; completed
