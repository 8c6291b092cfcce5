#!/bin/sh
# Items to return unchanged: a call in one turn of a session, its result in the
# next, and the reasoning that led to the call.
. tests/cli/lib.sh

TOOLS='[{"name":"f","parameters":{"type":"object"}}]'
echo "$TOOLS" > "$T/tools"

# A step with unnamed events, one per line.
events() {
	printf 'head'
	while read -r line; do
		printf " ; event '%s'" "$line"
	done
	echo ' ; end'
}

ask() {
	bide ANTHROPIC_API_KEY=k GEMINI_API_KEY=k -- --tools "$T/tools" "$@"
}

# round NAME MODEL ID PATTERN < EVENTS: a turn with a call of that ID; the next
# request matches the pattern.
round() {
	step=$(events)
	serve <<-EOF
	$step
	$step
	EOF
	base=$BASE
	[ "$1" = responses ] || base=${BASE%/v1}
	ask -u "$base" -m "$2" -s "$1" hello
	status "$1: a call" 0
	ok "$1: the call" grep -q "^{\"id\":\"$3\",\"name\":\"f\"" "$T/out"
	ok "$1: nothing but the call" [ "$(wc -l < "$T/out")" = 1 ]
	echo 42 > "$T/result"
	ask -n -u "$base" -m "$2" -s "$1" \
	    --tool-result "$3=$T/result"
	status "$1: its result" 0
	requests "$1" 2
	ok "$1: request 2 has it all" grep -qF "$4" "$T/req$N/req-2.body"
	# For another dialect only the call and its result are sent.
	serve <<-EOF
	stream chat "ok"
	EOF
	ask -n -u "$BASE" -m chat:m -s "$1" \
	    --tool-result "$3=$T/result"
	status "$1, on with another" 0
	out "$1, on with another" ok
	sent "$1, on with another" 1 body '"tool_calls".*"role":"tool"'
	ok "$1, on with another: nothing that is not its own" not \
	    grep -q c2VjcmV0 "$T/req$N/req-1.body"
}

item='{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"c2VjcmV0"}'
round responses openai:m c1 "$item,{\"type\":\"function_call\"" <<END
{"type":"response.output_item.done","output_index":0,"item":$item}
{"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"}}
{"type":"response.completed","response":{"status":"completed","output":[]}}
END

block='{"type":"thinking","thinking":"hm","signature":"c2VjcmV0"}'
cat > "$T/thought" <<'END'
{"type":"message_start","message":{"id":"m"}}
{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}
{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2VjcmV0"}}
{"type":"content_block_stop","index":0}
{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{}}}
{"type":"content_block_stop","index":1}
{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":1}}
{"type":"message_stop"}
END
round messages claude-opus-5 toolu_1 "$block,{\"type\":\"tool_use\"" < "$T/thought"

# Without the block that was refused, thinking would be: it is left out, too.
step=$(events < "$T/thought")
serve <<END
$step
error 400 invalid_request_error "messages.1.content.0: Invalid \`signature\` in \`thinking\` block"
$step
END
think='thinking={"type":"enabled","budget_tokens":2048}'
ask -u "${BASE%/v1}" -m claude-sonnet-4-5 -s think --param "$think" hello
ask -n -u "${BASE%/v1}" -m claude-sonnet-4-5 -s think --param "$think" \
    --tool-result "toolu_1=$T/result"
status "a refused signature" 0
requests "a refused signature" 3
sent "a refused signature" 2 body '"thinking":{"type":"enabled"'
ok "a refused signature: no thinking" not grep -q thinking \
    "$T/req$N/req-3.body"

call='"functionCall":{"name":"f","args":{}},"thoughtSignature":"c2VjcmV0"'
round gemini gemini-3-pro call_bide_1 "$call" <<END
{"candidates":[{"content":{"parts":[{$call}]}}]}
{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1}}
END

# Servers of the chat dialect, which is not known to others.
step=$(events <<'END'
{"choices":[{"delta":{"reasoning_content":"c2VjcmV0"}}]}
{"choices":[{"delta":{"tool_calls":[{"id":"c1","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"c2lnbmVk"}}}]}}]}
{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}
END
)
serve <<EOF
$step
error 503 server_error "Try again."
stream chat "ok"
stream responses "ok"
EOF
ask -u "$BASE" -m chat:m -s chat hello
status "chat: a call" 0
ask -n -u "$BASE" -m chat:m -s chat --tool-result "c1=$T/result"
status "chat: its result" 0
for i in 2 3; do
	sent "chat: its result" $i body '"reasoning_content":"c2VjcmV0"'
	sent "chat: its result" $i body '"thought_signature":"c2lnbmVk"'
done
ask -n -u "$BASE" -m openai:m -s chat more
status "chat, on with another" 0
ok "chat, on with another: nothing that is not its own" not \
    grep -q 'c2VjcmV0\|c2lnbmVk' "$T/req$N/req-4.body"

# If the server rejects the items, the request is repeated without them.
serve <<END
head ; event '{"type":"response.output_item.done","item":$item}' ; event '{"type":"response.output_text.delta","delta":"one"}' ; event '{"type":"response.completed","response":{"output":[]}}' ; end
error 400 invalid_encrypted_content "The encrypted content c2Vj... could not be verified."
stream responses two
error 400 invalid_value "The encrypted content is none."
END
bide -- -s refused first
bide -- -s refused second
status "refused" 0
out "refused" two
requests "refused" 3
sent "refused" 2 body encrypted_content
ok "refused: not again" not grep -q encrypted_content "$T/req$N/req-3.body"
bide -- hello
status "refused without any" 65
requests "refused without any" 4

# So it is at once if a gateway makes a 503 of that.
serve <<END
head ; event '{"type":"response.output_item.done","item":$item}' ; event '{"type":"response.output_text.delta","delta":"one"}' ; event '{"type":"response.completed","response":{"output":[]}}' ; end
error 503 upstream "The encrypted content for item rs_1 could not be verified."
stream responses two
END
bide -- -s wrapped first
bide -- -s wrapped --patience 0 second
status "refused by a gateway" 0
out "refused by a gateway" two
requests "refused by a gateway" 3

# A server that has lost what it stored says 404.
serve <<END
head ; event '{"type":"response.output_item.done","item":$item}' ; event '{"type":"response.output_text.delta","delta":"one"}' ; event '{"type":"response.completed","response":{"output":[]}}' ; end
error 404 not_found "Item with id 'rs_1' not found. Items are not persisted when store is set to false."
stream responses two
END
bide -- -s lost first
bide -- -s lost second
status "lost" 0
out "lost" two
requests "lost" 3
finish
