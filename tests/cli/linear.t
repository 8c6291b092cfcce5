#!/bin/sh
# Large input takes time in proportion to its size, whatever is in it.
. tests/cli/lib.sh

STATE=$T/home/.local/state/bide/sessions
mkdir -p "$STATE"
chmod 700 "$STATE"

# cpu NAME MOST ARGS ...: bide takes at most so many ms of CPU time, because the
# machine may be busy.
cpu() {
	name=$1 most=$2
	shift 2
	[ "$BIDE" = ./bide ] || most=$((most * 20))	# sanitizers
	# shellcheck disable=SC2016,SC2086
	took=$(clean perl -e 'open STDOUT, ">", shift; open STDERR, ">&",
	    STDOUT; my $n = shift; system @ARGV; my @t = times;
	    open STDERR, ">", $n; printf STDERR "%d", 1000 * ($t[2] + $t[3])' \
	    "$T/out" "$T/ms" $BIDE "$@" < "$T/in"; cat "$T/ms")
	ok "$name: $took ms, at most $most" between "$took" 0 $((most + SLACK))
}

# repeat SIZE: what is on stdin, until there are so many bytes.
repeat() {
	# shellcheck disable=SC2016
	perl -e 'local $/; $_ = <STDIN>; print $_ x (shift() / length)' "$1"
}

M=1048576
: > "$T/in"

# -- batch --------------------------------------------------------------------

{
	printf '{"prompt":"'
	printf x | repeat $((40 * M))
	echo '"}'
} > "$T/line"
cpu "a line of 40 MiB in a file" 1500 batch --dry-run "$T/line"

mkfifo "$T/pipe"
# shellcheck disable=SC2016
perl -e '$| = 1; open my $f, "<", shift; while (read $f, $_, 32768) {
    print; select undef, undef, undef, .0002 }' "$T/line" > "$T/pipe" &
pids="$pids $!"
cpu "a line of 40 MiB in a pipe, piece by piece" 1500 \
    batch --dry-run "$T/pipe"

# -- sessions -----------------------------------------------------------------

serve <<'S'
stream responses "Hello\n"
S
bide -- -s good hi
status "a session" 0
{
	head -n 1 "$STATE/good.jsonl"
	{
		printf '{"type":"%.0s' $(seq 60)
		grep '"type":"text"' "$STATE/good.jsonl" | tr -d '\n'
	} | repeat $((8 * M))
	echo
} > "$STATE/damaged.jsonl"
chmod 600 "$STATE/damaged.jsonl"
cpu "a damaged line of 8 MiB" 1500 sessions
ok "is listed" grep -q '^damaged ' "$T/out"
rm "$STATE/damaged.jsonl"
finish
