#!/bin/sh
# make check: run all tests, which print TAP, under prove.  BIDE is the program
# and BIDE_BUILD the folder of the test programs (make san and make valgrind set
# them).  Arguments select the tests whose names contain one of them.
set -u
export BIDE="${BIDE:-./bide}" BIDE_BUILD="${BIDE_BUILD:-build/check/tests}"
export LC_ALL=C TZ=UTC
# How much a busy machine may add to a wait, in ms: two tests run at a time.
export SLACK="${SLACK:-200}"

tests=$(
	ls tests/*.t tests/cli/*.t tests/corpora/*.t 2>/dev/null
	for f in tests/*_test.c tests/fuzz_*.c; do
		f=$(basename "$f" .c)
		[ "$f" = fuzz_replay ] || echo "$BIDE_BUILD/$f"
	done
)
[ $# -eq 0 ] || tests=$(echo "$tests" | grep -F -e "$(printf '%s\n' "$@")")
# shellcheck disable=SC2086
exec prove -j 2 --timer --exec 'sh tests/tap.sh' $tests
