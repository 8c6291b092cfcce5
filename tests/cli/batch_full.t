#!/bin/sh
# A full disk at each write of a batch: 74 with the name of the file, no result
# is lost, and the next run continues.
. tests/cli/lib.sh

O=$T/results E=$T/errors S=$T/sorted R=$T/report
ids() { # FILE
	sed -n 's/.*"custom_id":"\([^"]*\)".*/\1/p' "$1"
}
lines() { # NUMBER
	i=0
	while [ $i -lt "$1" ]; do
		printf '{"custom_id":"id-%s","prompt":"q"}\n' $i
		i=$((i + 1))
	done > "$T/in"
}
# No file may have more than LIMIT bytes; stderr is none.
within() { # LIMIT ARGS...
	limit=$1
	shift
	{
		# shellcheck disable=SC2086
		clean prlimit --fsize="$limit" $BIDE batch -o "$O" "$@" \
		    "$T/in" 2>&1 > /dev/null
		echo $? > "$T/rc"
	} | cat > "$T/err"
	read -r rc < "$T/rc"
}
whole() { # FILE: lines of JSON, the last one with its newline
	[ ! -s "$1" ] || { [ "$(tail -c 1 "$1")" = "" ] && perl -MJSON::PP -ne '
	    exit 1 if !eval { decode_json($_) }' "$1"; }
}
rest() { # NAME: nothing but the files that were named
	is "$1: no other files" "$(find "$T" -name 'results?*' -o \
	    -name 'errors?*' -o -name 'sorted?*' -o -name 'report?*')" ''
}

if ! prlimit --fsize=100 true 2>/dev/null; then
	echo '1..0 # SKIP no prlimit'
	exit 0
fi

# Ever more room, until it is enough for each of the files.
serve <<'EOF'
repeat 16; error 400 invalid_value "no such field, whatever it may have meant"
repeat 999; stream responses "answer"
EOF
lines 12
limit=0 last=0 wrong=0 torn=0
while [ "$limit" -lt 99999 ]; do
	within $limit -q -j 2 --errors "$E" --ordered "$S" --report "$R"
	[ "$rc" = 1 ] && break
	{ [ "$rc" = 74 ] && grep -qE "($O|$E|$S|$R)(\.[0-9a-f]*)?: File too" \
	    "$T/err"; } || wrong=$((wrong + 1))
	{ whole "$O" && whole "$E" && [ ! -e "$S" ]; } || torn=$((torn + 1))
	n=$(cat "$O" "$E" | grep -c .)
	[ "$n" -ge "$last" ] || torn=$((torn + 1))
	last=$n
	limit=$((limit < 2200 ? limit + 97 : limit * 2))
done
status "ever more room" 1
is "always 74 with the file's name before" $wrong 0
is "always whole lines, and no fewer than before" $torn 0
is "each line has one result" "$(ids "$O" | cat - "$E" | grep -c .)" 12
is "in order" "$(ids "$S" | tr '\n' ' ')" \
    "$(ids "$T/in" | grep -vxF "$(ids "$E")" | tr '\n' ' ')"
ok "a summary" grep -q '"succeeded"' "$R"
rest "ever more room"

# No room for failures that are moved, or for what is kept.
cat "$E" "$O" > "$T/before"
cp "$T/before" "$O"
: > "$E"
within 300 --errors "$E"
status "no room to move" 74
err "no room to move" "$E: File too large"
ok "no room to move: the results are as they were" cmp -s "$O" "$T/before"
within 4000 --errors "$E"
status "moved" 1
is "moved: each once" "$(ids "$O" | cat - "$E" | grep -c .)" 12
cat "$T/before" "$E" > "$O"
cp "$O" "$T/before"
within 300 --retry-failed
status "no room for what is kept" 74
err "no room for what is kept" "$O.*: File too large"
ok "no room for what is kept: as it was" cmp -s "$O" "$T/before"
rest "no room for what is kept"

# Answers in progress still find room, in another file or in what is left.
if [ -c /dev/full ]; then
	serve <<'EOF'
error 400 invalid_value "no such field"
head; start responses; text "slow "; sleep 400; text "but whole"; done; end
EOF
	rm -f "$O"
	lines 5
	bide -- batch -j 2 -o "$O" --errors /dev/full --report "$R" "$T/in"
	status "in progress" 74
	err "in progress" 'No space left'
	err "in progress" '4 deferred; continue with'
	is "in progress: is written" "$(grep -c 'slow but whole' "$O")" 1
	requests "in progress: no further one" 2
	ok "in progress: counted" grep -q \
	    '"succeeded":1,"failed":0,"left":4' "$R"
	bide -- batch -j 1 -o "$O" --report /dev/full "$T/in"
	status "the summary" 74
	err "the summary" 'No space left'
	bide -- batch --deadline 0 -o "$T/none" --report /dev/full "$T/in"
	status "the summary of what is deferred" 74
fi
finish
