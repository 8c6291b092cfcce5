# Answers other than a stream: promises 3, 4 and 5.

== 429 with a wait, then the kept connection
each
try status 429 retry-after=7 | {"error":{"message":"Rate limit","code":"rate_limit_exceeded"}}
try kept ; head ; created ; delta whole ; completed

== the larger of header and text
each
try status 429 retry-after=34 | {"error":{"message":"Please try again in 34.07s."}}
try kept ; head ; created ; delta whole ; completed

== ms header before seconds
each
try status 429 retry-after-ms=1500 retry-after=2 | {"error":{"message":"x"}}
try kept ; head ; created ; delta whole ; completed

== a date
each
try status 429 date=Thu,~01~Jan~2026~00:00:00~GMT retry-after=Thu,~01~Jan~2026~00:00:09~GMT | {}
try kept ; head ; created ; delta whole ; completed

== garbage and negative waits are none
each
try status 429 retry-after=-5 | {}
try kept ; status 429 retry-after=soon | {}
try kept ; status 429 retry-after=99999999999999999999 | {}
try kept ; head ; created ; delta whole ; completed

== at once is not at once
each
try status 503 retry-after=0
try kept ; head ; created ; delta whole ; completed

== a wait beyond patience stops at once
each
patience 1m
try status 429 retry-after=61 | {"error":{"message":"Rate limit"}}

== what is left of patience counts
each
patience 1m
try status 429 retry-after=40 | {"error":{"message":"Rate limit"}}
try kept ; status 429 retry-after=21 | {"error":{"message":"Rate limit"}}

== patience 0
each
patience 0
try refused

== patience without end
each
patience inf
try status 429 retry-after=90000 | {}
try kept ; head ; created ; delta whole ; completed

== no retries
each
retries 0
try status 503

== a nudge ends a wait
each
nudge 2s
try status 429 retry-after=40 | {}
try kept ; head ; created ; delta whole ; completed

== backoff
each
rnd max
try status 500
try kept ; status 502
try kept ; status 503
try kept ; status 504
try kept ; status 520
try kept ; head ; created ; delta whole ; completed

== overloaded: 529
each
rnd max
try status 529
try kept ; status 529
try kept ; head ; created ; delta whole ; completed

== 409 a few times only
each
try status 409
try kept ; status 409
try kept ; status 409
try kept ; status 409

== 409, but not in a row
each
try status 409
try kept ; status 409
try kept ; status 409
try kept ; status 500
try kept ; status 409
try kept ; head ; created ; delta whole ; completed

== quota is one request
each
try status 429 retry-after=1 x-should-retry=true | {"error":{"code":"insufficient_quota","message":"You exceeded your current quota."}}

== key
each
try status 401 | {"error":{"code":"invalid_api_key","message":"Incorrect API key provided: sk-abcdefghijklmnopqrstuvwxyz."}}

== permission
each
try status 403

== not found
try status 404

== a path that is not there, with Chat
chat
try status 404

== too large
each
try status 413

== bad request
each
try status 400 | {"error":{"message":"Unknown parameter."}}

== x-should-retry: false
each
try status 503 x-should-retry=false

== x-should-retry: true
each
try status 400 x-should-retry=true
try kept ; head ; created ; delta whole ; completed

== 408
each
try status 408
try kept ; head ; created ; delta whole ; completed

== 307 on the same host, without a cost
each
try status 307 location=/v2/responses
try kept ; head ; created ; delta whole ; completed

== 308 with the whole address
each
try status 308 location=http://h.test/v2/responses?a=b connection=close
try head ; created ; delta whole ; completed

== the moved address holds for the attempts that follow
each
try status 307 location=/v2/responses
try kept ; status 503
try kept ; head ; created ; delta whole ; completed

== 307 to another host
each
try status 307 location=http://evil.test/v1/responses

== 307 to another scheme
each
try status 307 location=https://h.test/v1/responses

== 307 to another port
each
try status 307 location=http://h.test:8080/v1/responses

== 307 to another host without a scheme
each
try status 307 location=//evil.test/v1/responses

== 302 is not followed
each
try status 302 location=/login

== 307 with a fragment
each
try status 307 location=/a#b
try kept ; head ; created ; delta whole ; completed

== 307 to a path with a blank in it
each
try raw HTTP/1.1 307 No\r\nLocation: /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n

== 307 to a path with a tab in it
each
try raw HTTP/1.1 307 No\r\nLocation: /a\x09b\r\nContent-Length: 0\r\n\r\n

== 308 to a path with a control character in it
each
try raw HTTP/1.1 308 No\r\nLocation: /a\x01\r\nContent-Length: 0\r\n\r\n

== 307 to a path with a backslash in it
each
try raw HTTP/1.1 307 No\r\nLocation: /\\evil\r\nContent-Length: 0\r\n\r\n

== 307 to a path that is not ASCII
each
try raw HTTP/1.1 307 No\r\nLocation: /\xe9\r\nContent-Length: 0\r\n\r\n

== redirected in circles
each
try status 307 location=/a
try kept ; status 307 location=/b
try kept ; status 307 location=/a
try kept ; status 307 location=/b
try kept ; status 307 location=/a
try kept ; status 307 location=/b

== whole JSON instead of a stream
chat
try status 200 content-type=application/json | {"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"whole"},"finish_reason":"stop"}]}

== blank lines before it
chat
try status 200 | \n\n\n{"choices":[{"index":0,"message":{"content":"whole"},"finish_reason":"stop"}]}

== whole JSON of the Responses API
try status 200 | {"id":"r","object":"response","status":"completed","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"whole"}]}]}

== JSON that is cut
chat
try raw HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"choices":[{"index":0,"message":{"content":"wh ; eof
try head ; created ; delta whole ; completed

== JSON that is cut where the connection ends it
chat
try raw HTTP/1.0 200 OK\r\n\r\n{"choices":[{"index":0,"message":{"content":"wh ; eof
try head ; created ; delta whole ; completed

== an error as whole JSON under 200
chat
try status 200 | {"error":{"code":429,"message":"Please retry after 3 seconds."}}
try kept ; head ; created ; delta whole ; completed

== a page
try status 200 content-type=text/html | <!DOCTYPE html><title>Log in to the hotel</title>

== a page behind a 502
each
try status 502 content-type=text/html | <html>Bad Gateway</html>
try kept ; head ; created ; delta whole ; completed

== compressed though not asked
try status 200 content-encoding=gzip | \x1f\x8b\x08

== an error framed as an event
each
try status 429 | data: {"error":{"message":"Please try again in 4s."}}\n\n
try kept ; head ; created ; delta whole ; completed

== nothing behind 200
try status 200
try kept ; head ; created ; delta whole ; completed

== an error body that never ends
each
try raw HTTP/1.1 429 No\r\nRetry-After: 3\r\nContent-Length: 900\r\n\r\n{"error": ; hold
try head ; created ; delta whole ; completed

== an error body that is cut
each
try raw HTTP/1.1 401 No\r\nContent-Length: 900\r\n\r\n{"error":{"code":"invalid_api_key" ; reset

== interim responses
each
try raw HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\n\r\n ; head ; created ; delta whole ; completed

== a redirect's body that never ends
each
try raw HTTP/1.1 302 No\r\nLocation: /x\r\nContent-Length: 900\r\n\r\nmoved ; hold

== an answer that begins before a body is sent, and fails
each
body 200000
try early ; status 401 connection=close | {"error":{"message":"No."}}
