#!/bin/sh
# The forms of a batch's input that people have, and files that are none.
. tests/cli/lib.sh

O=$T/results
targets() {
	sed -n 's/.*"target":"\([^"]*\)".*/\1/p' "$LOG" | tr '\n' ' '
}

# -- OpenAI's and those that look like them -----------------------------------
serve <<'EOF'
repeat 99; status 200 content-type=application/json body='{"ok":1}'
EOF
M='"messages":[{"role":"user","content":"q"}]'
cat > "$T/in" <<EOF
{"custom_id":"a","method":"post","url":"/v1/chat/completions","body":{"model":"m",$M}}
{"custom_id":"b","body":{"model":"m",$M}}
{"custom_id":"c","body":{"model":"mistral-embed","input":"x"}}
{"custom_id":"d","method":"POST","url":"https://api.openai.com/v1/responses","body":{"model":"m","input":"x"}}
{"custom_id":"e","url":"$BASE/chat/completions","body":{"model":"m",$M}}
{"model":"m","input":"x","metadata":{"row":1}}
{"model":"m",$M,"top_p":1}
EOF
bide -- batch -j 1 -o "$O" "$T/in"
status openai 0
is "openai: paths" "$(targets)" "/v1/chat/completions /v1/chat/completions \
/v1/embeddings /v1/responses /v1/chat/completions /v1/responses \
/v1/chat/completions "
ok "openai: no metadata" not grep -q metadata "$LOG"
sent openai 7 body '"top_p":1'
is "openai: results" "$(grep -c '"response":{"status_code":200' "$O")" 7
rm -f "$O"
{
	echo '{"custom_id":"a","url":"http://elsewhere/v1/x","body":{}}'
	echo '{"custom_id":"b","url":"http://u:p@api.openai.com/v1/x","body":{}}'
	echo '{"custom_id":"c","body":{"documents":[]}}'
} > "$T/in"
bide -- batch -j 1 -o "$O" "$T/in"
status "odd urls" 1
requests "odd urls" 7
is "odd urls: why" "$(grep -c 'another host' "$O")" 2
ok "odd urls: no kind" grep -q '"c".*no known kind' "$O"

# -- Anthropic's and Gemini's -------------------------------------------------
serve <<'EOF'
status 200 content-type=application/json body='{"candidates":[{"content":{"parts":[{"text":"x"}]}}]}'
error 400 INVALID_ARGUMENT "no such field"
repeat 99; status 200 content-type=application/json body='{"ok":1}'
EOF
rm -f "$O"
G='"contents":[{"parts":[{"text":"q"}]}]'
cat > "$T/in" <<EOF
{"key":"g1","request":{$G,"generationConfig":{"temperature":0}}}
{"key":2,"request":{$G}}
{$G}
{"key":"g4","request":{"model":"models/gemini-b",$G}}
{"model":"claude-x","max_tokens":9,$M}
EOF
bide GEMINI_API_KEY=gk ANTHROPIC_API_KEY=ak ANTHROPIC_BASE_URL="${BASE%/v1}" \
    -- batch -j 1 -u "${BASE%/v1}" -m gemini:gemini-a -o "$O" "$T/in"
status gemini 1
G=/v1beta/models/gemini
is "gemini: paths" "$(targets)" "$G-a:generateContent $G-a:generateContent \
$G-a:generateContent $G-b:generateContent /v1/messages "
ok "gemini: a result" grep -q '^{"key":"g1","response":{"candidates"' "$O"
ok "gemini: an error" grep -q '^{"key":"2","error":{' "$O"
ok "gemini: no id" grep -q '^{"key":"line-3-' "$O"
ok "anthropic: a body alone" grep -q '"result":{"type":"succeeded"' "$O"
bide GEMINI_API_KEY=gk ANTHROPIC_API_KEY=ak -- batch -m gemini:gemini-a \
    -o "$O" "$T/in"
status "gemini again" 1
requests "gemini again" 5

# -- ids ----------------------------------------------------------------------
serve <<'EOF'
repeat 99; status 200 content-type=application/json body='{"ok":1}'
EOF
rm -f "$O"
for id in 7 1.50 true '{"x":1}'; do
	echo "{\"custom_id\":$id,\"url\":\"/v1/x\",\"body\":{}}"
done > "$T/in"
bide -- batch -j 1 -o "$O" "$T/in"
status ids 1
requests ids 2
ok "ids: a whole number" grep -q '"custom_id":"7","response"' "$O"
ok "ids: as it is written" grep -q '"custom_id":"1.50","response"' "$O"
is "ids: others are refused" \
    "$(grep -c 'custom_id is neither a string nor a number' "$O")" 2

# -- results of a provider's batch that expired -------------------------------
for id in a b c d; do
	echo "{\"custom_id\":\"$id\",\"url\":\"/v1/x\",\"body\":{}}"
done > "$T/in"
{
	echo '{"custom_id":"a","response":{"status_code":200,"body":{}},"error":null}'
	echo '{"custom_id":"b","response":null,"error":{"code":"batch_expired","message":"m"}}'
	echo '{"custom_id":"c","response":null,"error":{"code":"batch_cancelled"}}'
	echo '{"custom_id":"d","result":{"type":"expired"}}'
} > "$O"
bide -- batch -j 1 -o "$O" "$T/in"
status expired 0
requests expired 5

# -- files that are no batch --------------------------------------------------
foreign() { # NAME WHY; the file is $T/in
	rm -f "$T/none"
	bide -- batch -o "$T/none" "$T/in"
	status "$1" 65
	err "$1" "$2"
	ok "$1: nothing was written" [ ! -e "$T/none" ]
	rc=0
	# shellcheck disable=SC2002
	cat "$T/in" | clean "$BIDE" batch > "$T/out" 2> "$T/err" || rc=$?
	status "$1 in a pipe" 65
	ok "$1: nothing was written to stdout" [ ! -s "$T/out" ]
	rc=0
	# shellcheck disable=SC2002
	cat "$T/in" | clean "$BIDE" batch -o "$T/none" > "$T/out" \
	    2> "$T/err" || rc=$?
	status "$1 in a pipe, for a file" 65
	ok "$1: no file was made" [ ! -e "$T/none" ]
}
L='{"prompt":"q"}'
printf 'custom_id,prompt\na,b\n' > "$T/in"; foreign CSV 'one JSON object'
echo "$L" | gzip > "$T/in"; foreign gzip 'compressed: gzip'
printf '\377\376{\000"\000' > "$T/in"; foreign UTF-16 'UTF-16'
printf '{\000"\000\n\000' > "$T/in"; foreign UTF-16LE 'UTF-16'
echo "[$L,$L]" > "$T/in"; foreign array 'a JSON array'
printf '[\n%s,\n%s\n]\n' "$L" "$L" > "$T/in"; foreign "long array" 'array'
printf '{\n"prompt":"q"\n}\n' > "$T/in"; foreign "long object" 'several lines'
printf '\n\n[%s]\n' "$L" > "$T/in"; foreign "after blank lines" 'array'
requests "files: none" 5
# A pipe is waited for, and its first lines count.
{ sleep 0.2; printf '\n \n{"custom_id":"p","url":"/v1/x","body":{}}\nno\n'; } |
    clean "$BIDE" batch -q -o "$T/none" || true
is "a slow pipe: its ids" "$(sed -n 's/.*"custom_id":"\([a-z]*-*[0-9]*\).*/\1/p' \
    "$T/none" | sort | tr '\n' ' ')" 'line-4 p '

# -- -o -, and what a dry run shows -------------------------------------------
echo '{"custom_id":"a","url":"/v1/x","body":{}}' > "$T/in"
bide -- batch -o - "$T/in"
status "-o -" 0
ok "-o -: stdout" grep -q '"custom_id":"a"' "$T/out"
ok "-o -: no file" [ ! -e ./- ]
echo '{"custom_id":"b","prompt":"q"}' >> "$T/in"
bide -- batch --dry-run "$T/in"
is "dry run: what is accepted" "$(grep ^Accept "$T/out" | tr '\n' ' ')" \
    'Accept: application/json Accept: text/event-stream '

# -- a server that streams unasked --------------------------------------------
serve <<'EOF'
repeat 9; stream chat "hi"
EOF
echo '{"custom_id":"a","url":"/v1/chat/completions","body":{"model":"m"}}' \
    > "$T/in"
bide -- batch -o "$T/streamed" -u "$BASE" "$T/in"
status "a stream unasked" 1
requests "a stream unasked: one request" 1
ok "a stream unasked: told" grep -q 'a stream where one JSON' "$T/streamed"
finish
