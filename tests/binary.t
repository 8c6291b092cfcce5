#!/bin/sh
# What the release promises of itself: one static position-independent file
# that needs no loader, hardened as far as the format goes, under 256 KiB.
MOST=262144
if [ "$BIDE" != ./bide ] || readelf -lW "$BIDE" | grep -q INTERP; then
	echo "1..0 # SKIP $BIDE is not a static release"
	exit 0
fi
n=0
fail=0

# is WHAT COMMAND..: one test.
is() {
	n=$((n + 1))
	what=$1
	shift
	if "$@" > /dev/null; then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		fail=1
	fi
}

# readelf's flag, and a line that must be there, or with ! must not.
has() { readelf "$1" -W "$BIDE" 2>/dev/null | grep -E "$2"; }
hasnt() { ! has "$@"; }

# Relocations that start.c does not know.
strange() { readelf -rW "$BIDE" | grep 'R_[A-Z0-9]*_' | grep -v _RELATIVE; }

is "position-independent" has -h 'Type: +DYN'
is "marked as a program" has -d 'FLAGS_1.* PIE'
is "needs no library" hasnt -d NEEDED
is "relocations read-only" has -l GNU_RELRO
is "relocations of pointers alone" eval '! strange'
is "bound at start" has -d 'FLAGS_1.* NOW'
is "no executable stack" has -l 'GNU_STACK .* RW +0x'
is "nothing writable and executable" hasnt -l 'LOAD .* RWE'
is "no relocations in code" hasnt -d TEXTREL
is "stripped" hasnt -S '[.](symtab|debug_info|comment)'
is "no unwind tables" hasnt -S '[.]eh_frame'
is "no build id" hasnt -S build-id

# No loader closes RELRO here: the program does.  It waits for its prompt.
closed() {
	tries=0
	until grep -q '[r]--p .*/bide$' "/proc/$1/maps"; do
		tries=$((tries + 1))
		[ "$tries" -lt 50 ] && sleep 0.1 || return 1
	done
}
T=$(mktemp -d)
mkfifo "$T/in"
OPENAI_API_KEY=none "$BIDE" -q -m gpt -u http://127.0.0.1:9/v1 \
    < "$T/in" 2>/dev/null &
exec 3> "$T/in"
if [ -r "/proc/$!/maps" ]; then
	is "relocations closed while it runs" closed "$!"
fi
kill "$!"
exec 3>&-
rm -r "$T"

size=$(wc -c < "$BIDE")
is "$size bytes, of at most $MOST" [ "$size" -lt "$MOST" ]
echo "1..$n"
exit $fail
