# The library of the cli tests: TAP, faultd, and bide in a clean environment.
# Source it in a POSIX sh in the top folder; end the test with finish.
# shellcheck shell=sh disable=SC2034

BIDE=${BIDE:-./bide}
FAULTD=${BIDE_BUILD:-build/check/tests}/faultd
umask 022
T=$(mktemp -d)
KEY=sk-test-0123456789abcdefghijklmnop
count=0 failed=0 servers=0 pids=''
rc=0 ms=0 BASE=''
# How much the machine may add to each wait, in ms; more under valgrind.
SLACK=${SLACK:-30}
# How long a faultd may run, in s; longer under qemu.
FAULTD_TIME=${FAULTD_TIME:-30}

cleanup() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null
	done
	rm -rf "$T"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$T/home"

bail() {
	echo "Bail out! $*"
	exit 1
}

now() { # in ms
	echo $(($(date +%s%N) / 1000000))
}

# serve < SCRIPT: starts a faultd; PORT is its port, N its number.
serve() {
	servers=$((servers + 1)) N=$servers
	LOG=$T/log$N
	mkdir "$T/req$N"
	cat > "$T/script$N"
	$FAULTD -t "$FAULTD_TIME" -d "$T/req$N" "$T/script$N" > "$LOG" 2> "$LOG.err" &
	listening $!
}

# proxy ARGS...: starts bide proxy; $proxy is its port, $T/err its log.
proxy() {
	# $! would be that of a subshell
	# shellcheck disable=SC2016,SC2086
	clean sh -c 'echo $$ > "$0" && exec "$@"' "$T/pid" \
	    $BIDE proxy -l 127.0.0.1:0 "$@" 2> "$T/err" &
	until proxy=$(sed -n 's/.*listening.*127\.0\.0\.1:\([0-9]*\).*/\1/p' \
	    "$T/err") && [ -n "$proxy" ]; do
		kill -0 $! 2>/dev/null || bail "$(cat "$T/err")"
		sleep 0.01
	done
	pids="$pids $(cat "$T/pid")"
}

# An address that does not answer.
serve_nobody() {
	LOG=$T/full
	"$FAULTD" -t "$FAULTD_TIME" -F > "$LOG" 2> "$LOG.err" &
	listening $!
}

listening() {
	pids="$pids $1"
	PORT=
	until read -r PORT < "$LOG" && [ -n "$PORT" ]; do
		kill -0 "$1" 2>/dev/null || bail "$(cat "$LOG.err")"
		sleep 0.01
	done 2>/dev/null
	BASE=http://127.0.0.1:$PORT/v1
}

# clean [VAR=VALUE ...] COMMAND ...: runs it in an environment with only an
# empty home, a key and the URL of the faultd.  EXEC=exec: in place of the shell.
clean() {
	${EXEC-} env -i PATH="$PATH" HOME="$T/home" LC_ALL=C TZ=UTC \
	    ${ASAN_OPTIONS+"ASAN_OPTIONS=$ASAN_OPTIONS"} \
	    ${UBSAN_OPTIONS+"UBSAN_OPTIONS=$UBSAN_OPTIONS"} \
	    OPENAI_API_KEY="$KEY" OPENAI_BASE_URL="${BASE-}" \
	    BIDE_MODEL="${MODEL-gpt-4o}" TERM=xterm "$@"
}

# bide [VAR=VALUE ...] -- ARGS...: stdout in $T/out, stderr in $T/err, the
# exit status in rc.  stdin is $T/in if it exists.
bide() {
	vars="" rc=0
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		vars="$vars $1"
		shift
	done
	shift
	[ -e "$T/in" ] || : > "$T/in"
	# shellcheck disable=SC2086
	clean $vars $BIDE "$@" < "$T/in" > "$T/out" 2> "$T/err" || rc=$?
	[ "$rc" != 127 ] || bail "cannot run $BIDE"
}

# interrupt SIGNAL FILE PATTERN ARGS...: starts bide with ARGS, sends the
# signal when FILE matches, and sets rc, ms (from the signal to the end) and died
# (the signal that ended it, or 0).
interrupt() {
	signal=$1 file=$2 pattern=$3
	shift 3
	: > "$T/err"
	# shellcheck disable=SC2086
	clean perl tests/cli/interrupt.pl "$T/ms" "$signal" "$file" \
	    "$pattern" $BIDE "$@" > "$T/out" 2> "$T/err" < /dev/null
	read -r ms rc died < "$T/ms"
	[ "$rc" != 127 ] || bail "cannot run $BIDE"
}

ok() { # NAME COMMAND ...
	_name=$1
	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - $_name"
	else
		echo "not ok $count - $_name"
		failed=$((failed + 1))
		show
	fi
}

# Details of a failure.
show() {
	for f in "$T/out" "$T/err" "${LOG-}"; do
		[ -s "$f" ] && sed "s|^|# ${f##*/}: |" "$f" | head -n 20
	done
	return 0
}

is() { # NAME GOT WANT
	ok "$1" [ "$2" = "$3" ]
	[ "$2" = "$3" ] || printf '# got:  %s\n# want: %s\n' "$2" "$3"
}

status() { # NAME STATUS
	is "$1: status $2" "$rc" "$2"
}

# The exact output, including a final newline.
out() { # NAME TEXT
	is "$1: output" "$(cat "$T/out"; echo .)" "$2."
}

err() { # NAME PATTERN
	ok "$1: stderr says $2" grep -qiE -e "$2" "$T/err"
}

no_err() { # NAME PATTERN
	ok "$1: stderr does not say $2" not grep -qiE -e "$2" "$T/err"
}

not() {
	! "$@"
}

requests() { # NAME NUMBER
	is "$1: $2 requests" "$(grep -c '"req":' "$LOG")" "$2"
}

# When request I arrived, in ms since the server's start.
at() {
	sed -n "s/^{\"t\":\([0-9]*\),.*\"req\":$1,.*/\1/p" "$LOG"
}

# The next request came MIN to MAX ms after request I.
waited() { # NAME I MIN MAX
	a=$(at "$2") b=$(at $(($2 + 1)))
	gap=$((${b:-0} - ${a:-0}))
	# Both times are rounded down to whole milliseconds.
	ok "$1: waited $3 to $4 ms ($gap)" \
	    between "$gap" $(($3 - 1)) $(($4 + SLACK))
}

one_of() { # N A B
	[ "$1" = "$2" ] || [ "$1" = "$3" ]
}

between() { # N MIN MAX
	[ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

# The wait W stated by the server is honoured: never less, little more.
obeyed() { # NAME I W
	waited "$1" "$2" "$3" $(($3 * 12 / 10 + 250))
}

# The body or head of request I matches.
sent() { # NAME I body|head PATTERN
	ok "$1: request $2 has $4" grep -qiE -e "$4" "$T/req$N/req-$2.$3"
}

# One line of $T/out is an event that matches.
event() { # NAME PATTERN
	ok "$1: event $2" grep -qE -e "$2" "$T/out"
}

# Each line of $T/out is a JSON object with a type.
json_lines() { # NAME
	ok "$1: JSON lines" perl -MJSON::PP -ne '
		exit 1 if !eval { decode_json($_)->{type} }' "$T/out"
}

finish() {
	for log in "$T"/log*[0-9]; do
		[ -e "$log" ] || continue
		! grep '"fail":' "$log" | sed 's/^/# /' | grep . ||
		    failed=$((failed + 1))
	done
	echo "1..$count"
	exit $((failed > 0))
}
