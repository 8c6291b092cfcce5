#!/bin/sh
# make lint: compiler warnings, static analysers, checks of the manuals.
set -u
warn='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wmissing-prototypes'
flags="-std=c11 -D_POSIX_C_SOURCE=200809L -Isrc -I. -isystem /usr/include/bearssl"
rc=0

for cc in gcc clang; do
	command -v $cc >/dev/null 2>&1 || continue
	# shellcheck disable=SC2086
	find src tests -name '*.c' -print0 | xargs -0 -P 2 -n 8 \
	    $cc $flags $warn -Werror -fsyntax-only || rc=1
done
find src -name '*.c' -print0 | xargs -0 -P 2 -n 6 clang-tidy --quiet \
    --warnings-as-errors='*' 2>/dev/null || rc=1
# shellcheck disable=SC2086
cppcheck -q --enable=warning,portability,performance --std=c11 -Isrc \
    --inline-suppr --error-exitcode=1 --suppress=missingIncludeSystem \
    --suppress=preprocessorErrorDirective \
    -j 2 src || rc=1
# the lines of help.c are as wide as its output
for f in src/*/*.[ch] tests/*.[ch]; do
	if [ "$(wc -l < "$f")" -ge 500 ] || { [ "$f" != src/cmd/help.c ] &&
	    expand "$f" | grep -nE '^.{81}'; }; then
		echo "$f: 500 lines and more, or one past column 80"
		rc=1
	fi
done
mandoc -Tlint -Wwarning man/*.[1-9] || rc=1
find tests .ci -type f \( -name '*.sh' -o -name run -o -name '*.t' \) \
    ! -path '*/corpora/*' -exec shellcheck -s sh -x -e SC2016,SC2317 {} + || rc=1
exit $rc
