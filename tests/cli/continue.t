#!/bin/sh
# --on-break continue: the model continues the text, and the two parts join.
. tests/cli/lib.sh

serve <<'EOF'
head; start chat; text "The quick brown f"; sleep 50; fin
stream chat "quick brown fox jumps.\n"
EOF
bide -- --live -m chat:m "tell me"
status "quoted" 0
out "quoted" "The quick brown fox jumps.
"
requests "quoted" 2
sent "quoted" 2 body 'tell me'
sent "quoted" 2 body '-----\\nThe quick brown f\\n-----'
ok "quoted: no assistant's turn" not grep -q '"assistant"' "$T/req$N/req-2.body"

# The rest gets what is left of the tokens, at four bytes each.
serve <<'EOF'
head; start chat; text "The quick brown f"; sleep 50; fin
stream chat "ox jumps.\n"
EOF
bide -- --live -m chat:m --max-tokens 50 "tell me"
status "the rest" 0
sent "the rest" 1 body '"max_tokens":50'
sent "the rest" 2 body '"max_tokens":46'

serve <<'EOF'
head; start responses; text "one "; sleep 50; fail rate_limit_exceeded "Please try again in 20ms"; end
head; start responses; text " two"; sleep 50; rst
stream responses "three\n"
EOF
bide -- --live hello
status "twice" 0
out "twice" "one twothree
"
sent "twice" 3 body 'one two'
requests "twice" 3

# Anthropic: prefill if the model supports it, otherwise a user message.
start='event message_start "{\"type\":\"message_start\",\"message\":{\"id\":\"m1\",\"role\":\"assistant\",\"content\":[],\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}"; event content_block_start "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}"'
delta() {
	echo "event content_block_delta \"{\\\"type\\\":\\\"content_block_delta\\\",\\\"index\\\":0,\\\"delta\\\":{\\\"type\\\":\\\"text_delta\\\",\\\"text\\\":\\\"$1\\\"}}\""
}
stop='event content_block_stop "{\"type\":\"content_block_stop\",\"index\":0}"; event message_delta "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":5}}"; event message_stop "{\"type\":\"message_stop\"}"; end'

serve <<EOF
head; $start; $(delta "Hello, "); sleep 50; fin
head; $start; $(delta "world"); $stop
EOF
bide ANTHROPIC_API_KEY=k1 ANTHROPIC_BASE_URL="${BASE%/v1}" -- --live \
    -m claude-sonnet-4-5 hi
status "prefill" 0
out "prefill" "Hello, world"
sent "prefill" 2 body '"assistant".*"Hello,"'
sent "prefill" 2 head '^x-api-key: k1'

serve <<EOF
head; $start; $(delta "Hello, "); sleep 50; fin
status 400 content-type=application/json body="{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"This model does not support assistant message prefill. The conversation must end with a user message.\"}}"
head; $start; $(delta "world"); sleep 50; fin
head; $start; $(delta "!"); $stop
EOF
bide ANTHROPIC_API_KEY=k1 ANTHROPIC_BASE_URL="${BASE%/v1}" -- --live \
    -m claude-sonnet-4-5 hi
status "prefill refused" 0
out "prefill refused" "Hello, world!"
sent "prefill refused" 3 body '-----\\nHello, \\n-----'
sent "prefill refused" 4 body '-----\\nHello, world\\n-----'
requests "prefill refused" 4

# With --hold nothing was printed that could be continued.
serve <<'EOF'
head; start chat; text "The quick brown f"; sleep 50; fin
stream chat "The quick brown fox.\n"
EOF
bide -- --hold --on-break continue -m chat:m "tell me"
status "held" 0
out "held" "The quick brown fox.
"
ok "held: the same again" cmp -s "$T/req$N/req-1.body" "$T/req$N/req-2.body"

# A partial call is dropped: the continuation makes it again, or does not.
item() { # JSON
	echo "event '{\"type\":\"response.output_item.done\",\"item\":$1}'"
}
piece() { # TEXT
	echo "event '{\"type\":\"response.output_text.delta\",\"delta\":\"$1\"}'"
}
call=$(item '{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"}')
thought=$(item '{"type":"reasoning","encrypted_content":"x"}')
serve <<EOF
head; $thought; $(piece "Hello, "); $call; sleep 50; fin
head; $(piece "world"); $call; event '{"type":"response.completed","response":{"output":[]}}'; end
stream responses "done"
EOF
bide -- --live -s called hi
status "a call before the break" 0
out "a call before the break" 'Hello, world
{"id":"c1","name":"f","arguments":"{}"}
'
echo 42 > "$T/result"
bide -- -n -s called --tool-result "c1=$T/result"
status "a call before the break: its result" 0
ok "a call before the break: it is journaled once, without its thought" \
    grep -q 'user","content":"hi"},{"role":"assistant","content":"Hello, world"},{"type":"function_call",[^{]*{}"},{"type":"function_call_output",[^{]*}]' \
    "$T/req$N/req-3.body"
finish
