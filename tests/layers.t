#!/bin/sh
# Folders are layers (design.md section 9): an include may point to its own
# folder or a lower one.  api and net stand side by side above wire, state and
# limit above net; limit may use net, state does not.
n=0
fail=0

rank() {
	case $1 in
	base) echo 0 ;; wire) echo 1 ;; api) echo 2 ;; net) echo 3 ;;
	state | limit) echo 4 ;; core) echo 5 ;;
	serve) echo 6 ;; cmd) echo 7 ;; *) echo 99 ;;
	esac
}

ok() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		fail=1
	fi
}

for dir in base wire api net state limit core serve cmd; do
	bad=0
	edges=$(grep -hoE '^#include "[a-z]+/' src/$dir/*.[ch] |
	    sed 's/.*"//; s|/||' | sort -u)
	for to in $edges; do
		if [ "$(rank "$to")" -gt "$(rank $dir)" ] ||
		    { [ $dir = net ] && [ "$to" = api ]; } ||
		    { [ $dir = state ] && [ "$to" = net ]; } ||
		    { [ $dir = state ] && [ "$to" = limit ]; } ||
		    { [ $dir = limit ] && [ "$to" = state ]; }; then
			echo "# src/$dir includes $to/"
			bad=1
		fi
	done
	ok $bad "src/$dir includes nothing above it"
	grep -nE '^#include "[^/"]*"' src/$dir/*.[ch] | sed 's/^/# /' |
	    grep . && bad=1
	ok $bad "src/$dir names the folder in every include"
done

# Every module begins with its own header, so headers stand alone.
bad=0
for c in src/*/*.c; do
	h=${c#src/} h=${h%.c}.h
	[ -f "src/$h" ] || continue
	first=$(grep -m1 '^#include' "$c")
	[ "$first" = "#include \"$h\"" ] || { echo "# $c: $first"; bad=1; }
done
ok $bad "every .c includes its own header first"
echo "1..$n"
exit $fail
