#!/bin/sh
# make demo: run bide against a server that fails three times.  Needs no key
# and no network: faultd plays the provider on a free port of this machine.
set -u
BIDE=${BIDE:-./bide}
FAULTD=${BIDE_BUILD:-build/check/tests}/faultd
T=$(mktemp -d)
pid=""
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$T"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cat > "$T/script" <<'EOF'
error 429 rate_limit_exceeded "Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 22999, Requested 7601. Please try again in 1.2s."
drip 400 40; head; start responses; text "Whatever goes wrong, before the status line or in the"; fail rate_limit_exceeded "Rate limit reached for gpt-4o. Please try again in 1s."
drip 400 40; head; start responses; text "Whatever goes wrong, before the status line or in the middle of"; fin
drip 400 40; stream responses "Whatever goes wrong, before the status line or in the middle of a stream, comes back to one loop, is waited out, and the answer arrives whole and once.\n"
EOF
"$FAULTD" -t 60 "$T/script" > "$T/log" &
pid=$!
port=
until read -r port < "$T/log" && [ -n "$port" ]; do
	kill -0 "$pid" 2>/dev/null || exit 70
	sleep 0.05
done 2>/dev/null

cat <<EOF
A test server on 127.0.0.1:$port plays the provider. It will
  1. answer 429: "Please try again in 1.2s"
  2. start an answer, then send rate_limit_exceeded, "try again in 1s"
  3. start an answer, then close the connection before its end
  4. answer in full
The command is

    $BIDE --base-url http://127.0.0.1:$port/v1 -m gpt-4o "What does bide do?"

Messages on stderr, and the answer:

EOF
# A clean environment keeps the user's settings and proxies out.  Through cat,
# because on a terminal bide erases the line about a wait when it is over.
{
	env -i HOME="$T" OPENAI_API_KEY=sk-demo "$BIDE" --hold \
	    --base-url "http://127.0.0.1:$port/v1" -m gpt-4o \
	    "What does bide do?" 2>&1 >&3 < /dev/null
	echo $? > "$T/rc"
} 3>&1 | cat
rc=$(cat "$T/rc")
cat <<EOF

Exit status $rc after $(grep -c '"req":' "$T/log") requests, received by the server at

$(sed -n 's/.*"t":\([0-9]*\),.*"req":\([0-9]*\),.*/    request \2 at \1 ms/p' "$T/log")
EOF
exit "$rc"
