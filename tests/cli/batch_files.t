#!/bin/sh
# The files of a batch: failures apart, failures again, results in order.
. tests/cli/lib.sh

O=$T/results E=$T/errors S=$T/sorted
plain() { printf '{"custom_id":"%s","prompt":"%s"}\n' "$1" "$2"; }
ids() { # FILE
	sed -n 's/.*"custom_id":"\([^"]*\)".*/\1/p' "$1" | tr '\n' ' '
}

# -- --errors and --retry-failed ----------------------------------------------
serve <<'EOF'
stream responses "one"
error 400 invalid_value "no such field"
stream responses "three"
EOF
for i in a b c; do plain $i q; done > "$T/in"
bide -- batch -j 1 -o "$O" --errors "$E" "$T/in"
status errors 1
is "errors: results" "$(ids "$O")" 'a c '
is "errors: failures" "$(ids "$E")" 'b '
before=$(cat "$O" "$E")
bide -- batch -j 1 -o "$O" --errors "$E" "$T/in"
status "errors: again" 1
requests "errors: again" 3
is "errors: as before" "$(cat "$O" "$E")" "$before"
bide -- batch --dry-run --retry-failed -o "$O" --errors "$E" "$T/in"
err "retry: dry run" '1 to send, 2 already'
is "retry: a dry run changes nothing" "$(cat "$O" "$E")" "$before"
serve <<'EOF'
repeat 9; stream responses "at last"
EOF
bide -- batch -j 1 --retry-failed -o "$O" --errors "$E" "$T/in"
status retry 0
requests retry 1
is "retry: results" "$(ids "$O")" 'a c b '
is "retry: no failures are left" "$(ids "$E")" ''
bide -- batch -j 1 --retry-failed -o "$O" --errors "$E" "$T/in"
requests "retry: none" 1

# Failures in the results of a run without --errors.
serve <<'EOF'
error 400 invalid_value "no such field"
repeat 9; stream responses "answer"
EOF
rm -f "$O" "$E"
bide -- batch -j 1 -o "$O" "$T/in"
is "moved: before" "$(ids "$O")" 'a b c '
bide -- batch -j 1 -o "$O" --errors "$E" "$T/in"
status moved 1
is "moved: results" "$(ids "$O")" 'b c '
is "moved: failures" "$(ids "$E")" 'a '
requests moved 3
bide -- batch -j 1 -o "$O" "$T/in"
status "not known" 0
requests "failures in another file are not known" 4
serve <<'EOF'
error 400 invalid_value "no such field"
repeat 9; stream responses "answer"
EOF
rm -f "$O" "$E"
bide -- batch -q -j 1 -o "$O" "$T/in"
bide -- batch -q -j 1 --retry-failed -o "$O" "$T/in"
status "retry in one file" 0
is "retry in one file: each once" "$(ids "$O")" 'b c a '
requests "retry in one file" 4
# An expired result is replaced, too.
printf '{"custom_id":"b","response":null,"error":{"code":"batch_expired"}}\n' \
    > "$O"
for i in c a; do printf '{"custom_id":"%s","text":"x"}\n' $i; done >> "$O"
chmod 640 "$O"
bide -- batch -q -j 1 -o "$O" "$T/in"
is "expired: replaced" "$(ids "$O")" 'c a b '
is "expired: the mode" "$(stat -c %a "$O")" 640
# Files that are one, and files that cannot be written at the end.
bide -- batch -q -o "$O" --errors "$O" "$T/in"
status "one file for both" 64
ln "$O" "$T/link"
before=$(cat "$O")
for o in "--errors $T/link" "--ordered $T/link" "--report $O" \
    "--report $T/in" "--ordered $T/in" "--ordered $S --report $S"; do
	# shellcheck disable=SC2086
	bide -- batch -q -o "$O" $o "$T/in"
	status "one file: $o" 64
done
is "one file: results" "$(cat "$O")" "$before"
plain d q >> "$T/in"
for o in --ordered --report; do
	bide -- batch -q -o "$O" $o "$T/missing/x" "$T/in"
	status "$o in no folder" 74
	err "$o in no folder" "$o: $T/missing/x: No such"
done
is "no folder: nothing was asked" "$(cat "$O")" "$before"
for i in a b c; do plain $i q; done > "$T/in"

# -- --ordered ----------------------------------------------------------------
bide -- batch -q -o "$O" --ordered "$S" "$T/in"
status ordered 0
is "ordered: as the input" "$(ids "$S")" 'a b c '
is "ordered: the same lines" "$(sort "$S")" "$(sort "$O")"
serve <<'EOF'
repeat 3; stream responses "answer"
status 503 body=busy
repeat 99; stream responses "answer"
EOF
rm -f "$O" "$S"
{ plain z q; printf '{"prompt":"%s"}\n' x y x w; plain a q; } > "$T/in"
bide -- batch -q -j 1 --patience 0 -o "$O" --ordered "$S" "$T/in"
status "ordered: some are left" 75
ok "ordered: not yet" [ ! -e "$S" ]
bide -- batch -q -j 3 -o "$O" --ordered "$S" "$T/in"
status "ordered: the rest" 0
is "ordered: lines without ids" "$(ids "$S" | sed 's/-[0-9a-f]\{15\}//g')" \
    'z line-2 line-3 line-4 line-5 a '
i=0
while [ $i -lt 300 ]; do plain "id-$i" q; i=$((i + 1)); done > "$T/in"
rm -f "$O"
serve <<'EOF'
repeat 999; stream responses "answer"
EOF
bide -- batch -q -j 8 -o "$O" --ordered "$S" "$T/in"
is "ordered: many" "$(ids "$S")" "$(ids "$T/in")"
ok "ordered: no temporary files" \
    [ -z "$(find "$T" -name 'results.*' -o -name 'sorted.*')" ]
bide -- batch -q --ordered "$S" "$T/in"
status "ordered: without -o" 64
if [ -c /dev/full ]; then
	(ulimit -f 4 && trap '' XFSZ && clean "$BIDE" batch -q -o "$O" \
	    --ordered "$T/s2" "$T/in") > "$T/out" 2> "$T/err" && rc=0 || rc=$?
	status "ordered: no room" 74
	ok "ordered: nothing is left" [ -z "$(find "$T" -name 's2*')" ]
fi
# Killed while it writes, as soon as its file is there.
# shellcheck disable=SC2086
clean perl -e '$n = shift;
	for (1 .. 50) {
		unlink($n);
		$pid = fork;
		exec(@ARGV) if $pid == 0;
		until (@left = glob("$n*")) { last if waitpid($pid, 1) }
		kill("KILL", $pid);
		waitpid($pid, 0);
		last if glob("$n.*");
	}' "$T/s3" $BIDE batch -q -o "$O" --ordered "$T/s3" "$T/in"
ok "ordered: killed" [ -n "$(find "$T" -name 's3.*')" ]
echo '{"custom_id":"id-0","error":{"code":"batch_expired"}}' >> "$O"
: > "$O.00000000"
: > "$O.bide~"
bide -- batch -q -o "$O" --ordered "$T/s3" "$T/in"
status "ordered: after that" 0
ok "ordered: it leaves nothing" \
    [ -z "$(find "$T" -name 's3.*' -o -name 'results.*')" ]

# -- --fallback and --schema --------------------------------------------------
serve <<'EOF'
status 503 body=busy
stream chat "from the other"
EOF
rm -f "$O"
plain a q > "$T/in"
bide -- batch -q -j 1 --patience 0 --fallback chat:other -o "$O" "$T/in"
status fallback 0
ok "fallback: its answer" grep -q '"text":"from the other","model":"other"' "$O"
sent fallback 2 body '"model":"other"'
# The body of a provider's line is asked for another model, where the fallback
# takes such bodies.  One without a model gets that of -m.
J="content-type=application/json body='{\"ok\":1}'"
serve <<EOF
status 503 body=busy
status 200 $J
status 503 body=busy
status 200 $J
status 503 body=busy
status 200 $J
status 200 $J
status 503 body=busy
EOF
M='"messages":[{"role":"user","content":"q"}]'
cat > "$T/in" <<EOF
{"custom_id":"a","url":"/v1/chat/completions","body":{"model":"m",$M,"stream":true}}
{"custom_id":"b","params":{"model":"c",$M}}
{"key":"c","request":{"model":"models/gem-a","contents":[]}}
{"custom_id":"d","body":{$M}}
{"custom_id":"e","url":"/v1/responses","body":{"model":"m","input":"x"}}
EOF
rm -f "$O"
U=${BASE%/v1}
bide ANTHROPIC_API_KEY=ak ANTHROPIC_BASE_URL="$U" GEMINI_API_KEY=gk \
    GOOGLE_GEMINI_BASE_URL="$U" -- batch -j 1 --patience 0 -m chat:first \
    --fallback chat:other --fallback anthropic:claude-o \
    --fallback gemini:gem-o -o "$O" "$T/in"
status "fallback of bodies" 75
requests "fallback of bodies" 8
err "fallback of bodies" 'gem-o is not asked for OpenAI lines to /responses:'
no_err "fallback of bodies" 'not asked for (Gemini|Anthropic)'
sent "fallback of bodies" 2 body '^\{"model":"other",.*"q"'
sent "fallback of bodies" 4 body '^\{"model":"claude-o",.*"q"'
sent "fallback of bodies" 4 head '^POST /v1/messages '
sent "fallback of bodies" 6 body '"model":"models/gem-o"'
sent "fallback of bodies" 6 head '/models/gem-o:generateContent '
sent "no model" 7 body '^\{"model":"first",.*"q"'
is "fallback of bodies: done" "$(grep -c '"ok":1' "$O")" 4
grep -v gem-a "$T/in" > "$T/in2"
bide ANTHROPIC_API_KEY=ak -- batch -q --dry-run --fallback chat:x "$T/in2"
ok "fallback: quiet" [ ! -s "$T/err" ]
bide ANTHROPIC_API_KEY=ak -- batch --dry-run --fallback chat:x "$T/in2"
err "fallback of none" 'fallback chat:x is not asked for Anthropic lines:'
serve <<'EOF'
stream responses "no JSON"
stream responses "{}"
EOF
rm -f "$O"
echo '{"type":"object"}' > "$T/schema"
{ plain a q; plain b q; } > "$T/in"
bide -- batch -q -j 1 --schema "$T/schema" -o "$O" "$T/in"
status schema 1
ok "schema: no JSON" grep -q '"a","error":.*the answer is not JSON' "$O"
ok "schema: JSON" grep -q '"b","text":"{}"' "$O"

# -- after a death ----------------------------------------------------------
# A run that was killed when it had moved some of the failures.
serve <<'EOF'
repeat 9; stream responses "answer"
EOF
rm -f "$E"
for i in a b c; do plain $i q; done > "$T/in"
printf '{"prompt":"q"}\n%s' '{"prompt":"q"}' >> "$T/in"
fault='"error":{"class":"bad_request","status":400,"message":"m"}'
implied=line-4-34ed3dbb5ff8058
for i in a b $implied; do
	printf '{"custom_id":"%s",%s}\n' "$i" "$fault"
done > "$O"
printf '{"custom_id":"c","text":"x"}\n' >> "$O"
grep -e '"a"' -e $implied "$O" > "$E"
bide -- batch -q -j 1 -o "$O" --errors "$E" "$T/in"
status "half moved" 1
is "half moved: failures, each once" "$(ids "$E")" "a $implied b "
is "half moved: results" "$(ids "$O")" "c line-5-${implied#line-4-} "
requests "half moved: a line of the same text is asked" 1
finish
