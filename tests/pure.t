#!/bin/sh
# wire/, api/, core/retry and limit/gcra are pure: their objects may call only
# each other, the buffers, strings and faults of base, and the C library's
# memory and string functions (including inet_pton, which only parses text).
build=${BIDE_BUILD:-build/check/tests}/..
n=0
fail=0
allowed='^(bcmp|v?snprintf|__v?snprintf_chk|qsort|mem(chr|cmp|cpy|move|set|rchr)|__mem(cpy|set|move)_chk|str(chr|cmp|len|ncmp|rchr|spn|cspn|str)|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan|sanitizer)_.*|__sancov.*)$'

objects() {
	for c in src/wire/*.c src/api/*.c src/core/retry.c \
	    src/limit/gcra.c; do
		echo "$build/${c%.c}.o"
	done
}

own=$(for c in src/base/bug.c src/base/buf.c src/base/err.c \
    src/base/clean.c src/base/utf8.c src/wire/*.c \
    src/api/*.c; do
	nm -g --defined-only "$build/${c%.c}.o"
done | awk 'NF == 3 { print $3 }' | sort -u)

for o in $(objects); do
	n=$((n + 1))
	bad=$(nm -u "$o" | awk '{ print $2 }' | grep -vE "$allowed" |
	    grep -vxF "$own")
	if [ -z "$bad" ]; then
		echo "ok $n - $o is pure"
	else
		echo "not ok $n - $o calls $(echo "$bad" | tr '\n' ' ')"
		fail=1
	fi
done
echo "1..$n"
exit $fail
