#!/bin/sh
# Text that is printed as it arrives.
. tests/cli/lib.sh

serve <<'EOF'
head; start responses; text "first "; sleep 300; text "second"; done; end
EOF
interrupt TERM "$T/out" 'first' --live hello
status "live: on its way" 143
out "live: on its way" "first "
bide -- --live hello
status "live" 0
out "live" "first second"

serve <<'EOF'
head; start responses; text "half of it"; sleep 50; fail rate_limit_exceeded "Please try again in 20ms"; end
stream responses "all of it\n"
EOF
bide -- --live --on-break restart hello
status "restart" 0
ok "restart: the answer from its start" \
    sh -c "tail -n 1 '$T/out' | grep -q 'all of it'"
ok "restart: a notice" grep -q . "$T/err"
requests "restart" 2

serve <<'EOF'
head; start responses; text "half of it"; sleep 50; fail rate_limit_exceeded "Please try again in 20ms"; end
stream responses "all of it\n"
EOF
bide -- --live --on-break fail hello
status "fail" 75
out "fail" "half of it"
requests "fail" 1

serve <<'EOF'
error 429 rate_limit_exceeded "Please try again in 20ms"
head; start responses; rst
stream responses "all of it\n"
EOF
bide -- --live --on-break fail hello
status "nothing was out yet" 0
out "nothing was out yet" "all of it
"

serve <<'EOF'
head; start chat; text "a \xe2"; event '{"choices":[{"index":0,"delta":{"content":"\ud83d"}}]}'; event '{"choices":[{"index":0,"delta":{"content":"\ude00"}}]}'; done; end
EOF
bide -- --live -m chat:m hello
status "surrogates over two events" 0
ok "surrogates over two events" grep -q '😀' "$T/out"
# On a terminal the wait is counted down in whole seconds.
serve <<'EOF'
error 429 rate_limit_exceeded "limited" retry-after-ms=2000
stream responses "x"
EOF
clean perl tests/cli/tty.pl sh -c "$BIDE hello 2>&1" < /dev/null \
    > "$T/out" 2> "$T/err" || rc=$?
if [ "$rc" != 99 ]; then
	event "counted down" 'retrying in 2\.[0-9] s: rate limited \(limited\)'
	event "counted down" 'retrying in (1\.0 s|[5-9]00ms): rate limited'
	ok "counted down: no odd rest" not grep -q '[1-9]ms' "$T/out"
fi
finish
