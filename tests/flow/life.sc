# Life is what carries something of the answer.  Signs of life that carry
# nothing stretch the idle timeout, here 1m, to four times its length; silence
# does not.

== a sign, then silence
each
idle 1m
try head ; created ; delta half ; stall 50s ; comment ; hold
try head ; created ; delta whole ; completed

== nine minutes of thinking under pings
each
try head ; created ; drip 15s 36 ping ; delta whole ; completed

== each delta starts the idle time anew
each
idle 1m
try head ; created ; delta ha ; drip 20s 11 ping ; delta lf ;
	drip 20s 11 ping ; delta ! ; completed

== --idle-timeout inf
idle inf
try head ; created ; drip 1h 1000 ping ; delta whole ; completed

# -- in each dialect

== usage alone
each
idle 1m
patience 0
try head ; delta half ; drip 30s 1000 usage

== usage alone, before any text
each
idle 1m
first-byte 3m
patience 0
try head ; drip 30s 1000 usage

== empty deltas
each
idle 1m
patience 0
try head ; delta half ; drip 30s 1000 delta

== empty deltas, before any text
each
idle 1m
first-byte 3m
patience 0
try head ; drip 30s 1000 delta

== empty reasoning
each
idle 1m
patience 0
try head ; delta half ; drip 30s 1000 reasoning

== messages: the start for ever
dialect messages
idle 1m
patience 0
try head ; created ; delta half ; drip 30s 1000 created

== pings
each
idle 1m
patience 0
try head ; delta half ; drip 30s 1000 ping

== comments
each
idle 1m
patience 0
try head ; delta half ; drip 30s 1000 comment

== data without anything
each
idle 1m
patience 0
try head ; delta half ; drip 30s 1000 data

== an event, drop by drop
each
idle 1m
patience 0
try head ; delta half ; drip 30s 1000 text x

== a field, drop by drop
each
idle 1m
patience 0
try head ; delta half ; text event: ; drip 30s 1000 text x

== blank lines
each
idle 1m
patience 0
try head ; delta half ; drip 30s 1000 text \n

== interim responses
each
idle 1m
first-byte 3m
patience 0
try drip 30s 1000 raw HTTP/1.1 102 Processing\r\n\r\n

== a head, drop by drop
each
idle 1m
first-byte 3m
patience 0
try raw HTTP/1.1 200 OK\r\nX:~ ; drip 30s 1000 raw x

== the size of a chunk, drop by drop
each
idle 1m
patience 0
try head ; delta half ; drip 30s 1000 raw 0

== an extension of a chunk, drop by drop
each
idle 1m
patience 0
try head ; delta half ; raw 5\x3b ; drip 30s 1000 raw x

# -- of one dialect

== responses: a keepalive
idle 1m
patience 0
try head ; created ; drip 30s 1000 data {"type":"keepalive"}

== responses: parts that stay empty
idle 1m
patience 0
try head ; created ; drip 30s 1000 data
	{"type":"response.content_part.added","part":{"type":"output_text","text":""}}

== responses: the server's own tools
idle 1m
try head ; created ; drip 50s 10 data
	{"type":"response.output_item.done","item":{"type":"web_search_call"}} ;
	delta whole ; completed

== chat: empty deltas
chat
idle 1m
patience 0
try head ; created ; delta half ; drip 30s 1000 data
	{"choices":[{"index":0,"delta":{"role":"assistant","content":"","tool_calls":[]}}]}

== chat: a call without anything
chat
idle 1m
patience 0
try head ; created ; delta half ; drip 30s 1000 data
	{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":""}}]}}]}

== chat: any index
chat
idle 1m
try head ; created ; drip 50s 10 data
	{"choices":[{"index":1,"delta":{"content":"x"}}]} ; completed

== chat: members of the server's own
chat
idle 1m
try head ; created ; drip 50s 10 data
	{"choices":[{"index":0,"delta":{"content":null,"x_thought":"hm"}}]} ;
	delta whole ; finish stop ; done

== messages: pings
dialect messages
idle 1m
patience 0
try head ; data {"type":"message_start","message":{"id":"m"}} ;
	drip 30s 1000 event ping {"type":"ping"}

== messages: empty blocks
dialect messages
idle 1m
patience 0
try head ; data {"type":"message_start","message":{"id":"m"}} ;
	drip 30s 1000 data
	{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

== messages: the input of the server's own tools
dialect messages
idle 1m
try head ; data {"type":"message_start","message":{"id":"m"}} ;
	drip 50s 10 data {"type":"content_block_delta","index":7,"delta":{"type":"input_json_delta","partial_json":"x"}} ;
	data {"type":"message_delta","delta":{"stop_reason":"end_turn"}} ;
	data {"type":"message_stop"}

== gemini: empty parts
dialect gemini
idle 1m
patience 0
try head ; data {"candidates":[{"content":{"parts":[{"text":"half"}]}}]} ;
	drip 30s 1000 data
	{"candidates":[{"content":{"parts":[{"text":"","thought":true}]}}],"usageMetadata":{"promptTokenCount":1}}

== gemini: pictures
dialect gemini
idle 1m
try head ; drip 50s 10 data
	{"candidates":[{"content":{"parts":[{"inlineData":{"data":"eA=="}}]}}]} ;
	data {"candidates":[{"finishReason":"MAX_TOKENS"}],"usageMetadata":{}}

# -- an answer in one JSON text

== whole: a brace and blanks
each
idle 1m
patience 0
try raw HTTP/1.1 200 OK\r\n\r\n{ ; drip 30s 1000 raw \x20\n

== whole: a brace and silence
each
idle 1m
patience 0
try raw HTTP/1.1 200 OK\r\n\r\n{ ; hold

== whole: a bracket and blanks
dialect gemini
idle 1m
patience 0
try raw HTTP/1.1 200 OK\r\n\r\n[ ; drip 30s 1000 raw \x20

== whole: a text, drop by drop
each
idle 1m
patience 0
try raw HTTP/1.1 200 OK\r\n\r\n{"x":" ; drip 30s 1000 raw y

== whole: half of it, then blanks
chat
idle 1m
patience 0
try raw HTTP/1.1 200 OK\r\n\r\n{"choices":[{"message":{} ; drip 30s 1000 raw \x20

== whole: chunks in an array
dialect gemini
idle 1m
try raw HTTP/1.1 200 OK\r\n\r\n[{"candidates":[{"content":{"parts":[{"text":"a"}]}}]} ;
	drip 50s 10 raw ,{"candidates":[{"content":{"parts":[{"text":"b"}]}}]} ;
	raw ,{"candidates":[{"finishReason":"STOP"}]}] ; eof

# -- an error

== an error's body, drop by drop
each
patience 0
try raw HTTP/1.1 500 X\r\n\r\n{ ; drip 1s 1000 raw \x20

== an error's body, drop by drop, and a short idle time
each
idle 1s
patience 0
try raw HTTP/1.1 500 X\r\n\r\n{ ; drip 500ms 1000 raw \x20

== a page, drop by drop, and a short idle time
each
idle 1s
patience 0
try raw HTTP/1.1 200 X\r\n\r\n<html> ; drip 500ms 1000 raw x
