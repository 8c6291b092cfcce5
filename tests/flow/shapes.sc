# What imitators send: providers.md 7; promises 1, 2 and 7.

== a finish several seconds before the text
chat
try head ; created ; finish stop ; stall 5s ; delta Hel ; delta lo ; finish stop ; done

== a finish behind reasoning, the text later
chat
try head ; created ; data {"choices":[{"delta":{"reasoning":"hm"},"finish_reason":"stop"}]} ; stall 5s ; delta whole ; finish stop ; done

== a finish in every chunk
chat
try head ; data {"choices":[{"delta":{"content":"Hel"},"finish_reason":"stop"}]} ; stall 1s ; data {"choices":[{"delta":{"content":"lo"},"finish_reason":"stop"}]} ; stall 5s ; data {"choices":[{"delta":{"content":"!"},"finish_reason":"stop"}]} ; end

== the same, reset
chat
try head ; data {"choices":[{"delta":{"content":"Hel"},"finish_reason":"stop"}]} ; data {"choices":[{"delta":{"content":"lo"},"finish_reason":"stop"}]} ; reset
try head ; created ; delta whole ; completed

== a finish, then text, and no other finish
chat
try head ; created ; finish stop ; delta half ; end
try kept ; head ; created ; delta whole ; completed

== a word that is no finish, and a clean end
chat
try head ; data {"choices":[{"delta":{"content":"half"},"finish_reason":"null"}]} ; end
try kept ; head ; created ; delta whole ; completed

== nothing at all is asked once more
chat
try head ; created ; finish stop ; done
try head ; created ; delta whole ; completed

== and once only
chat
try head ; created ; finish stop ; done
try head ; created ; finish stop ; done

== reasoning alone
chat
json
try head ; created ; reasoning hm ; finish stop ; done
try head ; created ; reasoning hm ; finish tool_calls ; done

== no output in a response
try head ; created ; completed
try head ; created ; delta whole ; completed

== another answer begins
chat
try head ; data {"id":"1","choices":[{"delta":{"role":"assistant"}}]} ; data {"id":"1","choices":[{"delta":{"content":"Bon"}}]} ; data {"id":"2","choices":[{"delta":{"role":"assistant"}}]} ; data {"id":"2","choices":[{"delta":{"content":"Bonjour!"}}]} ; finish stop ; done
try head ; created ; delta Bonjour! ; completed

== another response begins
live
try head ; created ; delta Bon ; created ; delta Bonjour! ; completed
try head ; created ; delta Bonjour! ; completed

== one line break behind everything, and an open socket
chat
try head ; text data: {"choices":[{"delta":{"content":"Hel"}}]}\n ; stall 200ms ; text data: {"choices":[{"delta":{"content":"lo"}}]}\n ; text data: {"choices":[{"finish_reason":"stop"}]}\ndata: [DONE]\n

== and without a marker
chat
try head ; text data: {"choices":[{"delta":{"content":"Hello"}}]}\ndata: {"choices":[{"finish_reason":"stop"}]}\n

== a piece of an event is none, however long the silence
chat
try head ; created ; text data: {"choices":[{"delta":{"content":"Hel ; stall 5s ; text lo"}}]}\n\n ; completed

== a body of JSON lines
chat
try head ; text {"choices":[{"delta":{"content":"Hel"}}]}\n ; text {"choices":[{"delta":{"content":"lo"},"finish_reason":"stop"}]}\n ; end

== a body of JSON, and an open socket
chat
try head-close ; text {"choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}]}

== an error, then a stream, and an open socket
chat
try head ; text {"error":{"message":"Rate limit reached. Please try again in 3s."}}\n\n ; text data: [DONE]\n\n
try head ; created ; delta whole ; completed

== a text with a 200
chat
try status 200 content-type=text/plain | upstream connect error or disconnect/reset before headers
try kept ; head ; created ; delta whole ; completed

== a text with a wait
chat
try status 200 content-type=text/plain | Too many requests. Please try again in 3s.
try kept ; head ; created ; delta whole ; completed

== what is not understood is quoted
chat
try head ; created ; delta half ; text data: whatever this is\n\n
try head ; created ; delta whole ; completed

== a coding that is none
chat
try head content-encoding=none ; created ; delta whole ; completed

== a coding that lies, and little text
chat
try head content-encoding=gzip ; text data: [DONE]\n\n ; end
try kept ; head content-encoding=br ; created ; delta whole ; completed

== a compressed error
try status 429 content-encoding=gzip retry-after=3 | \x1f\x8b\x08\x00abc
try kept ; head ; created ; delta whole ; completed
