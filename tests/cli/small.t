#!/bin/sh
# Few descriptors and a small stack: bide works or says what it lacks.
. tests/cli/lib.sh

# small LIMIT ARGS...: bide under ulimit LIMIT ("-n 12").
small() {
	limit=$1 rc=0
	shift
	# shellcheck disable=SC2016,SC2086
	clean perl -e 'alarm 20; exec @ARGV' sh -c 'ulimit $0; exec "$@"' \
	    "$limit" $BIDE "$@" < "$T/in" > "$T/out" 2> "$T/err" || rc=$?
}

# the frames of ASan are larger, and it opens files itself
fits() {
	[ "$1" = "-n 12" ] || [ "${BIDE##*/}" = bide ]
}

serve <<'E'
repeat 99; stream chat "fine"
E
: > "$T/in"
for limit in "-n 12" "-s 128"; do
	fits "$limit" || continue
	small "$limit" -m chat:m -s "x${limit#* }" hello
	status "$limit" 0
	out "$limit" "fine"
	small "$limit" resume
	out "$limit, resume" "fine"
	small "$limit" -m chat:m --fallback chat:n --dry-run hello
	status "$limit, --dry-run" 0
	small "$limit" log
	status "$limit, log" 0
	small "$limit" -u http://nowhere.invalid/v1 -m m --patience 0 hello
	status "$limit, a name" 75
done
E=$(seq 40 | sed 's/.*/{"prompt":"hello &"}/')
echo "$E" > "$T/in"
small "-n 12" batch -m chat:m -j 1000
status "-n 12, batch" 0
is "-n 12, batch: answers" "$(wc -l < "$T/out")" 40
: > "$T/in"
for n in 3 4 5 6 7 8; do
	fits "-n $n" || continue
	small "-n $n" -m chat:m hello
	ok "-n $n: works or says why" [ "$rc" -gt 63 ] && [ "$rc" -lt 79 ]
	err "-n $n" "descriptors|open files"
done

serve <<'E'
repeat 9; tls good; stream responses "in secret"
E
BASE=https://localhost:$PORT/v1
for limit in "-n 12" "-s 128"; do
	fits "$limit" || continue
	small "$limit" --cacert tests/certs/ca.pem hello
	out "$limit, TLS" "in secret"
done
finish
