#!/bin/sh
# Runs one test for prove: a script with its interpreter, a program directly or
# under $BIDE_UNDER (such as valgrind), a fuzz target on its seeds.
case $1 in
*/corpora/*.t) exec perl "$1" ;;
*.t) exec sh "$1" ;;
*/fuzz_*) exec "$1" "tests/corpus/${1##*/fuzz_}" ;;
*) # shellcheck disable=SC2086
	exec ${BIDE_UNDER:-} "$1" ;;
esac
