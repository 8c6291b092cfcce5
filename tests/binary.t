#!/bin/sh
# The release binary is a static PIE under 512 KiB that needs no loader, with
# RELRO and a non-executable stack.
MOST=524288
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

# A flag of readelf, and a line that must (with !, must not) be printed.
has() { readelf "$1" -W "$BIDE" 2>/dev/null | grep -E "$2"; }
hasnt() { ! has "$@"; }

# Does each segment begin in the file where the one before it ends?
dense() {
	readelf -lW "$BIDE" | awk '$1 == "LOAD" { print $2, $5 }' | {
		end=0
		while read -r start size; do
			[ $((start - end)) -lt 64 ] || exit 1
			end=$((start + size))
		done
	}
}

is "position-independent" has -h 'Type: +DYN'
is "marked as a program" has -d 'FLAGS_1.* PIE'
is "needs no library" hasnt -d NEEDED
is "relocations read-only" has -l GNU_RELRO
is "bound at start" has -d 'FLAGS_1.* NOW'
is "no executable stack" has -l 'GNU_STACK .* RW +0x'
is "nothing writable and executable" hasnt -l 'LOAD .* RWE'
is "only code is executable" hasnt -l '[.]text .*[.]|[.][a-z.]+ [.]text'
is "no padding between segments" dense
is "no relocations in code" hasnt -d TEXTREL
is "no relocation needs a symbol" \
    eval "! readelf -rW $BIDE | grep ' R_' | grep -v _RELATIVE"
is "stripped" hasnt -S '[.](symtab|debug_info)'

# No loader closes RELRO here: the program does, and with an argument this one
# does not.
relro=build/release/tests/relro_test
is "a write to relocated constants is killed" "$relro"
is "which nothing else would do" eval "! $relro open"

# What differs in this build: the C library's calls, and that data cannot become
# code.
is "the sandbox" build/release/tests/sandbox_test

size=$(wc -c < "$BIDE")
is "$size bytes, of at most $MOST" [ "$size" -lt "$MOST" ]
echo "1..$n"
exit $fail
