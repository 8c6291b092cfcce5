#!/bin/sh
# The fault server alone, without bide.
. tests/cli/lib.sh

# ask TEXT [TEXT...]: sends them on one connection, each after the first bytes
# of the answer to the previous one, and prints everything received.
ask() {
	perl -MIO::Socket::INET -e '
		my $s = IO::Socket::INET->new("127.0.0.1:" . shift) or die;
		binmode STDOUT;
		for my $text (@ARGV) {
			print $s $text;
			sysread $s, my $in, 65536 or last;
			print $in;
		}
		$s->shutdown(1);
		print while sysread $s, $_, 65536;
	' "$PORT" "$@" > "$T/out"
}

post='POST /v1/x HTTP/1.1
Host: a
Content-Length: 4

body'
post=$(printf %s "$post" | sed 's/$/\r/')
# The body has four bytes and no line end.
post=${post%?}

serve <<'EOF'
# a comment, and an empty line

expect-header host a; expect-header nope; expect-body BOD; error 429 rate_limit_exceeded "try \"again\" in 1s" retry-after=1
repeat 2; status 503 'x-a=b c' body="no\n"
stream responses "Grüße, und noch mehr davon"
stream-cut chat half
send "HTTP/1.1 200 OK\r\n\r\nraw\x21"; fin
stream-error chat part slow_down 'too much'
drip 1 1; status 204; split 0; fin
expect-header host b; rst
EOF

ask "$post"
ok "error: status line" grep -q '^HTTP/1.1 429 ' "$T/out"
ok "error: field" grep -q '^retry-after: 1' "$T/out"
ok "error: body" grep -q \
    '{"error":{"message":"try \\"again\\" in 1s",.*"code":"rate_limit' \
    "$T/out"
is "head is kept" "$(head -n 1 "$T/req$N/req-1.head")" \
    "$(printf 'POST /v1/x HTTP/1.1\r')"
is "body is kept" "$(cat "$T/req$N/req-1.body")" body
ok "log line" grep -q \
    '"conn":1,"line":3,"req":1,"method":"POST","target":"/v1/x","body":4' \
    "$LOG"

ask "$post" "$post"
is "kept alive: two answers" "$(grep -c '^HTTP/1.1 503 ' "$T/out")" 2
is "field with a blank" "$(grep -c 'x-a: b c' "$T/out")" 2
ok "same connection" grep -q '"conn":2,"line":4,"req":3' "$LOG"

ask "$post"
is "stream: events" "$(grep -c '^event: ' "$T/out")" 10
ok "stream: cut between characters" grep -q '"delta":"Grüße, und"' "$T/out"
ok "stream: terminal event" grep -q '^event: response.completed' "$T/out"
is "stream: last chunk" "$(tail -n 2 "$T/out" | tr -d '\r\n')" 0

ask "$post"
ok "stream-cut: text" grep -q '"content":"half"' "$T/out"
ok "stream-cut: no end" not grep -q DONE "$T/out"
is "stream-cut: but a last chunk" "$(tail -n 2 "$T/out" | tr -d '\r\n')" 0

ask "$post"
is "send: escapes" "$(tail -n 1 "$T/out")" 'raw!'
ask "$post"
ok "stream-error" grep -q '^data: {"error":{"message":"too much"' "$T/out"
ask "$post"
ok "drip" grep -q '^HTTP/1.1 204' "$T/out"
ask "$post" "$post"
is "rst: nothing" "$(cat "$T/out")" ""
ask "$post"
is "the last step answers the rest" \
    "$(grep -c '"line":10,"req"' "$LOG")" 2
is "a complaint" "$(grep -c '"fail":"expect-header"' "$LOG")" 2
is "ten requests" "$(grep -c '"req":' "$LOG")" 10
grep -v '"fail"' "$LOG" > "$T/kept"
mv "$T/kept" "$LOG"

# It ends with the shell that started it.
sh -c '"$0" -t 60 "$1" > "$2" & sleep 0.2' "$FAULTD" "$T/script1" "$T/orphan"
ok "ends with its parent" perl -MIO::Socket::INET -e '
	my $until = time + 5;
	while (IO::Socket::INET->new("127.0.0.1:$ARGV[0]")) {
		exit 1 if time > $until;
		select undef, undef, undef, 0.05;
	}' "$(head -n 1 "$T/orphan")"

# By request: cases, what clients ask besides, bodies in chunks.
ask_for() { # METHOD TARGET CASE BODY
	text=$(printf '%s %s HTTP/1.1\r\nX-Case: %s\r\n%s\r\n\r\n%s.' \
	    "$1" "$2" "$3" "${FRAME-Content-Length: ${#4}}" "$4")
	ask "${text%.}"
}
FAULTD="$FAULTD -g"
serve <<'END'
answer auto other
case a
refuse auto 429 rate '' retry-after=1
answer auto "a's answer"
case b
refuse auto 503 overload ''
whole-cut auto "b's answer"
END
ask_for GET /v1/models a ''
ok "models take no step" grep -q '"id":"faultd-1"' "$T/out"
ask_for POST /v1/messages b '{}'
ok "case b, in the words of messages" grep -q \
    '^{"type":"error","error":{"type":"overloaded_error","message":"Over' \
    "$T/out"
ask_for POST /v1/chat/completions a '{}'
ok "case a has turns of its own" grep -q '^HTTP/1.1 429' "$T/out"
FRAME='Transfer-Encoding: chunked'
body=$(printf '2\r\n{"\r\ne;x=y\r\nstream":true }\r\n0\r\n\r\n.')
ask_for POST /v1/messages a "${body%.}"
unset FRAME
ok "a body in chunks, for a stream" grep -q '"text_delta","text":"a' "$T/out"
ok "messages: terminal event" grep -q '^event: message_stop' "$T/out"
ask_for POST /v1beta/models/m:generateContent a '{}'
ok "gemini, whole" grep -q '"text":"a.s answer".*"finishReason":"STOP"' \
    "$T/out"
ask_for POST '/v1beta/models/m:streamGenerateContent?alt=sse' c '{}'
ok "no such case: the first steps" grep -q '^data: .*"text":"other"' "$T/out"
ask_for POST /v1/chat/completions b '{}'
ok "half an answer" grep -q '^{"id":"chatcmpl-1",' "$T/out"
ok "half an answer: cut" not grep -q '"total_tokens"' "$T/out"
is "the log has the case" "$(grep -c '"case":"a"' "$LOG")" 4

FAULTD=${FAULTD% -g}
while IFS='|' read -r script why; do
	echo "$script" | "$FAULTD" - > "$T/out" 2> "$T/err"
	is "refused: $script" "$? $(cat "$T/err")" "64 faultd: -: line 1: $why"
done <<'EOF'
sends x|no such verb: sends
status|too little for: status
status x|not a number: x
status 200 body|not name=value: body
stream sse x|no such dialect: sse
fin now|too much for: fin
send "x|no end of a string
send "\q"|bad escape: \q"
fin;; fin|no verb before: ; fin
repeat 0; fin|not a number from 1 on: 0
# nothing|no step in it
EOF
finish
