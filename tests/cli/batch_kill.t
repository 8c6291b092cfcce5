#!/bin/sh
# A batch that is killed: a few times, or 200 times with make torture.
. tests/cli/lib.sh

lines=200 kills=12
[ -z "${BIDE_TORTURE-}" ] || lines=6000 kills=200
# shellcheck disable=SC2086
clean perl tests/cli/batch_kill.pl "$T" $lines $kills $BIDE > "$T/out" 2>&1
while read -r line; do
	case $line in
	ok*) ok "deaths: ${line#* - }" true ;;
	not*) ok "deaths: ${line#* - }" false ;;
	'#'*) echo "$line" ;;
	esac
done < "$T/out"
finish
