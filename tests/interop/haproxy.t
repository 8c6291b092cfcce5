#!/bin/sh
# HAProxy in front of the model.
. tests/interop/lib.sh
inside haproxy nft ss
ready

start haproxy haproxy -f "$NETFAULTS/conf/haproxy.cfg" -db
await 9301 haproxy
connections_start

model <<'END'
stream responses "whole and once\n"
END
via 9301
bide -- hello
whole "plain" "whole and once
"
requests "plain" 1

# Its server timeout of 2 s, in the middle of a stream and before it.
model <<'END'
head; start responses; text "half of "; hold
stream responses "the whole"
END
timed -- hello
whole "silence in the stream" "the whole"
requests "silence in the stream" 2
took "silence in the stream" 2000 4000
model <<'END'
head; start responses; text "half of "; hold
END
timed -- --live --on-break fail hello
status "silence in the stream, live" 75
out "silence in the stream, live" "half of "
requests "silence in the stream, live" 1
model <<'END'
sleep 4000; stream responses "late"
stream responses "in time"
END
timed -- hello
whole "504" "in time"
err "504" "504"
took "504" 2000 4000
requests "504" 2

model <<'END'
rst
stream responses "second try"
END
bide -- hello
whole "502" "second try"
err "502" "502"

end "$MODEL_PID"
MODEL_PID=
timed -- --patience 3s hello
none "model is down" 75
err "model is down" "503"
took "model is down" 2000 12000

# An overload by its error type, with a wait of 1 s in its header.
via 9302
connections 9302
timed -- --patience 0 hello
none "503, no patience" 75
err "503, no patience" "overload"
connected "503, no patience" 9302 1 1
timed -- --patience 4s hello
none "503" 75
took "503" 1000 4500
ok "503: kept to it" between "$(grep -c "retrying in" "$T/err")" 2 4

# It accepts the request and never answers.
via 9303
connections 9303
timed -- --patience 0 --first-byte-timeout 1s hello
none "silent drop" 75
err "silent drop" "time"
took "silent drop" 1000 1400
timed -- --max-time 1s hello
none "silent drop, --max-time" 75
took "silent drop, --max-time" 1000 1400
connected "silent drop" 9303 2 2

via 9304
connections 9304
timed -- --patience 2s hello
none "reject" 75
took "reject" 500 2600
connected "reject" 9304 2 6

# At random, a 429 with a wait of 1 s or the answer.
model <<'END'
stream responses "heads"
END
via 9305
tails=0
for i in 1 2 3 4 5 6; do
	timed -- hello
	whole "toss $i" "heads"
	waits=$(grep -c 'rate' "$T/err")
	tails=$((tails + waits))
	# and for the interval that the refusals before seem to show
	slots=$(grep -c 'waiting for a slot' "$T/err")
	ok "toss $i: waited $waits times, and $slots for its turn" \
	    between "$ms" $((waits * 1000)) $(((waits + slots) * 4000 + 500))
done
requests "tosses ($tails tails)" 6
finish
