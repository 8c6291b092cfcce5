#!/bin/sh
# Runs one test for prove: a script by its interpreter, a program as it is
# (under $BIDE_UNDER, such as valgrind, where that is set), a fuzz target over
# its seeds.
case $1 in
*/corpora/*.t) exec perl "$1" ;;
*.t) exec sh "$1" ;;
*/fuzz_*) exec "$1" "tests/corpus/${1##*/fuzz_}" ;;
*) # shellcheck disable=SC2086
	exec ${BIDE_UNDER:-} "$1" ;;
esac
