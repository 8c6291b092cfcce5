#!/bin/sh
# Rate limits shared by the processes of a host.
. tests/cli/lib.sh

# crowd [VAR=VALUE]: runs 24 requests, 16 at a time; sets took (ms).
crowd() {
	start=$(now)
	# shellcheck disable=SC2016
	seq 24 | BIDE_MODEL='' clean XARGS_T="$T" XARGS_BIDE="$BIDE" "$@" \
	    xargs -P 16 -n 1 sh -c '$XARGS_BIDE -n -m chat:m --max-tokens 430 \
	    hello > "$XARGS_T/o$0" 2> "$XARGS_T/e$0"; echo $? > "$XARGS_T/r$0"'
	took=$(($(now) - start))
}

# The time they take without a limit.
serve <<'EOF'
repeat 24; stream chat "hi\n"
EOF
crowd BIDE_NO_SHARE=1
free=$took

# Against a nearly empty bucket: requests of about 500 tokens, 10000 a second.
serve <<'EOF'
limited chat "hi\n" 20000 1000 2000 500
EOF
crowd
is "16 at a time: all are answered" "$(cat "$T"/r[0-9]* | sort | uniq -c |
    tr -d ' ')" "240"
is "16 at a time: with an answer" "$(cat "$T"/o[0-9]* | sort -u)" hi
least=$(sed -n 's/.*"cost":\([0-9]*\),"refused":0.*/\1/p' "$LOG" |
    awk '{ t += $1 } END { print int((t - 500) / 10) }')
refused=$(grep -c '"refused":1' "$LOG")
ok "16 at a time: few are refused ($refused)" [ "$refused" -le 2 ]
ok "16 at a time: $took ms, of at least $least, beside $free" \
    between "$took" "$least" $((least * 13 / 10 + 300 + SLACK + free))

# bide limits shows what is known; the file is private.
bide -- limits
status "limits" 0
for what in "^$BASE  m  0 asking  \[[0-9a-f]\{8\}\]\$" \
    "^    T 20000 in 2.0 s: [0-9]* used" "^    RPM 1000: "; do
	ok "limits: $what" grep -q "$what" "$T/out"
done
json_line() {
	perl -MJSON::PP -e '$j = decode_json(<>);
	    exit !($j->{model} eq "m" && grep { $_->{limit} == 20000 &&
	    $_->{of} eq "tokens" } @{$j->{limits}})' "$T/out"
}
bide -- limits --json
ok "limits: as JSON" json_line
two_keys() {
	cp -r "$T/home" "$T/two"
	file=$(find "$T/two" -type f -path '*/bide/limits/*')
	cp "$file" "${file%/*}/00112233${file#"${file%/*}"/????????}"
	bide HOME="$T/two" -- limits
	is "two keys, two lines" "$(grep "  m  " "$T/out" | sort -u | wc -l)" 2
	bide HOME="$T/two" -- limits --forget 00112233
	bide HOME="$T/two" -- limits
	is "one of them forgotten" "$(grep -c "  m  " "$T/out")" 1
	ok "that one" not grep -q 00112233 "$T/out"
}
two_keys
file=$(find "$T/home" -type f -path '*/bide/limits/*')
is "one file" "$(echo "$file" | wc -l)" 1
is "0600" "$(stat -c %a "$file")" 600
is "in 0700" "$(stat -c %a "${file%/*}")" 700
ok "no key in it" not grep -qa "$KEY" "$file"
ok "nor in its name" not grep -q "$KEY" <<EOF
$file
EOF

# A 429 seen by one process holds the others that share the limit.
serve <<'EOF'
error 429 rate_limit_exceeded "Please try again in 20s"
repeat 9; stream responses "hi\n"
EOF
bide -- --patience 1s hello
status "refused" 75
requests "refused" 1
bide -- --patience 1s hello
status "another one: no slot" 75
requests "another one: nothing sent" 1
err "another one" "no slot in time.*refusal"
err "another one" "try again after .*in [1-5]"
bide -- --no-share --patience 1s hello
status "--no-share" 0
bide -- --patience 1s -m gpt-4.1 hello
status "another model" 0
bide OPENAI_API_KEY=sk-another-key-0123456789 -- --patience 1s hello
status "another key" 0
bide XDG_RUNTIME_DIR="$T" -- --patience 1s hello
status "another place" 0
ok "that place is used" [ -d "$T/bide" ]
mkdir "$T/ro"
echo > "$T/ro/.local"
bide HOME="$T/ro" -- -v hello
status "no place" 0
err "no place" "not shared"
bide HOME="$T/ro" -- hello
no_err "no place, without -v" "shared"

# What others could have put there is not used, which is said once.
serve <<'EOF'
repeat 2; stream responses "hi\n"
repeat 4; stream chat "hi\n"
EOF
mkdir -m 0700 "$T/run" "$T/elsewhere"
ln -s ../elsewhere "$T/run/bide"
bide XDG_RUNTIME_DIR="$T/run" -- hello
status "a link" 0
err "a link" "not shared.*run/bide is a link"
is "a link: not followed" "$(ls "$T/elsewhere")" ""
rm "$T/run/bide"
mkdir -m 0777 "$T/run/bide"
chmod 0777 "$T/run/bide"
bide XDG_RUNTIME_DIR="$T/run" -- hello
status "open to others" 0
err "open to others" "not shared.*others can write"
is "open to others: nothing is put there" "$(ls "$T/run/bide")" ""
seq 4 | sed 's/.*/{"prompt":"&"}/' > "$T/in"
bide XDG_RUNTIME_DIR="$T/run" -- batch -q -m chat:m -j 2 "$T/in"
status "a batch" 0
is "a batch: said once" "$(grep -c "not shared" "$T/err")" 1
rmdir "$T/run/bide"

# A wait of a year stops nobody for a year, and can be forgotten.
serve <<'EOF'
error 429 rate_limit_exceeded "slow" retry-after=31536000
repeat 4; stream responses "hi\n"
EOF
year() { bide XDG_RUNTIME_DIR="$T/run" -- "$@"; }
year --patience 0 hello
status "a year" 75
year --patience 0 hello
status "another one" 75
err "another one" "try again after .*in [1-5]"
not_a_year() { not grep -q "8760h" "$T/err"; }
ok "another one: not a year" not_a_year
requests "another one" 1
year limits
ok "held, and probed" grep -q \
    "held for 8760h.*, next probe in [1-9]" "$T/out"
year limits --json
ok "as JSON" grep -q '"hold_ms":3153[0-9]*,"probe_ms":[1-9]' "$T/out"
year limits "$BASE"
status "a pattern alone" 64
year limits --forget '*.example' gpt
status "no match" 0
is "no match: nothing is forgotten" "$(cat "$T/out")" ""
year --patience 0 hello
status "no match: held" 75
year limits --forget 'http://127.0.0.1:*'
ok "forgotten" grep -q "^forgetting $BASE  " "$T/out"
year limits
is "nothing is known" "$(cat "$T/out")" ""
year --patience 0 hello
status "forgotten" 0

# --rpm spaces requests evenly; the user is told about the wait.  The first
# slot is at an unknown moment of the first run, hence the tolerance.
serve <<'EOF'
repeat 9; stream responses "hi\n"
EOF
start=$(now)
bide -- --rpm 30 hello
run=$(($(now) - start))
status "--rpm" 0
bide -- --json --rpm 30 hello
took=$(($(now) - start))
status "--rpm and patience" 0
event "--rpm and patience" '"type":"wait","reason":"RPM 30","wait_ms":(1...|2000),'
err "--rpm and patience" "sending in [12]\.. s: waiting for a slot .RPM 30."
waited "--rpm" 1 $((2000 - run)) $((2100 + run))
ok "--rpm: never sooner ($took ms)" [ "$took" -ge 2000 ]
bide -- --rpm 20 --patience 100ms hello
status "--rpm and no patience" 75
err "--rpm and no patience" "RPM 20"
finish
