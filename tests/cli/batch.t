#!/bin/sh
# bide batch: many requests, each with one complete result.
. tests/cli/lib.sh

O=$T/results

# A prompt line, one in OpenAI's format and one in Anthropic's.
plain() { printf '{"custom_id":"%s","prompt":"%s"}\n' "$1" "$2"; }
openai() {
	printf '{"custom_id":"%s","method":"POST","url":"/v1/embeddings","body":{"model":"e","input":"%s"}}\n' "$1" "$2"
}
anthropic() {
	printf '{"custom_id":"%s","params":{"model":"claude-x","max_tokens":9,"messages":[{"role":"user","content":"%s"}]}}\n' "$1" "$2"
}
result() { # NAME PATTERN
	ok "$1: a result is $2" grep -qxF -e "$2" "$O"
}
results() { # NAME NUMBER
	is "$1: results" "$(grep -c . "$O")" "$2"
	ok "$1: JSON lines" perl -MJSON::PP -ne '
		exit 1 if !eval { decode_json($_)->{custom_id} }' "$O"
}
same_conn() { # NAME
	is "$1: connections" "$(sed -n 's/.*"conn":\([0-9]*\),.*/\1/p' \
	    "$LOG" | sort -u | grep -c .)" 1
}

# -- formats ------------------------------------------------------------------
serve <<'EOF'
expect-body 'hello \"there\"'; stream responses "one two"
expect-header accept application/json; status 200 content-type=application/json x-request-id=req-7 body="{\"data\": [1.5],\n\"usage\":{\"prompt_tokens\":7}}"
status 200 content-type=application/json body='{"type":"message","content":[]}'
error 400 invalid_value "no such field"
status 404 content-type=text/plain body=gone
EOF
{
	plain a 'hello \"there\"'
	openai b words
	anthropic c hi
	echo
	openai d bad
	anthropic e gone
	echo 'no JSON'
	echo '{"prompt":"x","max_tokns":4}'
	echo '{"custom_id":"g","url":"http://elsewhere/v1/x","body":{}}'
} > "$T/in"
bide ANTHROPIC_API_KEY=ak ANTHROPIC_BASE_URL="${BASE%/v1}" -- \
    batch -j 1 -o "$O" "$T/in"
status families 1
results families 8
result families '{"custom_id":"a","text":"one two","finish":"stop","usage":{"input":12,"output":34,"cached":5,"reasoning":0}}'
result families '{"id":"batch_req_2","custom_id":"b","response":{"status_code":200,"request_id":"req-7","body":{"data":[1.5],"usage":{"prompt_tokens":7}}},"error":null}'
result families '{"custom_id":"c","result":{"type":"succeeded","message":{"type":"message","content":[]}}}'
result families '{"id":"batch_req_5","custom_id":"d","response":{"status_code":400,"request_id":"","body":{"error":{"message":"no such field","type":"invalid_value","param":null,"code":"invalid_value"}}},"error":null}'
result families '{"custom_id":"e","result":{"type":"errored","error":{"type":"error","error":{"type":"not_found","message":"gone"}}}}'
result families '{"custom_id":"line-7-29ecbeb830e3244","error":{"class":"bad_request","status":null,"message":"line 7: not a JSON object"}}'
result families '{"custom_id":"line-8-1459afd30bf2b16","error":{"class":"bad_request","status":null,"message":"line 8: an unknown member"}}'
result families '{"id":"batch_req_9","custom_id":"g","response":null,"error":{"code":"bad_request","message":"line 9: url is on another host than the base URL"}}'
requests families 5
is "families: paths" "$(sed -n 's/.*"target":"\([^"]*\)".*/\1/p' "$LOG" |
    sort | uniq -c | tr -s ' \n' ' ')" \
    ' 2 /v1/embeddings 2 /v1/messages 1 /v1/responses '
err families '5 failed permanently'

# Run again: all have a result, and the failures still count.
before=$(cat "$O")
bide -- batch -o "$O" "$T/in"
status again 1
err again '5 failed permanently'
is "again: the same results" "$(cat "$O")" "$before"
requests again 5

# -- stream: true, options, one connection ------------------------------------
serve <<'EOF'
expect-body '"input":"x"}'; status 200 content-type=application/json body='{"ok":1}'
repeat 2; stream chat "text"
EOF
rm -f "$O"
{
	echo '{"custom_id":"s","method":"POST","url":"/v1/responses","body":{"stream": true, "model": "m", "stream_options": {"a":1},  "input":"x"}}'
	printf '{"custom_id":"o","prompt":"p\\u00e9","system":"be brief","max_tokens":7,"temperature":0.5,"effort":null,"param":{"seed":3}}\n'
	echo '{"custom_id":"m","model":"chat:other","messages":[{"role":"user","content":"one"},{"role":"assistant","content":"two"}],"prompt":"three"}'
} > "$T/in"
bide -- batch -q -j 1 -m chat:m -o "$O" "$T/in"
status options 0
sent options 1 body '^\{ *"model": "m" *, *"input":"x"\}$'
sent options 2 body '"content":"be brief".*"content":"p.*"'
sent options 2 body '"temperature":0.5'
sent options 2 body '"seed":3'
sent options 2 body '"max_(completion_)?tokens":7'
sent options 3 body '"model":"other".*"one".*"two".*"three"'
ok "options: quiet" [ ! -s "$T/err" ]
is "options: connections" "$(sed -n 's/.*"conn":\([0-9]*\),.*/\1/p' "$LOG" |
    sort -u | grep -c .)" 3

serve <<'EOF'
repeat 5; stream responses "answer"
EOF
rm -f "$O"
for i in 1 2 3 4 5; do plain "$i" q; done > "$T/in"
bide -- batch -j 1 -o "$O" "$T/in"
status streams 0
results streams 5
same_conn streams

# A server that says more than it was asked: its surplus answer is not taken for
# the answer to the next line, which gets a connection of its own.
serve <<'EOF'
stream responses "first"; sleep 50; stream responses "stale"; keep
stream responses "second"
EOF
rm -f "$O"
rm -f "$T/in"
mkfifo "$T/in"
{ plain 1 q; sleep 0.2; plain 2 q; } > "$T/in" &
bide -- batch -j 1 -o "$O"
rm "$T/in"
status surplus 0
ok "surplus: the first answer" grep -q '"1","text":"first"' "$O"
ok "surplus: the second answer" grep -q '"2","text":"second"' "$O"

# -- stdin and stdout ---------------------------------------------------------
serve <<'EOF'
repeat 9; stream responses "answer"
EOF
{ plain x 1; plain y 2; plain x 3; printf '{"prompt":"last"}'; } > "$T/in"
rc=0
# shellcheck disable=SC2002
cat "$T/in" | clean "$BIDE" batch -j 1 > "$O" 2> "$T/err" || rc=$?
status pipe 1
results pipe 3
ok "pipe: line-4" grep -q '"custom_id":"line-4-3d463960de29938"' "$O"
err pipe "line 3: custom_id 'x'"
requests pipe 3

# A byte order mark before the input, and before the results of an earlier run.
serve <<'EOF'
stream responses "answer"
EOF
{ printf '\357\273\277'; plain x 1; plain y 2; } > "$T/in"
{ printf '\357\273\277'; printf '{"custom_id":"y","response":{"status_code":200,"body":{}}}\n'; } > "$O"
bide -- batch -o "$O" "$T/in"
status "a byte order mark" 0
ok "a byte order mark: the id without it" grep -q '"custom_id":"x"' "$O"
requests "a byte order mark: one was asked" 1

# -- lines without ids --------------------------------------------------------
serve <<'EOF'
repeat 3; stream responses "answer"
error 400 invalid_value "no such field"
repeat 9; stream responses "answer"
EOF
unnamed() { printf '{"prompt":"%s"}\n' "$@"; }
rm -f "$O"
unnamed a b b c > "$T/in"
bide -- batch -j 1 -o "$O" "$T/in"
status "no ids" 1
requests "no ids" 4
{ unnamed new b a; printf '  {"prompt":"c"} \r\n'; unnamed b b; } > "$T/in"
bide -- batch -j 1 -o "$O" "$T/in"
status "no ids, in another order" 1
requests "asked are a new line and a third of the same text" 6
ok "by number and text" grep -q '"line-1-[0-9a-f]\{15\}","text"' "$O"
bide -- batch -j 1 -o "$O" "$T/in"
requests "then none" 6
# Results of bide 0.1 have the number alone.
printf '{"custom_id":"line-2","text":"x"}\n' > "$O"
unnamed a b c > "$T/in"
bide -- batch -j 1 -o "$O" "$T/in"
status "ids of numbers" 0
requests "ids of numbers: the second is done" 8
ok "ids of numbers: the others" not grep -q '"line-2-' "$O"

# -- duplicate ids ------------------------------------------------------------
serve <<'EOF'
status 500
EOF
{ plain x 1; plain y 2; plain 'x' 3; } > "$T/in"
bide -- batch -o "$T/none" "$T/in"
status twice 65
err twice "line 3: custom_id 'x'"
requests twice 0
{ printf '{"custom_id":"\\u0079","prompt":"1"}\n'; plain y 2; } > "$T/in"
bide -- batch "$T/in"
status "twice, escaped" 65

# -- incomplete last lines ----------------------------------------------------
serve <<'EOF'
repeat 3; stream responses "answer"
EOF
for i in a b c; do plain $i q; done > "$T/in"
printf '{"custom_id":"a","text":"","finish":"stop"}\n{"custom_id":"b","text":"half' > "$O"
bide -- batch -o "$O" "$T/in"
status torn 0
results torn 3
requests torn 2
err torn 'incomplete last line'
printf '%s' "$(cat "$O")" > "$T/o2"	# no newline at its end
bide -- batch -o "$T/o2" "$T/in"
status "no newline" 0
ok "no newline: mended" cmp -s "$O" "$T/o2"
requests "no newline" 2

# -- unsuitable output files --------------------------------------------------
echo 'dear diary' > "$T/diary"
echo 'x' >> "$T/diary"
bide -- batch -o "$T/diary" "$T/in"
status "a diary" 65
ok "a diary: is as it was" grep -q 'dear diary' "$T/diary"
before=$(cat "$T/in")
bide -- batch -o "$T/in" "$T/in"
status "input is output" 65
printf '{"prompt":"one line"}' > "$T/one"
bide -- batch -o "$T/one" "$T/one"
status "input is output, one line" 65
is "input is output: as it was" "$(cat "$T/in")" "$before"
is "input is output: as it was, too" "$(cat "$T/one")" \
    '{"prompt":"one line"}'
bide -- batch "$T/in" "$T/in"
status "two inputs" 64
bide -- batch "$T/missing"
status "no input" 78
bide -- batch -o "$T/nothing" "$T/home"
status "a folder as input" 78
err "a folder as input" "$T/home: Is a directory\$"
ok "a folder as input: nothing was written" [ ! -e "$T/nothing" ]
for o in '-j 0' '--shard 3/2' '--shard x' '--deadline soon' '--live'; do
	# shellcheck disable=SC2086
	bide -- batch $o "$T/in"
	status "$o" 64
done
bide BIDE_MODEL= -- batch "$T/in"
status "no model" 78

# -- waits and faults ---------------------------------------------------------
serve <<'EOF'
error 429 rate_limit_exceeded "Please try again in 40ms"
stream-cut responses "half"
stream-error responses "other half" server_error "sorry"
stream responses "whole"
EOF
rm -f "$O"
plain a q > "$T/in"
bide -- batch -v --report "$T/report" -o "$O" "$T/in"
status waits 0
err waits 'line 1: 4 requests$'
result waits '{"custom_id":"a","text":"whole","finish":"stop","usage":{"input":12,"output":34,"cached":5,"reasoning":0}}'
requests waits 4
ok "waits: report" perl -MJSON::PP -0777 -ne '$r = decode_json($_);
    exit 1 if $r->{succeeded} != 1 || $r->{requests} != 4 ||
    $r->{status_429} != 1 || $r->{output_tokens} != 34 || $r->{left} ||
    defined $r->{ideal_ms}' \
    "$T/report"

serve <<'EOF'
repeat 3; status 503 body=busy
repeat 2; stream responses "now"
EOF
rm -f "$O"
for i in a b; do plain $i q; done > "$T/in"
bide -- batch -j 1 --patience 0 -o "$O" "$T/in"
status left 75
ok "left: no results" [ ! -s "$O" ]
err left "2 deferred; .* batch -j 1 --patience 0 -o $O $T/in$"
requests left 2
bide -- batch -j 2 --patience 0 -o "$O" "$T/in"
status "left: one more" 75
bide -- batch -j 2 --patience 0 -o "$O" "$T/in"
status "left: the rest" 0
results left 2

serve <<EOF
error 401 invalid_api_key "Incorrect API key provided: $KEY"
EOF
rm -f "$O"
for i in a b c d e f; do openai $i q; done > "$T/in"
bide -- batch -j 2 -o "$O" "$T/in"
status key 77
ok "key: no results" [ ! -s "$O" ]
err key 'key refused'
err key '6 deferred'
no_err key "$KEY"
ok "key: at most as many requests as workers" \
    [ "$(grep -c '"req":' "$LOG")" -le 2 ]
serve <<EOF
error 400 bad "what did you mean by $KEY?"
EOF
openai a q > "$T/in"
bide -- batch -o "$O" "$T/in"
status "key in a body" 1
ok "key in a body: masked" not grep -q "$KEY" "$O"

# No server: the rest is not tried.
for i in 1 2 3 4 5 6 7 8 9; do plain "$i" q; done > "$T/in"
bide -- batch -j 1 --retries 1 -u http://127.0.0.1:1/v1 -o "$T/nobody" "$T/in"
status nobody 75
err nobody '9 deferred'

# -- time ---------------------------------------------------------------------
bide -- batch --deadline 0 -o "$T/nobody" "$T/in"
status deadline 75
err deadline 'deadline'
requests deadline 1

# -- shards -------------------------------------------------------------------
serve <<'EOF'
repeat 99; stream responses "answer"
EOF
i=0
while [ $i -lt 30 ]; do plain "id-$i" q; i=$((i + 1)); done > "$T/in"
for i in 1 2 3; do
	bide -- batch -j 4 -o "$T/part$i" --shard $i/3 "$T/in"
	status "part $i" 0
	ok "part $i: some" [ -s "$T/part$i" ]
done
requests parts 30
is "parts: all of it" "$(cat "$T"/part[123] | sort -u | grep -c .)" 30
bide -- batch -j 4 -o "$T/part3" --shard 0/3 "$T/in"
requests "part 0 is part 3" 30

# -- dry run ------------------------------------------------------------------
{ openai a q; plain b q; echo 'no'; } > "$T/in"
bide -- batch --dry-run "$T/in"
status "dry run" 0
ok "dry run: a request" grep -qxF "POST $BASE/embeddings" "$T/out"
ok "dry run: a body" grep -qxF '{"model":"e","input":"q"}' "$T/out"
ok "dry run: an error" grep -q '^line 3: not a JSON' "$T/out"
ok "dry run: no key" not grep -q "$KEY" "$T/out"
err "dry run" '3 to send'
requests "dry run" 30

# -- signals ------------------------------------------------------------------
serve <<'EOF'
head; start responses; text "slow "; sleep 500; text "but whole"; done; end
EOF
rm -f "$O"
for i in a b c d; do plain $i q; done > "$T/in"
interrupt INT "$LOG" '"req":2' batch -j 2 -o "$O" "$T/in"
status SIGINT 130
results SIGINT 2
requests SIGINT 2
ok "SIGINT: whole" grep -q 'slow but whole' "$O"
err SIGINT 'waiting for 2 answers'
err SIGINT " 2 done, 2 deferred; continue with: .* batch -j 2 -o $O $T/in$"

serve <<'EOF'
error 429 rate_limit_exceeded "Please try again in 20s"
EOF
interrupt INT "$LOG" '"req":2' batch -j 2 -o "$T/o3" "$T/in"
err "SIGINT in a pause" ' 0 done, 4 deferred; continue with'
status "SIGINT in a pause" 130
ok "SIGINT in a pause: at once ($ms ms)" between "$ms" 0 $((900 + SLACK))

# Another batch with the same output; the workers end when their parent is
# killed.
serve <<'EOF'
head; start responses; text "never "; hold
EOF
# shellcheck disable=SC2086
clean $BIDE batch -q -j 3 -o "$T/o4" "$T/in" 2> /dev/null &
parent=$!
pids="$pids $parent"
until [ "$(grep -c '"req":' "$LOG")" = 3 ]; do sleep 0.05; done
bide -- batch -o "$T/o4" "$T/in"
status "two at a file" 75
err "two at a file" 'another batch'
kids() {
	for s in /proc/[0-9]*/stat; do
		awk -v p="$1" '$4 == p { print $1 }' "$s" 2>/dev/null
	done
}
parent=$(kids "$parent") # of the shell that ran it
workers=$(kids "$parent")
is "workers" "$(echo "$workers" | grep -c .)" 3
kill -9 "$parent"
alive() {
	for pid in $workers; do kill -0 "$pid" 2>/dev/null && return 0; done
	return 1
}
i=0
while alive && [ $i -lt 40 ]; do sleep 0.05; i=$((i + 1)); done
ok "a killed parent's workers end" not alive

# -- writing ------------------------------------------------------------------
serve <<'EOF'
repeat 99; stream responses "answer"
EOF
i=0
while [ $i -lt 40 ]; do plain "w$i" q; i=$((i + 1)); done > "$T/in"
if [ -c /dev/full ]; then
	bide -- batch -j 1 -o /dev/full "$T/in"
	status "a full disk" 74
	ok "a full disk: the rest is not asked" \
	    [ "$(grep -c '"req":' "$LOG")" -le 2 ]
fi
# A file size limit: the results written are complete, and the next run
# continues.
rm -f "$O"
rc=0
# shellcheck disable=SC2086,SC3045
(ulimit -f 1 && trap '' XFSZ && clean $BIDE batch -j 2 -o "$O" "$T/in") \
    > "$T/out" 2> "$T/err" || rc=$?
status "no room" 74
ok "no room: whole lines" [ "$(tail -c 1 "$O")" = "" ]
bide -- batch -q -o "$O" "$T/in"
status "room again" 0
results "room again" 40

# -- within a limit -----------------------------------------------------------
serve <<'EOF'
limited chat "hi" 6000 1000 1000 6000
EOF
rm -f "$O"
i=0
while [ $i -lt 20 ]; do openai "e$i" q; i=$((i + 1)); done > "$T/in"
bide -- batch -j 8 --report "$T/report" -o "$O" "$T/in"
status limit 0
results limit 20
ok "limit: nothing was refused, an ideal is known" perl -MJSON::PP -0777 -ne '
    $r = decode_json($_); exit 1 if $r->{status_429} || !$r->{ideal_ms}' \
    "$T/report"

# Waiting for a slot does not count against --patience.
serve <<'EOF'
limited chat "hi" 12000 1000 6000 400
EOF
rm -f "$O"
i=0
while [ $i -lt 12 ]; do
	printf '{"custom_id":"t%s","url":"/v1/chat/completions","body":{"model":"q","max_tokens":300,"messages":[]}}\n' $i
	i=$((i + 1))
done > "$T/in"
bide -- batch -q -j 12 --patience 600ms -o "$O" "$T/in"
status turns 0
results turns 12
finish
