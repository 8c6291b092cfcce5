#!/bin/sh
# SIGINT and SIGTERM stop within 100 ms at any phase; SIGUSR1 ends a wait.
. tests/cli/lib.sh

# stopped NAME SIGNAL STATUS FILE PATTERN ARGS...
stopped() {
	what=$1 want=$3
	signal=$2 file=$4 pattern=$5
	shift 5
	interrupt "$signal" "$file" "$pattern" "$@"
	status "$what" "$want"
	ok "$what: within 100 ms ($ms)" between "$ms" 0 $((100 + SLACK))
	ok "$what: a last line" \
	    sh -c "tail -n 1 '$T/err' | grep -q '^bide: '"
	ok "$what: nothing is out" [ ! -s "$T/out" ]
}

serve <<'EOF'
error 429 rate_limit_exceeded "Please try again in 20s"
EOF
stopped "in a wait" INT 130 "$T/err" . hello
stopped "in a wait" TERM 143 "$T/err" . hello

serve <<'EOF'
hold
EOF
stopped "before the head" INT 130 "$LOG" '"req":1' hello
stopped "before the head" TERM 143 "$LOG" '"req":2' hello

serve <<'EOF'
head; start responses; text "half"; hold
EOF
stopped "in a stream" TERM 143 "$LOG" '"req":1' hello
stopped "in a stream" INT 130 "$LOG" '"req":2' hello

serve_nobody
stopped "while connecting" TERM 143 - 150 hello

serve <<'EOF'
accept; hold
EOF
BASE=https://localhost:$PORT/v1
stopped "in a handshake" INT 130 - 150 --cacert tests/certs/ca.pem hello

# A reader that does not read does not delay it either.
serve <<'EOF'
bulk responses 3000000
EOF
mkfifo "$T/fifo"
for mode in --live --json; do
	# shellcheck disable=SC2217
	sleep 1 < "$T/fifo" &
	# shellcheck disable=SC2086
	clean perl tests/cli/interrupt.pl "$T/ms" TERM - 300 $BIDE $mode \
	    hello > "$T/fifo" 2> "$T/err" < /dev/null
	read -r ms rc _ < "$T/ms"
	status "nobody reads, $mode" 143
	ok "nobody reads, $mode: within 100 ms ($ms)" \
	    between "$ms" 0 $((100 + SLACK))
done

serve <<'EOF'
error 429 rate_limit_exceeded "Please try again in 20s"
stream responses "gone on"
EOF
interrupt USR1 "$T/err" . hello
status "SIGUSR1 ends a wait" 0
out "SIGUSR1 ends a wait" "gone on"
ok "SIGUSR1 ends a wait: at once ($ms)" between "$ms" 0 $((1000 + SLACK))
finish
