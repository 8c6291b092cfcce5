#!/bin/sh
# bide proxy between a client that retries nothing (judge.pl) and a server that
# fails: every fault, in all four dialects, streamed and whole.  A row of the
# table is played to each of its PROXIES: what the server does at first, what
# the client must see, how many requests that takes, and for how many ms the
# second one must be held back.
. tests/cli/lib.sh
text='one two three four five six seven'
half='one two three four five'
dialects='responses chat messages gemini'

# FAULT|PROXIES|HOW|STEPS|VERDICT|REQUESTS|WAIT
cat > "$T/faults" <<'END'
ok|plain commit hold|both|answer auto 'TEXT'|whole|1|0
429-header|plain commit hold|both|refuse auto 429 rate '' retry-after=1|whole|2|1000
429-body|plain|both|refuse auto 429 rate 'Please try again in 1.1s.'|whole|2|1100
429-both|plain|both|refuse auto 429 rate 'Please try again in 1.3s.' retry-after=1|whole|2|1300
503|plain|both|refuse auto 503 overload ''|whole|2|0
529|plain|both|refuse auto 529 overload ''|whole|2|0
502-html|plain|both|status 502 content-type=text/html body='<html><h1>Bad Gateway'|whole|2|0
error-first|plain commit|stream|head; start auto; fail overload ''; end|whole|2|0
rate-first|plain commit|stream|head; start auto; fail rate 'Please try again in 1.1s.'; end|whole|2|1100
reset-head|plain|both|rst|whole|2|0
reset-first|plain commit|stream|head; start auto; sleep 100; rst|whole|2|0
cut-first|plain commit|stream|head; start auto; end|whole|2|0
fin-first|plain|stream|head; start auto; fin|whole|2|0
stall-head|plain commit|both|hold|whole|2|0
stall-first|plain|stream|head; start auto; hold|whole|2|0
whole-cut|plain|whole|whole-cut auto 'TEXT'|whole|2|0
whole-close|plain|whole|whole-cut auto 'TEXT' connection=close content-length=9999|whole|2|0
quota|plain|both|repeat 9; refuse auto 429 quota ''|refused|1|0
key|plain|both|repeat 9; refuse auto 401 key ''|refused|1|0
context|plain|both|repeat 9; refuse auto 400 context ''|refused|1|0
quota-first|plain|stream|repeat 9; head; start auto; fail quota ''; end|failed|1|0
gzip|plain|stream|send-file GZIP|gzip|1|0
reset-text|plain|stream|head; start auto; text 'HALF'; sleep 100; rst|broken|1|0
cut-text|plain|stream|head; start auto; text 'HALF'; sleep 100; end|broken|1|0
fin-text|plain|stream|head; start auto; text 'HALF'; sleep 100; fin|broken|1|0
error-text|plain|stream|head; start auto; text 'HALF'; sleep 100; fail overload ''; end|broken|1|0
stall-text|plain|stream|head; start auto; text 'HALF'; hold|broken|1|0
reset-text|hold|stream|head; start auto; text 'HALF'; sleep 100; rst|whole|2|0
cut-text|hold|stream|head; start auto; text 'HALF'; sleep 100; end|whole|2|0
error-text|hold|stream|head; start auto; text 'HALF'; sleep 100; fail overload ''; end|whole|2|0
stall-text|hold|stream|head; start auto; text 'HALF'; hold|whole|2|0
reset-text|go-on|stream|head; start auto; text 'HALF'; sleep 100; rst|whole|2|0
cut-text|go-on|stream|head; start auto; text 'HALF'; sleep 100; end|whole|2|0
fin-text|go-on|stream|head; start auto; text 'HALF'; sleep 100; fin|whole|2|0
error-text|go-on|stream|head; start auto; text 'HALF'; sleep 100; fail overload ''; end|whole|2|0
stall-text|go-on|stream|head; start auto; text 'HALF'; hold|whole|2|0
END

# The same stream for everyone, compressed though nobody wanted it.
printf 'data: {"choices":[{"delta":{"content":"%s"}}]}\n\n' "$text" |
    gzip -c > "$T/body.gz"
{
	printf 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n'
	printf 'content-encoding: gzip\r\ncontent-length: %s\r\n\r\n' \
	    "$(wc -c < "$T/body.gz")"
	cat "$T/body.gz"
} > "$T/gzip"

# proxy NAME OPTIONS ...: starts one; its port goes to $T/NAME.port.
proxy() {
	name=$1
	shift
	# shellcheck disable=SC2086,SC2030
	(EXEC="exec"; clean $BIDE proxy -l 127.0.0.1:0 -u "${BASE%/v1}" \
	    --first-byte-timeout 1 --idle-timeout 1 "$@") \
	    > /dev/null 2> "$T/$name.err" &
	pids="$pids $!"
	n=0
	until grep -q '127.0.0.1:[1-9]' "$T/$name.err"; do
		n=$((n + 1))
		[ $n -lt 500 ] || bail "$(cat "$T/$name.err")"
		sleep 0.01
	done
	sed -n 's/.*127.0.0.1:\([0-9]*\).*/\1/p;T;q' "$T/$name.err" \
	    > "$T/$name.port"
}

# each COMMAND: runs it with fault, proxies ... set for each row.
each() {
	while IFS='|' read -r fault proxies hows steps verdict requests wait; do
		[ "$hows" != both ] || hows='stream whole'
		for proxy in $proxies; do
			for how in $hows; do
				for d in $dialects; do
					"$1"
				done
			done
		done
	done < "$T/faults"
}

script() {
	echo "case $proxy.$fault.$how.$d"
	echo "$steps"
	[ "$requests" = 1 ] || echo "answer auto 'TEXT'"
}

job() {
	echo "$(cat "$T/$proxy.port") $proxy.$fault.$how.$d $d $how"
}

judge() {
	id=$proxy.$fault.$how.$d
	got=$(grep "^$id " "$T/got")
	seen=$(grep -c "\"case\":\"$id\"" "$LOG")
	times=$(sed -n "s/^{\"t\":\([0-9]*\),.*\"case\":\"$id\".*/\1/p" "$LOG")
	# shellcheck disable=SC2086
	set -- $times
	gap=$((${2:-0} - ${1:-0}))
	most=$((wait * 12 / 10 + 250 + SLACK))
	[ "$wait" != 0 ] || most=999999
	count=$((count + 1))
	case "$got|$seen" in
	"$id $verdict "*"|$requests")
		if [ "$requests" = 1 ] ||
		    between "$gap" $((wait - 1)) "$most"; then
			echo "ok $count - $id: $verdict"
			return
		fi ;;
	esac
	failed=$((failed + 1))
	echo "not ok $count - $id: $verdict, $requests requests"
	echo "# got: $got; requests: $seen, gap $gap ms (of $wait)"
}

each script | sed -e "s/TEXT/$text/" -e "s/HALF/$half/" \
    -e "s|GZIP|$T/gzip|" > "$T/all"
FAULTD="$FAULTD -g"
serve < "$T/all"
proxy plain
proxy commit --commit 0.2
proxy hold --hold --commit 0.2
proxy go-on --on-break continue
each job > "$T/jobs"
perl tests/cli/judge.pl "${JUDGE_LIMIT:-25}" "$text" < "$T/jobs" > "$T/got"
each judge > "$T/verdicts"
cat "$T/verdicts"
count=$(grep -c '^[no]' "$T/verdicts")
failed=$(grep -c '^not' "$T/verdicts")

for bad in cut false twice hang bad none; do
	is "$bad" "$(grep -c "^[^ ]* $bad " "$T/got")" 0
done
finish
