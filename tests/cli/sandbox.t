#!/bin/sh
# What processes have given up once they run: what the kernel shows of them, and
# files that they can no longer open.  tests/sandbox_test.c has the calls, one
# by one.
. tests/cli/lib.sh

# The children of a process, and the value of a line of /proc/PID/status.
kids() {
	for s in /proc/[0-9]*/stat; do
		awk -v p="$1" '$4 == p { print $1 }' "$s" 2>/dev/null
	done
}
flag() { # PID NAME
	sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"
}
# confined NAME PID FILTERS
confined() {
	is "$1: no new privileges" "$(flag "$2" NoNewPrivs)" 1
	is "$1: filters of calls" "$(flag "$2" Seccomp_filters)" "$3"
}
# until_seen FILE PATTERN
until_seen() {
	i=0
	until grep -qs -e "$2" "$1" || [ $i -ge 100 ]; do
		sleep 0.05
		i=$((i + 1))
	done
	grep -q -e "$2" "$1"
}
# Starts bide with these arguments; its process is PID.
start() {
	# shellcheck disable=SC2086
	EXEC='exec' clean $BIDE "$@" > "$T/out" 2> "$T/err" < /dev/null &
	PID=$!
	pids="$pids $PID"
}

serve <<'EOF'
repeat 99; hold
EOF
bide -- -v --dry-run hello
no_err "dry run" sandbox
bide -- -u http://127.0.0.1:1/v1 --patience 0 hello
no_err "without -v" sandbox
bide -- -v -u http://127.0.0.1:1/v1 --patience 0 hello
if grep -q 'sandbox: none' "$T/err"; then
	echo "# neither Landlock nor seccomp"
	finish
fi
err "-v" '^bide: sandbox: (files|system calls)'
calls=yes files=yes
grep -q 'files are limited;' "$T/err" && calls=
grep -q 'calls are limited;' "$T/err" && files=
[ -n "$(flag $$ Seccomp_filters)" ] || calls=

if [ -n "$calls" ]; then
	start hello
	until_seen "$LOG" '"req":1'
	confined "ask" "$PID" 1
	kill "$PID"

	printf '{"prompt":"q"}\n{"prompt":"q"}\n' > "$T/in"
	serve <<-'EOF'
	repeat 99; hold
	EOF
	start batch -j 2 -o "$T/results" "$T/in"
	until_seen "$LOG" '"conn":2'
	confined "batch" "$PID" 1
	for kid in $(kids "$PID"); do
		confined "batch's worker" "$kid" 2
	done
	kill -9 "$PID"

	start proxy -l "unix:$T/socket"
	until_seen "$T/err" listening
	confined "proxy" "$PID" 1
	for kid in $(kids "$PID"); do
		i=0
		while [ "$(flag "$kid" Seccomp_filters)" != 2 ] &&
		    [ $i -lt 100 ]; do
			sleep 0.05
			i=$((i + 1))
		done
		confined "proxy's worker" "$kid" 2
	done
	kill "$PID"
	i=0
	while kill -0 "$PID" 2>/dev/null && [ $i -lt 100 ]; do
		sleep 0.05
		i=$((i + 1))
	done
	ok "proxy: removes its socket" [ ! -e "$T/socket" ]
fi

# A trust store that is replaced while bide waits is read again, but from its
# folder alone.
mkdir "$T/roots"
replaced() { # COMMAND...
	serve <<-'EOF'
	tls good; status 503 retry-after-ms=700 connection=close; end
	tls good; stream responses "found"
	EOF
	BASE=https://localhost:$PORT/v1
	cp tests/certs/ca.pem "$T/roots/ca.pem"
	start --cacert "$T/roots/ca.pem" hello
	until_seen "$LOG" '"req":1'
	"$@"
	wait "$PID"
	rc=$?
}
cp tests/certs/ca.pem "$T/roots/new"
replaced mv "$T/roots/new" "$T/roots/ca.pem"
status "a new file" 0
if [ -n "$files" ]; then
	cp tests/certs/ca.pem "$T/other.pem"
	replaced ln -sf "$T/other.pem" "$T/roots/ca.pem"
	status "a link elsewhere" 76
	err "a link elsewhere" 'ca.pem: Permission denied'
	grep -v '"fail":"tls"' "$LOG" > "$T/kept"
	mv "$T/kept" "$LOG"
fi
finish
