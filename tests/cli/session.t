#!/bin/sh
# Sessions: stored, continued, resumed, listed and rejected.
. tests/cli/lib.sh

STATE=$T/home/.local/state/bide/sessions

records() { # NAME TYPE NUMBER
	is "$1: $3 $2" "$(grep -c "^{\"type\":\"$2\"" "$STATE/$4.jsonl")" "$3"
}

sum() {
	find "$STATE" -type f -exec cksum {} + | sort
}

bide -- log
status "log of nothing" 78
bide -- sessions
status "no sessions" 0
out "no sessions" ""
bide -- resume
status "resume of nothing" 78
bide -- -c hello
status "-c of nothing" 78
err "-c of nothing" "no sessions yet"

# -- a conversation -----------------------------------------------------------

serve <<'E'
repeat 9; stream responses "Hello\n"
E
bide -- -s talk -S "be brief" --max-tokens 99 hi
status "a new session" 0
out "a new session" "Hello
"
records "a new session" turn 1 talk
is "its file's mode" "$(stat -c %a "$STATE/talk.jsonl" "$STATE" | tr '\n' ' ')" "600 700 "
bide -- -s talk "and you?"
status "-s" 0
sent "-s" 2 body '"input":\[.*"hi".*"assistant".*"Hello\\n".*"and you\?"'
sent "the system text holds on" 2 body '"be brief"'
bide -- -c -S "be long" again
status "-c" 0
sent "-c" 3 body 'be long.*"hi".*"and you\?".*"again"'
bide BIDE_MODEL=gpt-4.1 -- -c "which model"
sent "the session's model" 4 body '"model":"gpt-4o"'
bide -- -c -m gpt-4.1 "other model"
sent "-m beats it" 5 body '"model":"gpt-4.1"'
sent "the last system text" 5 body 'be long'
bide -- -c "and now"
sent "the new model stays" 6 body '"model":"gpt-4.1"'
before=$(sum)
bide -- -s talk --dry-run "what if"
status "--dry-run" 0
ok "--dry-run: has it all" grep -q 'what if' "$T/out"
bide -- -s fresh --dry-run "what if"
status "--dry-run, new" 0
bide -- resume talk --dry-run
status "resume --dry-run" 0
ok "resume --dry-run: the question" grep -q 'and now' "$T/out"
is "--dry-run writes nothing" "$(sum)" "$before"
requests "so far" 6
bide -- resume talk
status "resume of a finished turn" 0
out "resume of a finished turn" "Hello
"
bide -- resume --json
json_lines "resume --json"
event "resume --json" '"done"'
bide -- resume talk -o "$T/answer"
is "resume -o" "$(cat "$T/answer")" Hello
is "resume writes nothing" "$(sum)" "$before"
requests "nor asks" 6

bide -- "no name"
status "without a name" 0
bide -- resume
status "the newest" 0
bide -- sessions
ok "the newest is first" sh -c "head -n 1 '$T/out' | grep -q '^[0-9]\{8\}-[0-9]\{6\}-[0-9a-f]\{4\} '"
event "sessions" '^talk .*openai:gpt-4.1 +6 +72/204 +done +hi$'
bide -- log talk
is "log: the instructions, when they change" \
    "$(grep -A1 '^== instructions' "$T/out" | tr '\n' ' ')" \
    '== instructions be brief -- == instructions be long '
for cols in 40 80 120; do
	rc=0
	# shellcheck disable=SC2086
	clean COLS=$cols perl tests/cli/tty.pl $BIDE sessions < /dev/null \
	    > "$T/out" 2> "$T/err" || rc=$?
	[ "$rc" != 99 ] || break
	ok "sessions: fits $cols columns" not grep -q "$(printf '.%.0s' \
	    $(seq $((cols + 2))))" "$T/out"
	ok "sessions: $cols columns" grep -q '^talk .* done .*hi' "$T/out"
done
# shellcheck disable=SC2016,SC2086
is "sessions | head ends quietly" "$(clean sh -c '
    { sleep 0.1; $0 sessions; echo $? >&2; } | true' $BIDE 2>&1)" 141
bide -- sessions --json
json_rows() { perl -MJSON::PP -ne 'exit 1 if !defined decode_json($_)->{name}' "$T/out"; }
ok "sessions --json" json_rows
event "sessions --json" '"name":"talk",.*"turns":6,"state":"done","question":"hi"'

for name in .. .hidden -x a/b 'a b' '' "$(printf '%0201d' 0)"; do
	bide -- "--session=$name" hello
	status "the name '$name'" 64
	bide -- log -- "$name"
	status "log of '$name'" 64
done
bide -- -s talk -c hello
status "-s and -c" 64
bide -- resume talk talk
status "two" 64
bide -- resume nobody
status "none of that name" 78
printf '[{"role":"user","content":"x"}]' > "$T/m.json"
bide -- -s talk --messages "$T/m.json" hello
status "--messages in a running session" 64
bide -- -s m --messages "$T/m.json" hello
status "--messages in a new one" 0
requests "no refused one was asked" 8

# -- interrupted --------------------------------------------------------------

# killed NAME FILE PATTERN ARGS...
killed() {
	what=$1
	shift
	interrupt KILL "$@"
	is "$what: killed" "$rc" 137
}

serve <<'E'
hold
stream responses "whole\n"
E
killed "before the head" "$LOG" '"req":1' -s head --max-tokens 77 question
bide -- sessions
event "before the head" '^head .* interrupted'
bide -- -s head "something else"
status "an open turn refuses another" 75
err "an open turn refuses another" "bide resume head"
bide -- resume head
status "before the head" 0
out "before the head" "whole
"
records "before the head" turn 1 head
records "before the head" attempt 2 head
ok "the very same request" cmp "$T/req$N/req-1.body" "$T/req$N/req-2.body"
requests "before the head" 2

serve <<'E'
head; start responses; text "half "; hold
stream responses "whole\n"
E
killed "in a stream" "$T/out" half -N -s stream question
bide -- log stream
ok "log has the half" grep -q '^half' "$T/out"
ok "and says so" grep -q 'not finished' "$T/out"
bide -- resume stream
status "in a stream" 0
out "in a stream" "whole
"
bide -- log stream
ok "log has the whole" not grep -q half "$T/out"

serve <<'E'
head; start responses; text "half an answer, "; hold
head; start responses; text "half an answer, and the rest\n"; done; end
E
killed "to go on" "$T/out" half -N --on-break continue -s on question
bide -- resume on
status "gone on" 0
out "gone on" "half an answer, and the rest
"
sent "gone on" 2 body 'half an answer'
bide -- log on
ok "gone on: once" [ "$(grep -c 'half an answer' "$T/out")" = 1 ]

# resume, too, holds and checks the answer to a request with a schema.
echo '{"type":"object"}' > "$T/schema.json"
serve <<'E'
head; start responses; text "half"; hold
stream responses "no JSON"
E
killed "a schema" "$LOG" '"req":1' -s schema --schema "$T/schema.json" question
bide -- resume -N schema
status "a schema" 1
ok "the very same schema" cmp "$T/req$N/req-1.body" "$T/req$N/req-2.body"
bide -- resume schema
status "a schema, finished" 1
err "a schema, finished" "not JSON"

# The wait stated by the server holds for resume too.
serve <<'E'
error 429 rate_limit_exceeded "limited" retry-after-ms=1500
stream responses "at last\n"
E
killed "in a wait" "$T/err" "retrying in" -s wait question
bide -- sessions
event "in a wait" '^wait .* until 2'
bide -- resume wait --patience 100ms
status "no patience" 75
err "no patience" "bide resume wait"
err "no patience" "after 20..-..-..T"
requests "no patience: nothing is sent" 1
bide -- sessions
event "no patience" '^wait .* waiting until 2'
bide -- resume wait
status "patience" 0
out "patience" "at last
"
waited "across processes" 1 1500 2100
requests "patience" 2

serve <<'E'
error 429 rate_limit_exceeded "limited" retry-after=3600
stream responses "at last\n"
E
bide -- -s later --patience 1s question
status "later" 75
err "later" "bide resume later"
bide -- resume later -q --patience 1s
status "later still" 75
requests "later" 1

# The command in the message is sufficient.
serve <<'E'
error 429 rate_limit_exceeded "limited" retry-after-ms=300
stream responses "at last\n"
E
echo sk-of-a-file > "$T/key"
bide OPENAI_API_KEY= -- -s told -o "$T/it's" --key-file "$T/key" \
    --patience 100ms question
status "told" 75
sed -n 's/.* with: bide/$BIDE/p' "$T/err" > "$T/again"
clean OPENAI_API_KEY= BIDE="$BIDE" sh "$T/again" 2> "$T/err"
is "told: status" $? 0
is "told: -o" "$(cat "$T/it's")" "at last"
sent "told" 2 head '^authorization: Bearer sk-of-a-file'

serve <<'E'
error 429 insufficient_quota "no credit"
stream responses "ok\n"
E
bide -- -s quota question
status "failed" 69
bide -- sessions
event "failed" '^quota .* failed'
bide -- -s quota "another one"
status "a failed turn is left" 0
ok "a failed turn is left out" not grep -q question "$T/req$N/req-2.body"

serve <<'E'
head; start responses; text "half"; hold
stream responses "ok\n"
E
interrupt INT "$LOG" '"req":1' -s int question
status "SIGINT" 130
bide -- -s int "a better one"
status "SIGINT drops the turn" 0
ok "SIGINT drops the turn, question and all" \
    not grep -q '"question"' "$T/req$N/req-2.body"

serve <<'E'
head; start responses; text "half"; hold
stream responses "ok\n"
E
interrupt TERM "$LOG" '"req":1' -s term question
status "SIGTERM" 143
bide -- -s term "another one"
status "SIGTERM leaves the turn" 75
bide -- resume term
status "SIGTERM leaves the turn" 0

# -- tools and other dialects -------------------------------------------------

cat > "$T/tools.json" <<'E'
[{"name":"weather","description":"the weather",
  "parameters":{"type":"object","properties":{"city":{"type":"string"}}}}]
E
printf sunny > "$T/sunny"
call='event "{\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[],\"encrypted_content\":\"gAAAA\"}}"; event "{\"type\":\"response.output_item.done\",\"output_index\":1,\"item\":{\"type\":\"function_call\",\"id\":\"fc_1\",\"call_id\":\"call_1\",\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Ulm\\\"}\",\"status\":\"completed\"}}"'
serve <<E
head; start responses; $call; done tool_calls; end
stream responses "It is sunny.\n"
stream chat "Still.\n"
E
bide -- -s tools --tools "$T/tools.json" "weather in Ulm?"
status "a call" 0
event "a call" '"weather".*Ulm'
ok "a call is kept" grep -q '"id":"call_1"' "$STATE/tools.jsonl"
bide -- -s tools "well?"
status "an open call refuses a prompt" 64
err "an open call refuses a prompt" call_1
bide -- -s tools --tool-result "call_2=$T/sunny"
status "a result of no call" 64
records "what is refused is not saved" turn 1 tools
bide -- resume tools
event "the call again" '"weather".*Ulm'
bide -- -s tools --tool-result "call_1=$T/sunny"
status "a result" 0
out "a result" "It is sunny.
"
sent "a result" 2 body '"encrypted_content":"gAAAA".*"call_id":"call_1".*"function_call_output".*sunny'
sent "the tools hold on" 2 body '"tools":\[.*"weather"'
bide -- -s tools -m chat:m "still?"
status "chat goes on" 0
sent "chat goes on" 3 body '"tool_calls":.*"call_1".*"role":"tool".*sunny.*It is sunny.*still\?'
ok "chat: nobody else's reasoning" not grep -q gAAAA "$T/req$N/req-3.body"

anthropic='event message_start "{\"type\":\"message_start\",\"message\":{\"id\":\"m1\",\"content\":[],\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}"; event content_block_start "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}"; event content_block_delta "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}"; event content_block_stop "{\"type\":\"content_block_stop\",\"index\":0}"; event message_delta "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":5}}"; event message_stop "{\"type\":\"message_stop\"}"'
serve <<E
head; $anthropic; end
head; event '{"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":5}}'; end
stream responses "back\n"
E
bide ANTHROPIC_API_KEY=k1 ANTHROPIC_BASE_URL="${BASE%/v1}" -- \
    -s tools -m claude-opus-4-1 "and you?"
status "messages goes on" 0
sent "messages goes on" 1 body '"tool_use".*"tool_result".*and you\?'
ok "messages: nobody else's reasoning" not grep -q gAAAA "$T/req$N/req-1.body"
bide GEMINI_API_KEY=k2 -- -u "${BASE%/v1}" -s tools -m gemini-2.5-flash "you?"
status "gemini goes on" 0
sent "gemini goes on" 2 body '"functionCall".*"functionResponse".*you\?'
bide -- -s tools -u "$BASE" -m gpt-4o "back?"
status "and back" 0
sent "and back" 3 body '"encrypted_content":"gAAAA".*"call_id":"call_1".*back\?'
bide -- log tools
status "log" 0
for want in 'weather in Ulm\?' 'call call_1 weather' 'result of call_1' sunny \
    'It is sunny' 'gemini-2.5-flash' 'back'; do
	event "log" "$want"
done
ok "log leaves reasoning out" not grep -q gAAAA "$T/out"
bide -- log --json tools
json_lines "log --json"
is "log --json is the file" "$(cksum < "$T/out")" "$(cksum < "$STATE/tools.jsonl")"

serve <<'E'
stream responses "\x1b[31mred\x1b[0m\n"
E
bide -- -s red -N "colour?"
bide -- log red
ok "log in a pipe is as it was" grep -q "$(printf '\033')" "$T/out"
# shellcheck disable=SC2086
for words in "log red" "resume red" "log --json red" "sessions"; do
	rc=0
	clean perl tests/cli/tty.pl $BIDE $words > "$T/out" 2> "$T/err" || rc=$?
	[ "$rc" != 99 ] || continue
	status "on a terminal, $words" 0
	ok "on a terminal, $words: something" [ -s "$T/out" ]
	ok "on a terminal, $words: nothing that drives it" \
	    not grep -q "$(printf '\033')" "$T/out"
done
ok "the journal has no control characters" \
    not grep -q "$(printf '\033')" "$STATE/red.jsonl"

bide -- sessions --json
event "counts that nobody gave" \
    '"name":"later",.*"input":null,"output":null\}'

# -- no place to store it -----------------------------------------------------

serve <<'E'
repeat 99; stream responses "Hello\n"
E
bide HOME= -- hello
status "no HOME" 0
out "no HOME" "Hello
"
is "no HOME: said once" "$(grep -c "not saved" "$T/err")" 1
bide HOME= -- -s name hello
status "no HOME, -s" 0
is "no HOME, -s: said once" "$(grep -c "not saved" "$T/err")" 1
bide HOME= -- sessions
status "no HOME, sessions" 74
: > "$T/file"
bide HOME="$T/file" -- hello
status "a file for a home" 0
is "a file for a home: said once" "$(grep -c "not saved" "$T/err")" 1
bide XDG_STATE_HOME="$T/state" -- hello
status "XDG_STATE_HOME" 0
ok "XDG_STATE_HOME" [ -d "$T/state/bide/sessions" ]
bide HOME="$T/deep/er/still" -- hello
ok "folders are made" [ -d "$T/deep/er/still/.local/state/bide/sessions" ]

# A file size limit acts like a full disk; SIGXFSZ must not kill the program.
for size in 0 1; do
	mkdir "$T/full$size"
	# shellcheck disable=SC3045,SC2086
	(ulimit -f $size; clean HOME="$T/full$size" $BIDE hello < /dev/null 2>&1
	echo "status $?") | cat > "$T/out"
	is "a full disk, $size: said once" "$(grep -c "not saved from here on" "$T/out")" 1
	is "a full disk, $size: the answer, and 74" "$(tail -n 2 "$T/out")" \
	    "Hello
status 74"
done
# -- concurrent runs ----------------------------------------------------------

serve <<'E'
sleep 300; stream responses "one\n"
stream responses "two\n"
E
# shellcheck disable=SC2086
clean $BIDE -s both first < /dev/null > "$T/first" 2>&1 &
first=$!
until grep -q '"req":1' "$LOG"; do sleep 0.01; done
bide -- sessions
event "while it runs" '^both .* running'
bide -- -s both --patience 0 second
status "no patience for a writer" 75
bide -- -s both second
status "a second one queues" 0
err "a second one queues" "another bide"
wait $first
is "the first one" "$(cat "$T/first")" one
sent "the second has the first's answer" 2 body '"one\\n".*second'
requests "one after the other" 2

# -- damage -------------------------------------------------------------------

printf '{"type":"tur' >> "$STATE/both.jsonl"
bide -- log both
status "log, torn" 0
no_err "log, torn" "cut"
bide -- resume both
status "resume, torn" 0
err "resume, torn" "incomplete last record"
out "resume, torn" "two
"
bide -- resume both
no_err "cut off for good" "incomplete last record"
sed 's/"one/"0ne/' "$STATE/both.jsonl" > "$T/x" && cp "$T/x" "$STATE/both.jsonl"
bide -- resume both
status "resume, damaged" 0
err "resume, damaged" "1 damaged record"
serve <<'E'
stream responses "three\n"
E
bide -- -s both third
status "a damaged session goes on" 0
sent "without the damaged turn" 1 body '"second".*two.*third'
ok "or half of it" not grep -q '"first"' "$T/req$N/req-1.body"

# -- a long session -----------------------------------------------------------

# The same text a hundred thousand times, each time from byte 0.
serve <<'E'
stream responses "Hello\n"
E
bide -- -s long hello
{
	grep -v '"type":"answer"' "$STATE/long.jsonl"
	yes "$(grep '"type":"text"' "$STATE/long.jsonl")" | head -n 100000
	grep '"type":"answer"' "$STATE/long.jsonl"
} > "$T/x" && cp "$T/x" "$STATE/long.jsonl"
# CPU time, because the machine may be busy.
# shellcheck disable=SC2016,SC2086
took=$(clean perl -e 'open STDOUT, ">", shift; system @ARGV; my @t = times;
    printf STDERR "%d", 1000 * ($t[2] + $t[3])' "$T/out" $BIDE resume long 2>&1)
out "a long session" "Hello
"
most=200
[ "$BIDE" = ./bide ] || most=5000	# sanitizers
ok "a long session: opened within $most ms ($took)" \
    between "$took" 0 $((most + SLACK))

# -- pruning ------------------------------------------------------------------

serve <<'E'
hold
E
killed "an open one" "$LOG" '"req":1' -s open question
bide -- sessions --prune 1h
status "prune" 0
out "nothing is old" ""
touch -d '3 hours ago' "$STATE/open.jsonl" "$STATE/talk.jsonl" "$STATE/term.jsonl"
bide -- sessions --prune 2h
status "prune" 0
event "prune" 'deleting talk'
event "prune" 'deleting term'
is "prune says what" "$(wc -l < "$T/out")" 2
ok "prune deletes" [ ! -e "$STATE/talk.jsonl" ]
ok "but none that is open" [ -e "$STATE/open.jsonl" ]
bide -- sessions --prune 0
ok "not even then" [ -e "$STATE/open.jsonl" ]
is "all others" "$(find "$STATE" -name '*.jsonl' -exec basename {} .jsonl \; |
    sort | tr '\n' ' ')" "later open "

# -- a script that is killed --------------------------------------------------

serve <<'E'
status 503 retry-after-ms=50
stream-cut responses "done"
hold
stream responses "done\n"
E
killed "the script's bide" "$LOG" '"req":3' -s job question
bide -- -s job question
status "asked again" 75
bide -- resume job
status "and resumed" 0
out "and resumed" "done
"
finish
