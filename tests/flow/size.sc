# --max-answer: one limit for all that is kept of an answer.

== as large as it may be
chat
max-answer 5
try head ; created ; delta whole ; completed

== one byte more
each
max-answer 4
try head ; delta wh ; delta ole ; completed

== live, one byte more
each
live
max-answer 4
try head ; delta wh ; delta ole ; completed

== in one JSON text
chat
max-answer 4
try status 200 | {"choices":[{"message":{"content":"whole"},"finish_reason":"stop"}]}

== text and reasoning together
each
max-answer 8
try head ; reasoning hmmm ; delta whole ; completed

== arguments
chat
max-answer 8
try head ; call f {"a":"b"} ; completed

== the names of calls
chat
max-answer 8
try head ; created ; data {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"123456789"}}]}}]} ; finish tool_calls ; done

== broken attempts count, too
each
max-answer 12
try head ; delta whole ; reset
try head ; delta whole ; reset
try head ; delta whole ; completed

== responses: an item
max-answer 50
try head ; created ; data
	{"type":"response.output_item.done","item":{"type":"reasoning","encrypted_content":"xxxxxxxxxxxx"}} ;
	completed

== messages: a signature
dialect messages
max-answer 20
try head ; data {"type":"message_start","message":{"id":"m"}} ;
	data {"type":"content_block_start","content_block":{"type":"thinking","thinking":"hmm"}} ;
	data {"type":"content_block_delta","delta":{"type":"signature_delta","signature":"123456789"}} ;
	data {"type":"content_block_delta","delta":{"type":"signature_delta","signature":"123456789"}} ;
	data {"type":"message_stop"}

== messages: an item
dialect messages
max-answer 20
try head ; data {"type":"message_start","message":{"id":"m"}} ;
	data {"type":"content_block_start","content_block":{"type":"redacted_thinking","data":"xxx"}} ;
	data {"type":"message_stop"}

== gemini: a call in pieces
dialect gemini
max-answer 20
try head ; data {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","willContinue":true}}]}}]} ;
	drip 1s 10 data {"candidates":[{"content":{"parts":[{"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"xx"}],"willContinue":true}}]}}]} ;
	data {"candidates":[{"finishReason":"STOP"}],"usageMetadata":{}}
