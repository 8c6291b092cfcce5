# Before the status line, and kept connections: issue item 4.

== a name that does not resolve
try dns
try head ; created ; delta whole ; completed

== refused, and a handshake cut
try refused
try tls
try head ; created ; delta whole ; completed

== a certificate is fatal at once
try cert

== a dial that never ends
try dial inf
try dial 9999ms ; head ; created ; delta whole ; completed

== a dial takes its time
try dial 300ms ; stall 200ms ; head ; created ; delta whole ; completed

== a kept connection dies before any byte: at once, for free
try status 429 retry-after=20 | {}
try kept ; eof
try head ; created ; delta whole ; completed

== a kept connection is reset
try status 429 retry-after=20 | {}
try kept ; reset
try head ; created ; delta whole ; completed

== a kept connection cannot be written to
try status 429 retry-after=20 | {}
try kept ; write-reset ; hold
try head ; created ; delta whole ; completed

== only once: the fresh one counts
try status 429 retry-after=20 | {}
try kept ; eof
try eof
try head ; created ; delta whole ; completed

== a kept connection that dies after a byte of the answer counts
try status 429 retry-after=20 | {}
try kept ; raw HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n ; eof
try head ; created ; delta whole ; completed

== a kept connection that is silent counts
first-byte 30s
try status 503
try kept ; hold
try head ; created ; delta whole ; completed

== connection: close is not kept
try status 503 connection=close
try head ; created ; delta whole ; completed

== bytes behind an answer: not kept
reads
try raw HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200
try head ; created ; delta whole ; completed

== a write fails, the peer says why
try write-reset ; status 413 | {"error":{"message":"Too large."}}

== a large body, the answer is early
body 200000
try early ; status 413 | {"error":{"message":"Too large."}}

== a write fails without a word
try write-reset ; reset
try head ; created ; delta whole ; completed

== a write fails, and the peer keeps silent
try write-reset ; hold
try head ; created ; delta whole ; completed

== a write that never ends
first-byte 1m
try write inf
try head ; created ; delta whole ; completed
