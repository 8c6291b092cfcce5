#!/bin/sh
# Each allocation and each call of the system fails once, in turn: bide ends
# with a status of its table and a reason, is no worse than it says, and goes
# on with the work when it is run again.  BIDE_TORTURE=1: every call; else of
# each command every few.
. tests/cli/lib.sh

BIDE=${BIDE_BUILD:-build/check/tests}/failing
[ -x "$BIDE" ] || {
	echo "1..0 # SKIP no $BIDE"
	exit 0
}
printf '%s\n' 'repeat 999999; answer auto "Hello, world\n"' > "$T/script"
LOG=$T/log
"$FAULTD" -t 900 "$T/script" > "$LOG" 2> "$LOG.err" &
listening $!
clean perl tests/cli/failing.pl "$T" "$BIDE" "$BASE" "${BIDE_TORTURE:+1}"
