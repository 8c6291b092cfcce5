#!/bin/sh
# No hang: a deadline for each kind of silence.
. tests/cli/lib.sh

# stalls NAME MIN MAX ARGS...: exits with 75 within that time, printing nothing.
stalls() {
	what=$1 min=$2 max=$3
	shift 3
	start=$(now)
	bide -- --patience 0 "$@" hello
	took=$(($(now) - start))
	status "$what" 75
	ok "$what: after $min to $max ms ($took)" \
	    between "$took" "$min" $((max + SLACK))
	out "$what" ""
}

serve <<'EOF'
head; start responses; text "and then"; hold
EOF
stalls "idle" 200 500 --idle-timeout 200ms
err "idle" "idle-timeout|silen|time"

serve <<'EOF'
head; start responses; comment ping 0 20
EOF
stalls "comments only" 800 1100 --idle-timeout 200ms

serve <<'EOF'
head; start responses; comment "\n\ndata: {\"type\":\"ping\"}" 0 20
EOF
stalls "pings only" 800 1100 --idle-timeout 200ms

serve <<'EOF'
status 200 body={ content-length=100; hold
EOF
stalls "half of one JSON text" 200 500 --idle-timeout 200ms

serve <<'EOF'
head; comment queued 0 20
EOF
stalls "comments before the first event" 200 500 --first-byte-timeout 200ms

serve <<'EOF'
hold
EOF
stalls "no head" 200 500 --first-byte-timeout 200ms
stalls "max-time" 200 500 --max-time 200ms
err "max-time" "max-time"

serve <<'EOF'
drip 1 20; stream responses "slow enough to pass any limit on the whole"
EOF
stalls "max-time in a stream" 200 500 --max-time 200ms

serve <<'EOF'
status 429 retry-after-ms=100 content-length=100; hold
EOF
stalls "max-time in an error body" 200 500 --max-time 200ms

serve <<'EOF'
error 429 rate_limit_exceeded "Please try again in 30s"
EOF
start=$(now)
bide -- --max-time 200ms hello
status "a wait past max-time" 75
ok "a wait past max-time: at once" between $(($(now) - start)) 0 $((500 + SLACK))
err "a wait past max-time" "--max-time is 200ms"

serve_nobody
stalls "connect" 200 500 --connect-timeout 200ms
err "connect" "connect"

# Comments from a queue before the first event are not a stall.
serve <<'EOF'
head; comment queued 10 50; start responses; text "at last"; done; end
EOF
bide -- --idle-timeout 200ms --first-byte-timeout 5 hello
status "queued" 0
out "queued" "at last"

# A stall is retried like any other error.
serve <<'EOF'
head; start responses; text "and then"; hold
stream responses "the answer"
EOF
bide -- --idle-timeout 200ms hello
status "stall, then whole" 0
out "stall, then whole" "the answer"
requests "stall, then whole" 2
finish
