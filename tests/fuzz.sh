#!/bin/sh
# make fuzz: each target for $1 seconds, two at a time, starting from the
# seeds in tests/corpus.  A finding is left in build/fuzz/found and ends it.
set -u
seconds=$1
mkdir -p build/fuzz/found

one() {
	name=$(basename "$1" .c)
	mkdir -p "build/fuzz/corpus/$name"
	seeds=tests/corpus/${name#fuzz_}
	[ -d "$seeds" ] || seeds=
	# shellcheck disable=SC2086
	build/fuzz/tests/"$name" -max_total_time="$seconds" -timeout=10 \
	    -rss_limit_mb=2048 -print_final_stats=1 \
	    -artifact_prefix="build/fuzz/found/$name-" \
	    "build/fuzz/corpus/$name" $seeds >"build/fuzz/$name.log" 2>&1
	rc=$?
	echo "$name: status $rc, $(sed -n \
	    's/^stat::number_of_executed_units: */runs /p' \
	    "build/fuzz/$name.log")"
	return $rc
}

if [ $# -eq 2 ]; then
	one "$2"
	exit
fi
find tests -name 'fuzz_*.c' ! -name fuzz_replay.c | sort |
    xargs -P 2 -n 1 sh "$0" "$seconds"
