#!/bin/sh
# README: its examples work as they are typed there, the tests it names are
# there, and its targets of make are.
. tests/cli/lib.sh

mkdir "$T/bin" "$T/work"
ln -s "$(realpath "$BIDE")" "$T/bin/bide"
printf '#!/bin/sh\necho "diff --git a/x b/x"\n' > "$T/bin/git"
# any client that takes the base URL from the environment
printf '#!/bin/sh\nexec bide -n "from a client"\n' > "$T/bin/python3"
chmod +x "$T/bin/git" "$T/bin/python3"
PATH=$T/bin:$PATH
serve <<'EOF'
repeat 99; stream responses "an answer"
EOF

# A port that nobody uses now, in the place of the proxy's usual one.
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1,
    LocalAddr => "127.0.0.1:0")->sockport')
sed -n '/^EXAMPLES/,/^PROMISES/s/^    \$ //p' README | sed "s/8181/$port/" \
    > "$T/examples"
is "examples" "$(grep -c . "$T/examples")" 8

while read -r command; do
	# a client right after the proxy was started
	case $command in
	*python3*) sleep 1 ;;
	esac
	(cd "$T/work" && clean BIDE_LISTEN="127.0.0.1:$port" \
	    BIDE_PATIENCE=20s sh -c "$command"'
	    rc=$?; echo "$!" > ../started; exit $rc' \
	    < /dev/null > ../out 2> ../err)
	rc=$?
	read -r pid < "$T/started" && pids="$pids $pid"
	status "$command" 0
done < "$T/examples"
is "the message" "$(cat "$T/work/message")" "an answer"
ok "the results" grep -q 'an answer' "$T/work/results.jsonl"
ok "the limits" grep -q gpt-4o "$T/out"

# shellcheck disable=SC2013
for file in $(sed -n '/^PROMISES/,/^NOT/p' README | grep -o 'tests/[^ ,]*'); do
	ok "$file" [ -f "$file" ]
done
for target in $(sed -n '/^Other targets/,/^$/p' README | tr '\n' ' ' |
    sed 's/([^)]*)//g; s/Other targets of make: //; s/[.].*//; s/,/ /g'); do
	ok "make $target" grep -qE "^([a-z ]* )?$target( [a-z ]*)?:" Makefile
done
finish
