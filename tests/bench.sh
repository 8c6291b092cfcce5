#!/bin/sh
# make bench: compare bide with curl on the same data.  The ratios count; a line
# says MISS if one exceeds what was promised.  Not a test, because the result
# depends on the machine's curl.  PART=limits, batch or proxy is that part alone.
set -u
BIDE=${BIDE:-./bide}
BUILD=${BIDE_BUILD:-build/check/tests}
T=$(mktemp -d)
pid=""
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$T"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

bail() {
	echo "bench: $*" >&2
	exit 1
}

# serve SCRIPT: replaces the last faultd with a new one; sets PORT.
serve() {
	[ -z "$pid" ] || kill "$pid"
	echo "$1" > "$T/script"
	: > "$T/log"
	"$BUILD/faultd" -t 600 "$T/script" > "$T/log" &
	pid=$!
	until read -r PORT < "$T/log" && [ -n "$PORT" ]; do
		kill -0 "$pid" 2>/dev/null || bail "no server"
		sleep 0.05
	done 2>/dev/null
}

# run [-s] TIMES URL [NAME=VALUE..]: runs both against URL in a clean
# environment; sets time, cpu, mem, and c_time and c_cpu for curl.
run() {
	flag=""
	[ "$1" != -s ] || { flag=-s; shift; }
	times=$1 url=$2
	shift 2
	env -i PATH="$PATH" HOME="$T" OPENAI_API_KEY=sk-bench "$@" \
	    "$BUILD/bench_run" $flag "$times" \
	    "$BIDE" --live --patience 0 -u "$url" -m "$model" hello -- \
	    curl -sfN -o /dev/null -d '{}' "$url" > "$T/cost" ||
	    bail "nothing measured at $url"
	{ read -r time cpu mem; read -r c_time c_cpu _; } < "$T/cost"
}

# line WHAT BIDE UNIT MOST [CURL [NAME]]: MOST is relative to CURL if it is
# given, which may have another NAME.
line() {
	awk -v what="$1" -v b="$2" -v unit="$3" -v most="$4" -v c="${5-}" \
	    -v name="${6:-curl}" '
	BEGIN {
		v = c == "" ? b : b / c
		ref = c == "" ? "" : sprintf("%s %7.2f  ratio %5.2f", name, c, v)
		printf "%-42s %7.2f %-3s  %-27s  most %6.2f  %s\n", what, b,
		    unit, ref, most, v <= most ? "PASS" : "MISS"
	}'
}

if [ -n "${PART-}" ]; then
	# shellcheck source=/dev/null
	. "tests/bench_$PART.sh"
	exit
fi

model=chat:any
run -s 40 http://127.0.0.1:@/v1
line "http: start to request sent" "$time" ms 0.5 "$c_time"

# A handshake and a small answer, in CPU time: wall time would include the
# server's part in both figures.
store=
for f in ${SSL_CERT_FILE:+"$SSL_CERT_FILE"} \
    /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt \
    /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem \
    /usr/local/share/certs/ca-root-nss.crt; do
	[ -n "$store" ] || [ ! -r "$f" ] || store=$f
done
[ -n "$store" ] || bail "this system has no file of roots"
cat "$store" tests/certs/ca.pem > "$T/roots.pem"
roots=$(grep -c BEGIN "$T/roots.pem")
serve 'tls good; stream chat "hello"'
run 30 "https://localhost:$PORT/v1" SSL_CERT_FILE="$T/roots.pem" \
    CURL_CA_BUNDLE="$T/roots.pem"
line "https: processor, $roots roots" "$cpu" ms 0.4 "$c_cpu"
run 30 "https://localhost:$PORT/v1" SSL_CERT_FILE=tests/certs/ca.pem \
    CURL_CA_BUNDLE=tests/certs/ca.pem
line "https: processor, one root" "$cpu" ms 1 "$c_cpu"

# Like recorded streams: events of 250 bytes, one per chunk or unchunked.
for dialect in responses chat; do
	for framing in chunked close; do
		field=
		model=$dialect:any
		[ $dialect = chat ] || model=openai:any
		[ $framing = chunked ] || field=connection=close
		serve "bulk $dialect 100000000 $field"
		run 9 "http://127.0.0.1:$PORT/v1"
		line "100 MB of $dialect, $framing: processor" "$cpu" ms 4 \
		    "$c_cpu"
		line "100 MB of $dialect, $framing: memory" \
		    "$(awk "BEGIN { print $mem / 1024 }")" MiB 2
	done
done
serve "tls good; bulk chat 100000000"
run 3 "https://localhost:$PORT/v1" SSL_CERT_FILE=tests/certs/ca.pem \
    CURL_CA_BUNDLE=tests/certs/ca.pem
line "100 MB of chat, https: processor" "$cpu" ms 6 "$c_cpu"
line "100 MB of chat, https: memory" \
    "$(awk "BEGIN { print $mem / 1024 }")" MiB 2
line "the program itself" \
    "$(wc -c < "$BIDE" | awk '{ print $1 / 1024 }')" KiB 512
. tests/bench_limits.sh
. tests/bench_batch.sh
. tests/bench_proxy.sh
