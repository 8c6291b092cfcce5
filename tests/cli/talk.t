#!/bin/sh
# Conversations, attachments and tool results, and which providers take them.
. tests/cli/lib.sh

printf '\211PNG\r\n\032\n0000' > "$T/picture"
printf 'line one\nline two\n' > "$T/notes.txt"
printf '%%PDF-1.7\n...' > "$T/paper.pdf"
printf '\000\001\002' > "$T/blob"
cat > "$T/talk.json" <<'EOF'
[{"role":"system","content":"be brief"},{"role":"user","content":"weather?"},
{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Ulm\"}"}}]}]
EOF
printf 'sunny' > "$T/sunny"

serve <<'EOF'
repeat 9; stream responses "ok\n"
EOF
bide -- -f "$T/notes.txt" -f "$T/picture" -f "$T/paper.pdf" "look at these"
status "attached" 0
sent "attached" 1 body 'notes.txt:\\n```\\nline one\\nline two\\n```'
sent "attached" 1 body '"input_image".*data:image/png;base64,iVBORw0KGgo'
sent "attached" 1 body '"input_file".*"paper.pdf".*JVBERi0xLjc'
sent "attached" 1 body 'look at these'
bide -- -f "$T/blob" hello
status "neither text nor picture" 78
bide -- -f "$T/nothing" hello
status "no file" 78
requests "no file" 1

head -c 6000000 /dev/zero | tr '\0' a > "$T/big"
printf '\211PNG\r\n\032\n' | cat - "$T/big" > "$T/big.png"
bide ANTHROPIC_API_KEY=k -- --cacert tests/certs/ca.pem -m claude-opus-4-1 -f "$T/big.png" hello
status "too large a picture" 65
cat "$T/big" "$T/big" "$T/big" "$T/big" "$T/big" "$T/big" > "$T/bigger"
bide ANTHROPIC_API_KEY=k -- --cacert tests/certs/ca.pem -m claude-opus-4-1 -f "$T/bigger" hello
status "too much text" 65
requests "too large is not sent" 1

bide -- --messages "$T/talk.json" --tool-result "call_1=$T/sunny"
status "a result" 0
sent "a result" 2 body '"function_call".*"call_1".*"function_call_output".*"sunny"'
printf '[{"role":"user","content":"from stdin"}]' > "$T/in"
bide -- --messages - "and more"
status "messages on stdin" 0
sent "messages on stdin" 3 body 'from stdin.*and more'
rm "$T/in"
bide -- --messages "$T/talk.json" "and now?"
status "an open call" 64
err "an open call" "call_1"
bide -- --messages "$T/notes.txt"
status "not a conversation" 78
bide -- --tool-result "call_9=$T/sunny" hello
status "a result of no call" 64
bide -- --tool-result nothing hello
status "not ID=FILE" 64
requests "what is wrong is not sent" 3

serve <<'EOF'
repeat 3; stream chat "ok\n"
EOF
bide -- -m chat:m --messages "$T/talk.json" --tool-result "call_1=$T/sunny"
status "chat: a result" 0
sent "chat: a result" 1 body '"tool_calls".*"role":"tool","tool_call_id":"call_1"'

# The same for other providers.
anthropic='event message_start "{\"type\":\"message_start\",\"message\":{\"id\":\"m1\",\"content\":[],\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}"; event content_block_start "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}"; event content_block_delta "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}"; event message_delta "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":5}}"; event message_stop "{\"type\":\"message_stop\"}"'
serve <<EOF
expect-header anthropic-version 2023-06-01; head; $anthropic; hold
head; event '{"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":5}}'; end
EOF
bide ANTHROPIC_API_KEY=k1 ANTHROPIC_BASE_URL="${BASE%/v1}" -- \
    -m claude-opus-4-1 --messages "$T/talk.json" --tool-result "call_1=$T/sunny"
status "anthropic" 0
out "anthropic" "Hi"
sent "anthropic" 1 body '"tool_use".*"tool_result"'
ok "anthropic: path" grep -q '"target":"/v1/messages"' "$LOG"
bide GEMINI_API_KEY=k2 -- -u "${BASE%/v1}" -m gemini-2.5-flash \
    --messages "$T/talk.json" --tool-result "call_1=$T/sunny"
status "gemini" 0
out "gemini" "Hi"
sent "gemini" 2 body '"functionCall".*"functionResponse"'
sent "gemini" 2 head '^x-goog-api-key: k2'
ok "gemini: path" grep -q '"target":"/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"' "$LOG"

# Azure, with both of its URL paths.
serve <<'EOF'
expect-header api-key ak; stream responses "v1\n"
expect-header api-key ak; stream chat "old\n"
EOF
bide AZURE_OPENAI_API_KEY=ak AZURE_OPENAI_ENDPOINT="${BASE%/v1}/" -- -m azure:d1 hi
status "azure" 0
ok "azure: path" grep -q '"target":"/openai/v1/responses"' "$LOG"
bide AZURE_OPENAI_API_KEY=ak AZURE_OPENAI_ENDPOINT="${BASE%/v1}" \
    OPENAI_API_VERSION=2024-10-21 -- -m azure:d1 hi
status "azure, a deployment" 0
ok "azure, a deployment: path" grep -q '"target":"/openai/deployments/d1/chat/completions?api-version=2024-10-21"' "$LOG"
bide AZURE_OPENAI_API_KEY=ak -- -m azure:d1 hi
status "azure, nowhere" 78
err "azure, nowhere" AZURE_OPENAI_ENDPOINT
finish
