#!/bin/sh
# Requests that succeed.
. tests/cli/lib.sh

serve <<'EOF'
expect-header authorization "Bearer sk-test-0123456789abcdefghijklmnop"; expect-header content-type application/json; expect-header accept text/event-stream; expect-header accept-encoding; stream responses "Zwölf – 12 \xf0\x9f\x98\x80 and no newline"
EOF
bide -- "how many?"
status responses 0
out responses "Zwölf – 12 😀 and no newline"
requests responses 1
is "responses: silent" "$(cat "$T/err")" ""
ok "responses: path" grep -q '"method":"POST","target":"/v1/responses"' "$LOG"
ok "responses: body is JSON" perl -MJSON::PP -0777 -e '
	$d = decode_json(<>);
	exit !($d->{model} eq "gpt-4o" && $d->{stream})' "$T/req$N/req-1.body"
sent responses 1 body '"how many\?"'

printf 'from stdin\nsecond line\n' > "$T/in"
bide -- -S "be brief" --max-tokens 99 --param 'user="me"' two words
status "words and stdin" 0
sent "words and stdin" 2 body '"two words\\n\\nfrom stdin\\nsecond line'
sent "words and stdin" 2 body '"instructions": *"be brief"'
sent "words and stdin" 2 body '"max_output_tokens": *99'
sent "words and stdin" 2 body '"user": *"me"'
bide -- -n "only words"
ok "-n leaves stdin alone" not grep -q stdin "$T/req$N/req-3.body"
rm "$T/in"

serve <<'EOF'
stream chat "Hello from chat\n"
stream chat "close-delimited\n" connection=close
status 200 body='{"choices":[{"index":0,"message":{"role":"assistant","content":"not streamed"},"finish_reason":"stop"}]}'
head; start chat; text "no marker"; event '{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}'; end
EOF
bide -- -m chat:some-model hello
status chat 0
out chat "Hello from chat
"
ok "chat: path" grep -q '"target":"/v1/chat/completions"' "$LOG"
sent chat 1 body '"model": *"some-model"'
bide -- -m chat:m hello
out "close-delimited" "close-delimited
"
bide -- -m chat:m hello
status "not streamed" 0
out "not streamed" "not streamed"
bide -- -m chat:m hello
status "without [DONE]" 0
out "without [DONE]" "no marker"

serve <<'EOF'
head; start responses; text "cut by a limit"; done length; end
head; start chat; text "filtered"; done content_filter; end
head; start chat; event '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"a\":"}}]}}]}'; event '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}}]}'; done tool_calls; end
split 1; stream responses "byte by byte"
head; start responses; text "the peer does not close"; done; hold
EOF
bide -- hello
status "token limit" 1
out "token limit" "cut by a limit"
err "token limit" "bide: .*(limit|length|cut)"
bide -- -m chat:m hello
status "content filter" 1
err "content filter" "bide: .*content filter"
bide -- -m chat:m hello
status "tool call" 0
ok "tool call is a JSON line" perl -MJSON::PP -e '
	$c = decode_json(<>);
	exit !($c->{name} eq "look" && $c->{arguments} eq "{\"a\":1}")' "$T/out"
bide -- hello
status "byte by byte" 0
out "byte by byte" "byte by byte"
before=$(now)
bide -- --idle-timeout 5 hello
after=$(now)
status "terminal event" 0
out "terminal event" "the peer does not close"
ok "terminal event is acted on at once" \
    between $((after - before)) 0 $((500 + SLACK))

# The provider's own word, where it says more.
serve <<'EOF'
head; start chat; text "part"; done "content_filter: RECITATION"; end
head; event '{"candidates":[{"content":{"parts":[{"text":"part"}]},"finishReason":"TOO_MANY_TOOL_CALLS"}]}'; end
head; event '{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}'; end
head; event '{"choices":[],"promptFeedback":{"blockReason":"SAFETY"}}'; end
EOF
bide -- -m chat:m hello
status "a word" 1
err "a word" RECITATION
bide GEMINI_API_KEY=k -- -u "$BASE" -m gemini:g hello
status "Gemini's word" 1
err "Gemini's word" TOO_MANY_TOOL_CALLS
bide GEMINI_API_KEY=k -- -u "$BASE" -m gemini:g hello
status "a blocked prompt" 1
err "a blocked prompt" PROHIBITED_CONTENT
bide -- -m chat:m hello
status "one blocked by a gateway" 65
err "one blocked by a gateway" SAFETY

# What bide writes unasked and a model refuses is left out, at once and once.
serve <<'EOF'
error 400 unsupported_value "Your organization must be verified to stream this model."
status 200 body='{"choices":[{"message":{"content":"whole"},"finish_reason":"stop"}]}'
repeat 2; error 400 unsupported_value "Your organization must be verified to stream this model."
EOF
bide -- -m chat:m "a question"
status "refuses to stream" 0
out "refuses to stream" whole
sent "refuses to stream" 1 body '"stream":true'
sent "refuses to stream" 2 body '"stream":false'
bide -- -m chat:m "a question"
status "refuses in any case" 65
requests "refuses in any case" 4

serve <<'EOF'
head; start chat; done; end
EOF
bide -- -m chat:m --patience 0 hello
status "empty" 1
err "empty" "bide: empty answer: the model "

serve <<'EOF'
stream responses "x"
EOF
bide -- --dry-run "a question"
status "dry run" 0
requests "dry run" 0
ok "dry run shows the request" grep -q 'a question' "$T/out"
ok "dry run hides the key" not grep -q 0123456789 "$T/out" "$T/err"
bide GEMINI_API_KEY=k -- --dry-run -m "gemini:my Models/x:1" hi
status "a model's name in the path" 0
ok "a model's name in the path" \
    grep -q '/my%20Models%2Fx%3A1:streamGenerateContent?' "$T/out"
bide -- -v "a question"
status verbose 0
out verbose x
err verbose 'connect|first'
ok "verbose hides the key" not grep -q 0123456789 "$T/err"
bide -- --help
status help 0
ok "help fits a screen" between "$(wc -l < "$T/out")" 10 50
bide -- --version
status version 0
ok version grep -q '^bide [0-9]' "$T/out"
finish
