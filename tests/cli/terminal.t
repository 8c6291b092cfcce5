#!/bin/sh
# Text of servers and models does not drive the terminal, whichever way it
# gets there: nothing but what bide itself needs for its live line.
. tests/cli/lib.sh

STATE=$T/home/.local/state/bide/sessions

# The bytes in $T/out that a terminal or a reader's eye would fall for.
drives() {
	perl -0777 -ne '
		s/\r\e\[K|\e\[\?7[lh]|\r\n//g;
		exit !/[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xd8\x9c
		    |\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]/x' \
	    "$T/out"
}

# shown NAME ARGS...: bide with stdout and stderr on a terminal.
shown() {
	name=$1 rc=0
	shift
	# shellcheck disable=SC2016,SC2086
	clean perl tests/cli/tty.pl sh -c 'exec "$@" 2>&1' sh $BIDE "$@" \
	    < /dev/null > "$T/out" 2> "$T/err" || rc=$?
	[ "$rc" != 99 ] || { echo "1..0 # SKIP no terminal"; exit 0; }
	ok "$name: shows something" [ -s "$T/out" ]
	ok "$name: does not drive the terminal" not drives
}

# -- what a server says -------------------------------------------------------

serve <<'E'
status 429 retry-after-ms=300 content-type=application/json body='{"error":{"code":"rate_limit_exceeded","message":"Rate limit reached (\u001bc\u009b2J): Limit 30, Used 30, Requested 5."}}'
stream chat "fine"
E
shown "the label of a limit" -m chat:m hello
event "the label of a limit" 'rate limited \(\^\[c.u009b2J 30/30\)'

serve <<'E'
repeat 4; status 400 x-request-id="a\x1b[2J\x7f" content-type=application/json body="{\"error\":{\"message\":\"no\\n\\u001b[2J\xc2\x9bm\xe2\x81\xa6\",\"type\":\"\x7f\",\"code\":\"\\u001bc\"}}"
E
shown "an error" -m chat:m hello
status "an error" 65
shown "an error, -v" -v -m chat:m hello
ok "an error, -v: one line for what the server says" \
    [ "$(grep -c '^bide: ' "$T/out")" = "$(wc -l < "$T/out")" ]
shown "an error, --json" --json -m chat:m hello
shown "an error, models" models chat

serve <<'E'
repeat 2; status 200 content-type=application/json body='{"data":[{"id":"a\u009b2J\u007f"},{"id":"b\u001b[1m\nc"}]}'
status 200 content-type=application/json body="{\"data\":\n\r[{\"id\":\"a\xc2\x9b2J\x7f\"}]}"
E
shown "models" models chat
bide -- models chat
out "models in a pipe" 'a\u009b2J^?
b^[[1m c
'
shown "models --json" models --json chat
event "models --json" '\{"data":\[\{"id":"a.u009b2J.u007f"\}\]\}'

# -- what a model says --------------------------------------------------------

EVIL='x\x1b[31m\xc2\x9b2J\x1b]52;c;aGk=\x07\x7f\xe2\x80\xaey'
serve <<E
repeat 9; stream chat "$EVIL"
E
shown "an answer" -s evil -m "chat:m$(printf '\302\233')" hello
shown "a held answer" --hold -m chat:m hello
shown "an answer in events" --json -m chat:m hello
for words in log "log --json" sessions "sessions --json" limits \
    "limits --json" resume; do
	# shellcheck disable=SC2086
	shown "$words" $words
done
bide -- --json -m chat:m hello
ok "in events, to a pipe" not drives
bide -- --dry-run -m chat:m "$(printf '%b' "$EVIL")"
ok "--dry-run, to a pipe" not drives
printf '{"body":{"model":"m","messages":[{"content":"\177\302\233"}]},%s}\n' \
    '"custom_id":"a","method":"POST","url":"/v1/chat/completions"' > "$T/in"
bide -- batch -m chat:m --dry-run "$T/in"
ok "batch --dry-run, to a pipe" not drives
rm "$T/in"

# A file of someone else's, whose bytes nobody has escaped.
serve <<E
stream chat "x"
E
bide -- -s old -m chat:m hello
perl -pi -e 's/hello/h\x7f\xc2\x9b\xe2\x80\xaeo/ and do {
	s/,"crc":"\w+"\}$//;
	my $c = ~0 & 0xffffffff;
	for (unpack "C*", $_) {
		$c ^= $_;
		$c = $c & 1 ? $c >> 1 ^ 0xedb88320 : $c >> 1 for 1 .. 8;
	}
	chomp;
	$_ .= sprintf qq(,"crc":"%08x"}\n), ~$c & 0xffffffff;
}' "$STATE/old.jsonl"
shown "an old log" log old
shown "an old log --json" log --json old
ok "an old log --json: still has the turn" grep -q '"turn"' "$T/out"
finish
