#!/bin/sh
# Disk errors: strace makes each call on a session's file and directories fail
# once, the first, the second and so on, in the release binary.
command -v strace > /dev/null || { echo "1..0 # SKIP no strace"; exit 0; }
strace -qq -o /dev/null true 2> /dev/null ||
	{ echo "1..0 # SKIP strace may not trace"; exit 0; }
. tests/cli/lib.sh

serve <<'E'
repeat 99999; stream responses "Hello\n"
E
STATE=$T/home/.local/state/bide/sessions
FILE=$STATE/x.jsonl

bad() {
	echo "# $call:$what:$n: $*: status $rc, stderr $(head -n 3 "$T/err" |
	    tr '\n' '|')"
	worse=$((worse + 1))
}

# Makes the nth call fail; true if there was an nth call.
injected() { # ARGS...
	: > "$T/trace"
	# shellcheck disable=SC2086
	clean strace -qq -f -o "$T/trace" -P "$FILE" -P "$STATE" \
	    -P "$T/home/.local/state/bide" -P "$T/home/.local/state" \
	    -P "$T/home/.local" -e "trace=$call" \
	    -e "inject=$call:$what:when=$n" $BIDE "$@" \
	    > "$T/out" 2> "$T/err" < /dev/null
	rc=$?
	grep -q INJECTED "$T/trace"
}

# A disk that failed once and works again.
afterwards() {
	cp "$T/out" "$T/out1" && cp "$T/err" "$T/err1"
	[ "$(grep -c 'not saved' "$T/err")" -le 1 ] || bad "said more than once"
	case $rc in
	0|74) [ "$(cat "$T/out")" = Hello ] || bad "no answer" ;;
	78) [ ! -s "$T/out" ] || bad "an answer" ;;
	*) bad "what status" ;;
	esac
	[ "$rc" != 74 ] || grep -q 'not saved' "$T/err" || bad "74 without a word"
	first=$rc lost=$(grep -c 'not saved' "$T/err1")
	[ "$what" != error=EINTR ] || [ "$rc" = 0 ] || bad "EINTR is no failure"
	before=$(grep -c '"req"' "$LOG")
	bide -- log x
	[ "$rc" = 0 ] || [ "$rc" = 78 ] || bad "log"
	! grep -q damaged "$T/err" || bad "damaged"
	bide -- resume x
	after=$(grep -c '"req"' "$LOG")
	case $rc in
	0) [ "$(cat "$T/out")" = Hello ] || bad "resume" ;;
	78) [ "$lost" = 1 ] || [ "$first" = 78 ] || bad "nothing kept" ;;
	*) bad "resume" ;;
	esac
	[ "$first" != 0 ] || [ "$lost" = 1 ] || [ "$after" = "$before" ] ||
	    bad "asked again"
	[ ! -e "$FILE" ] || [ "$(grep -c '"type":"turn"' "$FILE")" -le 1 ] ||
	    bad "asked twice"
	ls /proc/self/fd > /dev/null
}

# each NAME PREPARE ARGS...: every call with every error.
each() {
	name=$1 prepare=$2
	shift 2
	for call in openat,open write fsync ftruncate flock fstat,newfstatat,stat \
	    mkdir pread64 close; do
		worse=0 times=0
		for what in error=ENOSPC error=EIO error=EINTR retval=3; do
			[ "$what" != retval=3 ] || [ $call = write ] || continue
			[ "$what" != error=EINTR ] ||
			    [ "${call#close}" = "$call" ] || continue
			case $what:$call in	# what no kernel does
			error=EINTR:mkdir|error=EINTR:fstat*) continue ;;
			esac
			n=1
			while [ $n -lt 40 ]; do
				rm -rf "$T/home/.local"
				$prepare
				injected "$@" || break
				times=$((times + 1))
				afterwards
				n=$((n + 1))
			done
		done
		ok "$name: $call failed $times times" [ $worse = 0 ]
	done
}

nothing() {
	:
}

# An open turn followed by an incomplete record.
torn() {
	mkdir -p "$STATE"
	cp "$T/open.jsonl" "$FILE"
	printf '{"type":"att' >> "$FILE"
}

bide -- -s x hello
grep -v '"type":"answer"' "$FILE" > "$T/open.jsonl"
# What is flushed to disk before anything is sent.
syncs() { # NAME NUMBER ARGS...
	name=$1 want=$2
	shift 2
	# shellcheck disable=SC2086
	clean strace -qq -f -o "$T/trace" \
	    -e trace=fsync,fdatasync,sync,connect $BIDE "$@" \
	    > "$T/out" 2> "$T/err" < /dev/null
	is "$name: fsyncs before the request" \
	    "$(sed '/connect(/,$d' "$T/trace" | grep -c sync)" "$want"
}

rm -rf "$T/home/.local"
syncs "a new session in an empty home" 2 -s x hello
syncs "a session that is there" 1 -s x hello
syncs "a session without a name" 2 hello

each "a new session" nothing -N -s x hello
each "resume" torn resume -N x
finish
