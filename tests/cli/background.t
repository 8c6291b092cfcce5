#!/bin/sh
# Runs stored by the server: after any error the text arrives complete and once,
# with a single POST.
. tests/cli/lib.sh

SESSIONS=$T/home/.local/state/bide/sessions
WANT='Over the hills 😀 and far away'
CALL='{"id":"call_1","name":"look","arguments":"{\"at\":\"it\"}"}'

# keeper CUTS [OLD]
keeper() {
	servers=$((servers + 1))
	LOG=$T/keeper$servers
	perl tests/cli/keeper.pl "$@" > "$LOG" 2> "$LOG.err" &
	listening $!
}

posts() { # NAME N
	is "$1: $2 POSTs" "$(grep -c ' POST ' "$LOG")" "$2"
}

whole() { # NAME
	status "$1" 0
	out "$1" "$WANT
$CALL
"
}

# Hold and live, cut after some numbers of events; in make torture after all.
held='2 8' live='3 12' polled=8 resumed='4 8 12'
if [ -n "${BIDE_TORTURE-}" ]; then
	held='1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17'
	live=$held polled=$held resumed=$held
fi
for k in $held; do
	keeper "$k,0"
	bide -- --background hello
	whole "cut after $k events"
	posts "cut after $k events" 1
done
for k in $live; do
	keeper "$k,0"
	bide -- --background -N hello
	whole "live, cut after $k events"
	posts "live, cut after $k events" 1
done

# Cut several times.
keeper 5
bide -- --background -N hello
whole "five events at a time"
posts "five events at a time" 1

# The stream is gone: poll, and deliver only the missing text.
for k in $polled; do
	keeper "$k,0" 1
	bide -- --background -N hello
	whole "polled after $k events"
	posts "polled after $k events" 1
done

# Another process resumes the stream where the journal ends.
for k in $resumed; do
	keeper "$k,0"
	bide -- --background -N -s "gone$k" --patience 0 hello
	status "gave up after $k events" 75
	bide -- resume "gone$k"
	whole "resumed after $k events"
	bide -- resume "gone$k"
	whole "shown after $k events"
	posts "resumed after $k events" 1
done
# A run that the server has lost is requested again.
keeper 8,0
bide -- --background -s lost --patience 0 hello
keeper 0
bide -- resume --base-url "$BASE" lost
whole "lost"
posts "lost" 1

# Servers that answer with JSON instead of a stream.
keeper 0 0
bide -- --background hello
whole "no stream at all"
posts "no stream at all" 1

# Ids of gateways go into a path as one segment; elsewhere they are as they came.
long=resp_$(printf '%0990d' 7)
for id in 'resp_bGl0ZWxsbTo=' 'a/b?c=d#e%2e' "$long"; do
	keeper 5,0 9 "$id"
	bide -- --background -N -s "${#id}" --patience 0 hello
	bide -- resume "${#id}"
	whole "an id of ${#id}"
	posts "an id of ${#id}" 1
	ok "an id of ${#id}: in the journal" \
	    grep -qF "\"id\":\"${id}1\"" "$SESSIONS/${#id}.jsonl"
done
ok "no path of its own" not grep -q 'a/b' "$LOG"

# A run that is not found is asked for again; only bide resume starts another.
keeper 5,0 99 run_ 2
bide -- --background hello
whole "not found at first"
posts "not found at first" 1
keeper 5,0 99 run_ 7
bide -- --background -s gone hello
status "not found" 75
err "not found" "the server has lost the run"
posts "not found" 1
bide -- resume gone
whole "not found, resumed"
posts "not found, resumed" 2

keeper 5,0 99 run_ 5
bide -- --background --fallback gpt-5 hello
whole "not found, with a fallback"
posts "not found, with a fallback" 2

# The request is the one in the journal.
serve <<'EOF'
expect-body '"background":true'; expect-body '"store":true'; stream responses "x"
EOF
bide -- --background hello
status "the request" 0
bide -- -m chat:m --background hello
status "not of the chat dialect" 64
err "not of the chat dialect" "Responses API"

# A run that stays queued is cancelled and started again.
serve <<'EOF'
head; event response.created '{"type":"response.created","sequence_number":0,"response":{"id":"resp_1"}}'; event response.queued '{"type":"response.queued","sequence_number":1}'; hold
head; hold
status 200 body={}
stream responses "anew"
EOF
bide -- --background --idle-timeout 700ms --first-byte-timeout 1300ms hello
status "stuck in the queue" 0
out "stuck in the queue" "anew"
requests "stuck in the queue" 4
ok "stuck in the queue: taken up first" grep -q \
    '"req":2,"method":"GET"' "$LOG"
ok "stuck in the queue: stopped" grep -q \
    '"req":3,"method":"POST","target":"/v1/responses/resp_1/cancel"' "$LOG"

# SIGINT cancels the run on the server, or leaves it there.
serve <<'EOF'
head; event response.created '{"type":"response.created","sequence_number":0,"response":{"id":"resp_1"}}'; hold
status 200 body={}
EOF
interrupt INT "$SESSIONS/stopped.jsonl" resp_1 --background -s stopped hello
is "interrupted: status 130" "$rc" 130
ok "interrupted: stopped" grep -q 'POST","target":"/v1/responses/resp_1/cancel' \
    "$LOG"
serve <<'EOF'
head; event response.created '{"type":"response.created","sequence_number":0,"response":{"id":"resp_1"}}'; hold
stream responses "the rest"
EOF
interrupt INT "$SESSIONS/left.jsonl" resp_1 --background --detach -s left hello
is "detached: status 130" "$rc" 130
requests "detached" 1
err "detached" "bide resume left"
bide -- resume left
status "detached, resumed" 0
out "detached, resumed" "the rest"
ok "detached, resumed: taken up" grep -q 'GET","target":"/v1/responses/resp_1?' \
    "$LOG"

finish
