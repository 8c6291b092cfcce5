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
# On a terminal the wait is counted down in whole seconds.  The time comes
# first; the reason is trimmed to the width.  On a terminal that cannot rewrite
# its line each wait is one, without escape codes.
on_terminal() { # COLUMNS ENVIRONMENT...
	cols=$1 rc=0
	shift
	clean COLS="$cols" "$@" perl tests/cli/tty.pl \
	    sh -c "$BIDE hello 2>&1" < /dev/null > "$T/out" 2> "$T/err" || rc=$?
	[ "$rc" != 99 ] || { finish; exit; }
	tr '\r' '\n' < "$T/out" > "$T/lines.raw"
	sed 's/\x1b\[K//g' "$T/lines.raw" > "$T/lines"
}
plain() { # NAME
	ok "$1: the wait is told" grep -q '^bide: retrying in .*many' "$T/out"
	ok "$1: no escape codes" not grep -q "$(printf '\033')" "$T/out"
}
serve <<'E'
error 429 rate_limit_exceeded "Limit 30, many things a minute, organization org-12345" retry-after-ms=2000
stream responses "x"
error 429 rate_limit_exceeded "Many things a minute in organization \xe5\xa4\xa7\xe5\xad\xa6 org-12345" retry-after-ms=900
stream responses "x"
error 429 rate_limit_exceeded "many things" retry-after-ms=900
stream responses "x"
error 429 rate_limit_exceeded "many things" retry-after-ms=300
stream responses "x"
error 429 rate_limit_exceeded "many things" retry-after-ms=300
stream responses "x"
error 429 rate_limit_exceeded "many things" retry-after-ms=300
stream responses "x"
E
on_terminal 80
event "counted down" 'retrying in 2\.[0-9] s: rate limited \(Limit 30, many'
event "counted down" 'retrying in (1\.0 s|[5-9]00ms): rate limited'
ok "counted down: no odd rest" not grep -q '[1-9]ms' "$T/out"
ok "80 columns: what it is of" \
    grep -qE '\.\.\.  \[1, 2\.[0-9] s of 10m\]$' "$T/lines"
on_terminal 40
ok "40 columns: the time first" grep -qE '^retrying in [0-9.]+( s|ms)' "$T/lines"
ok "40 columns: not one line is longer" not grep -q "^retry.\{41\}" "$T/lines"
on_terminal 20
ok "20 columns: the time" grep -qE '^retrying in [0-9.]+( s|ms)' "$T/lines"
ok "20 columns: not one line is longer" not grep -q '^retry.\{16\}' "$T/lines"
on_terminal 80 TERM=dumb
plain dumb
on_terminal 80 TERM=
plain "no TERM"
on_terminal 80 NO_COLOR=1
plain NO_COLOR

# After two seconds of silence a line says what is waited for.
serve <<'E'
sleep 2400; stream responses "x"
head; start responses; sleep 2400; text "late"; done; end
E
on_terminal 80
ok "no response yet" grep -q '^waiting for the response, 2\.0 s$' "$T/lines"
ok "no response yet: erased before the answer" \
    grep -q "^$(printf '\033')\[Kx" "$T/lines.raw"
on_terminal 80
ok "no text yet" grep -q '^waiting for the first token, 2\.0 s$' "$T/lines"
ok "no text yet: the answer" grep -q '^late' "$T/lines"
finish
