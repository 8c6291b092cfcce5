#!/bin/sh
# Temporary errors: retried, and the answer arrives complete and once.
. tests/cli/lib.sh

# Each spelling of a wait is honoured, with little added.
while IFS='|' read -r w step; do
	serve <<-EOF
	$step
	stream responses "the answer\n"
	EOF
	bide -- hello
	status "$step" 0
	out "$step" "the answer
"
	obeyed "$step" 1 "$w"
	requests "$step" 2
	is "$step: one line" "$(grep -c . "$T/err")" 1
done <<'EOF'
300|error 429 rate_limit_exceeded "Please try again in 300ms."
150|error 429 rate_limit_exceeded "limited" retry-after-ms=150
20|stream-error responses "half" rate_limit_exceeded "Please try again in 20ms."
80|error 429 rate_limit_exceeded "Please try again in 80ms" retry-after-ms=20
EOF
serve <<'EOF'
stream-error chat "half of" rate_limit_exceeded "Please try again in 0.08s"
stream chat "one and whole\n"
EOF
bide -- -m chat:m hello
status "chat, in the stream" 0
out "chat, in the stream" "one and whole
"
obeyed "chat, in the stream" 1 80
err "chat, in the stream" "try again|rate"
requests "chat, in the stream" 2

# Progress in a stream resets the count of retries; otherwise it stays.
serve <<'EOF'
repeat 2; stream-error responses "half" rate_limit_exceeded "Please try again in 20ms."
stream responses "the answer\n"
EOF
bide -- --retries 1 hello
status "progress" 0
out "progress" "the answer
"
requests "progress" 3
serve <<'EOF'
error 429 rate_limit_exceeded "Please try again in 20ms."
EOF
bide -- --retries 1 hello
status "no progress" 75
err "no progress" "gave up after 2 requests; try again after 2"
requests "no progress" 2


# Malformed model output is retried once, not twice.
for word in MALFORMED_FUNCTION_CALL UNEXPECTED_TOOL_CALL; do
	serve <<-EOF
	head; event '{"candidates":[{"finishReason":"$word"}]}'; end
	head; event '{"candidates":[{"content":{"parts":[{"text":"ok"}]},"finishReason":"STOP"}]}'; end
	EOF
	bide GEMINI_API_KEY=k -- -u "${BASE%/v1}" -m gemini-3-pro hello
	status "$word, then well" 0
	out "$word, then well" ok
	requests "$word, then well" 2
	serve <<-EOF
	repeat 3; head; event '{"candidates":[{"finishReason":"$word"}]}'; end
	EOF
	bide GEMINI_API_KEY=k -- -u "${BASE%/v1}" -m gemini-3-pro hello
	status "$word twice" 75
	requests "$word twice" 2
	err "$word twice" "server error: .*$word"
done
finish
