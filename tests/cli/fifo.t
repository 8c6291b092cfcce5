#!/bin/sh
# Named pipes, for output and as input: they are waited for, but not for ever.
. tests/cli/lib.sh

mkfifo "$T/fifo" || bail "no FIFOs"
: > "$T/in"

# stopped NAME ARGS...: SIGTERM ends it while it waits for the pipe.
stopped() {
	name=$1 rc=0
	shift
	# shellcheck disable=SC2086
	clean timeout --preserve-status -k 5 -s TERM 0.5 $BIDE "$@" \
	    < "$T/in" > "$T/out" 2> "$T/err" || rc=$?
	status "$name, a signal" 143
}

# alive ARGS...: as bide, but killed after 10 s.
alive() {
	rc=0
	# shellcheck disable=SC2086
	clean timeout -s KILL 10 $BIDE "$@" \
	    < "$T/in" > "$T/out" 2> "$T/err" || rc=$?
}

# -- output -------------------------------------------------------------------

serve <<'E'
repeat 99; stream chat "the answer"
E
alive -m chat:m -s a -o "$T/fifo" --max-time 300ms hello
status "-o without a reader" 74
err "-o without a reader" "fifo: no process reads"
stopped "-o without a reader" -m chat:m -o "$T/fifo" hello
err "-o without a reader, a signal" "run again with: bide resume .* -o "
alive -m chat:m --json -o "$T/fifo" --max-time 300ms hello
status "--json -o without a reader" 74
(sleep 0.2; exec cat "$T/fifo") > "$T/got" &
alive resume a -o "$T/fifo"
wait $!
status "-o with a late reader" 0
is "-o with a late reader: what it got" "$(cat "$T/got")" "the answer"
requests "-o with a late reader" 3
# shellcheck disable=SC2086
{ clean timeout -s KILL 10 $BIDE -n -m chat:m -o /dev/stdout hello \
    2> "$T/err"; echo $? > "$T/rc"; } | exec true
rc=$(cat "$T/rc")
ok "-o /dev/stdout whose reader has left" one_of "$rc" 141 0

serve <<'E'
repeat 99; status 200 content-type=application/json body='{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}'
E
echo '{"prompt":"hello"}' > "$T/lines"
alive batch -m chat:m -o "$T/fifo" --deadline 500ms "$T/lines"
status "batch -o without a reader" 74
stopped "batch -o without a reader" batch -m chat:m -o "$T/fifo" "$T/lines"
requests "batch -o without a reader" 0
alive batch -m chat:m --report "$T/fifo" --deadline 1s "$T/lines"
status "batch --report without a reader" 74
alive batch -m chat:m --deadline 500ms "$T/fifo"
status "batch of a FIFO" 75
stopped "batch of a FIFO" batch -m chat:m "$T/fifo"
(sleep 0.2; exec cat "$T/lines") > "$T/fifo" &
alive batch -m chat:m "$T/fifo"
status "batch of a FIFO with a late writer" 0

# -- input --------------------------------------------------------------------

serve <<'E'
repeat 9; stream chat "the answer"
E
for option in "--file " "--system @" "--schema " "--tools " "--messages " \
    "--tool-result x=" "--key-file "; do
	# shellcheck disable=SC2086
	alive -m chat:m --max-time 200ms $option"$T/fifo" hello
	status "$option" 78
	err "$option" "fifo: (Operation|Connection) timed out"
	# shellcheck disable=SC2086
	stopped "$option" -m chat:m $option"$T/fifo" hello
done
requests "nothing was sent" 0
(sleep 0.2; echo part; sleep 0.2; echo rest) > "$T/fifo" &
alive -m chat:m -f "$T/fifo" hello
status "a file that comes slowly" 0
sent "a file that comes slowly" 1 body 'part.*rest'

mkdir -p "$T/home/.config/bide"
mkfifo "$T/home/.config/bide/config"
alive -m chat:m hello
status "the configuration" 78
err "the configuration" "config: (Operation|Connection) timed out"
stopped "the configuration" -m chat:m hello
(sleep 0.2; echo "max-tokens 77") > "$T/home/.config/bide/config" &
alive -m chat:m hello
status "a configuration that comes late" 0
sent "a configuration that comes late" 2 body '77'
finish
