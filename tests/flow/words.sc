# Errors in the words of many servers and gateways: promises 3 and 4.

== a prefixed wait
each
try status 429 llm_provider-retry-after=2 | {"error":{"message":"limit"}}
try kept ; head ; created ; delta whole ; completed

== a Unix time to wait for
each
try status 429 date=Thu,~01~Jan~2026~00:00:00~GMT retry-after=1767225603 | {}
try kept ; head ; created ; delta whole ; completed

== the RateLimit field of the bucket that is empty
each
try status 429 ratelimit="minute";r=9;t=44,~"hour";r=0;t=5 | {}
try kept ; head ; created ; delta whole ; completed

== the wait in words
each
try status 429 | {"detail":{"message":"High load. Wait 2 seconds and try again."}}
try kept ; status 429 | {"error":{"message":"Try again in about 3 seconds."}}
try kept ; head ; created ; delta whole ; completed

== a member in milliseconds
each
try status 429 | {"error":{"message":"slow down","retry_after_ms":2500}}
try kept ; head ; created ; delta whole ; completed

== a date far away is one request
each
try status 429 date=Thu,~01~Jan~2026~00:00:00~GMT | Retry after 2026-01-01 03:00:00 +0000 UTC

== a week's limit in a 403 is one request
try status 403 | {"error":{"type":"access_terminated_error","message":"You've reached your weekly (7-day) usage limit."}}

== Google's day ends at midnight in California
each
try status 429 date=Thu,~01~Jan~2026~00:00:00~GMT | {"error":{"status":"RESOURCE_EXHAUSTED","message":"Please retry in 3s.","details":[{"violations":[{"quotaId":"RequestsPerDay"}]},{"retryDelay":"3s"}]}}

== no money, in a 401
each
try status 401 | {"error":{"message":"Insufficient balance."}}

== no money, in Chinese
each
try status 403 | {"error":{"message":"用户额度不足"}}

== a 400 in a 503
each
try status 503 | {"error":{"code":"503","message":"litellm.ServiceUnavailableError: litellm.BadRequestError: prompt is too long"}}

== what llama.cpp can never do, with a 500
try status 500 | {"error":{"code":500,"message":"Cannot use tools with stream","type":"server_error"}}

== DashScope's status in a comment
chat
try head ; text id:1\nevent:error\n:HTTP_STATUS/429\ndata:{"code":"x","message":"Wait 2 seconds"}\n\n
try head ; text data: {"choices":[{"delta":{"content":"whole"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n

== an error in a chunk without choices
chat
try head ; data {"choices":null,"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}

== members of an error that is none
chat
try head ; text data: {"choices":[{"delta":{"content":"whole"},"finish_reason":"stop"}],"error":{"message":"","code":null}}\n\ndata: [DONE]\n\n

== TGI's error in the stream
chat
try head ; data {"error":"`temperature` must be positive","error_type":"validation"}

== the same 500 with words of its own is believed the third time
try status 500 | {"error":{"code":500,"message":"no grammar for this schema","type":"server_error"}}
try kept ; status 500 | {"error":{"code":500,"message":"no grammar for this schema","type":"server_error"}}
try kept ; status 500 | {"error":{"code":500,"message":"no grammar for this schema","type":"server_error"}}

== a whole generation each time, and the same error after it
try head ; created ; delta some ; data {"error":{"code":500,"message":"no cells left (slot 1)"}}
try head ; created ; delta some more ; data {"error":{"code":500,"message":"no cells left (slot 2)"}}
try head ; created ; delta some more text ; data {"error":{"code":500,"message":"no cells left (slot 3)"}}

== a 500 without a cause is asked on
try status 500 | {"error":{"message":"Internal server error"}}
try kept ; status 500 | {"error":{"message":"Internal server error"}}
try kept ; status 500 | {"error":{"message":"Internal server error"}}
try kept ; head ; created ; delta whole ; completed

== an answer that was cut off, with a finish and an error beside it
chat
try head ; data {"choices":[{"delta":{"content":"part"}}]} ; data {"choices":[{"delta":{},"finish_reason":"stop"}],"base_resp":{"status_code":1027,"status_msg":"output new_sensitive"}} ; text data: [DONE]\n\n

== the same code, but all is well
chat
try head ; data {"choices":[{"delta":{"content":"whole"},"finish_reason":"stop"}],"base_resp":{"status_code":0,"status_msg":""}} ; text data: [DONE]\n\n

== an error in brackets
chat
try head ; text data: [ERROR] insufficient balance\n\n

== Chat's stream where Responses were asked for is one request
try head ; text data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"}}]}\n\ndata: [DONE]\n\n

== Responses where Chat was asked for is one request
chat
try head ; text event: response.created\ndata: {"type":"response.created","response":{"id":"r"}}\n\n

== Anthropic's messages where Chat was asked for is one request
chat
try head ; text event: message_start\ndata: {"type":"message_start","message":{"id":"m","content":[]}}\n\n

== Gemini's chunks where Responses were asked for is one request
try head ; text data: {"candidates":[{"content":{"parts":[{"text":"Hi"}]}}]}\n\n

== Ollama's own lines are one request, in all dialects
each
try head ; text {"model":"m","created_at":"x","message":{"role":"assistant","content":"Hi"},"done":false}\n{"model":"m","done":true}\n

== Chat's whole JSON where Responses were asked for is one request
try head type=application/json ; text {"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"content":"Hi"}}]}
