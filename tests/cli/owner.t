#!/bin/sh
# Whose key and whose URL: each goes to the provider that it was given for.
. tests/cli/lib.sh

cat > "$T/answers" <<'EOF'
repeat 99; status 200 body='{"choices":[{"message":{"content":"ok"},"finish_reason":"stop"}],"content":[{"type":"text","text":"ok"}],"stop_reason":"end_turn","type":"message"}'
EOF
serve < "$T/answers"
mine=$N url=$BASE
serve < "$T/answers"
other=$N
mkdir -p "$T/home/.config/bide"
cat > "$T/home/.config/bide/config" <<EOF
[provider mine]
base-url $url
key-env MINE
[provider other]
base-url $BASE
[provider fields]
base-url $BASE
header X-Team: seven
header X-Key: sk-field
secret-header X-Site: sk-site
[provider keyed]
base-url $BASE
key-env KEYED
EOF
echo sk-from-file-1 > "$T/key"
file=BIDE_KEY_FILE=$T/key
# what would go to the providers themselves, seen if it does
OWN="ANTHROPIC_BASE_URL=${BASE%/v1} OPENAI_BASE_URL=$BASE"

heads() { # SERVER: the keys it has got
	cat "$T/req$1"/*.head 2>/dev/null |
	    tr -d '\r' | sed -n 's/^authorization: Bearer //Ip
	    s/^x-api-key: //Ip'
}
# got NAME KEYS OTHERS: what the two servers have got so far of keys.
got() {
	is "$1: mine" "$(heads "$mine" | sort -u | tr '\n' ' ')" "$2"
	is "$1: other" "$(heads "$other" | sort -u | tr '\n' ' ')" "$3"
	rm -f "$T/req$mine"/* "$T/req$other"/*
}
asked() { # NAME: the other was
	ok "$1: asked" sh -c "cat '$T/req$other'/*.head > /dev/null"
}

echo '{"prompt":"a"}
{"prompt":"b","model":"other:x"}
{"prompt":"c","model":"keyed:x"}
{"prompt":"d","model":"mine:x"}
{"custom_id":"e","params":{"model":"claude-x","messages":[]}}
{"prompt":"f","model":"claude-x"}' > "$T/in"
# shellcheck disable=SC2086
bide $OWN KEYED=sk-keyed ANTHROPIC_API_KEY=sk-ant -- batch -j 1 -m mine:m \
    --key-file "$T/key" "$T/in"
status "lines" 0
got "lines" "sk-from-file-1 " "sk-ant sk-keyed "
bide BIDE_MODEL= KEYED=sk-keyed "$file" ANTHROPIC_API_KEY=sk-ant \
    ANTHROPIC_BASE_URL="${BASE%/v1}" -- batch -j 1 -m mine:m "$T/in"
got "lines, BIDE_KEY_FILE" "sk-from-file-1 " "sk-ant sk-keyed "

echo '{"prompt":"a"}
{"prompt":"b","model":"m2"}
{"prompt":"c","model":"claude-x"}
{"prompt":"d","model":"keyed:x"}
{"custom_id":"e","params":{"model":"claude-x","messages":[]}}' > "$T/in"
# shellcheck disable=SC2086
bide $OWN KEYED=sk-keyed ANTHROPIC_API_KEY=sk-ant -- batch -j 1 -m local \
    -u "$url" "$T/in"
status "lines, -u" 0
got "lines, -u" "$KEY " "sk-ant sk-keyed "
echo '{"prompt":"a","model":"groq:x"}' > "$T/in"
bide -- batch -j 1 -m mine:m --key-file "$T/key" -u "$url" "$T/in"
err "a line whose provider has no key" "no key for groq"
got "a line whose provider has no key" "" ""
rm "$T/in"

for how in "-u $url" "--key-file $T/key" "-u $url --key-file $T/key"; do
	# shellcheck disable=SC2086
	bide MINE=sk-mine KEYED=sk-keyed -- $how --patience 0 \
	    -m mine:m --fallback keyed:x hello
	status "fallback, $how" 0
done
heads "$mine" > "$T/mine"
ok "fallback: asked" grep -q sk-from-file-1 "$T/mine"
got "fallback not needed" "sk-from-file-1 sk-mine " ""
serve <<'EOF'
repeat 9; error 500 '' down
EOF
bide KEYED=sk-keyed -- -u "$BASE" --key-file "$T/key" --patience 0 \
    -m gpt-4o --fallback keyed:x --fallback other:x hello
status "fallback" 0
got "fallback" "" "sk-keyed "
requests "fallback of the same provider" 1
bide -- -u "$BASE" --key-file "$T/key" --patience 0 -m gpt-4o \
    --fallback gpt-5 --fallback other:x hello
status "fallback of the same provider" 0
requests "fallback of the same provider" 3
got "fallback of the same provider" "" ""

# A URL that is not on the command line gets no key of a provider.
bide BIDE_BASE_URL="$url" ANTHROPIC_API_KEY=sk-ant -- -m claude-x hello
status "BIDE_BASE_URL" 78
err "BIDE_BASE_URL" "ANTHROPIC_API_KEY is not sent"
got "BIDE_BASE_URL" "" ""
bide BIDE_BASE_URL="$url" -- -s inherited -m m hello
status "BIDE_BASE_URL, no key needed" 0
got "BIDE_BASE_URL, no key needed" "" ""
bide BIDE_BASE_URL="$url" -- -m fields:m hello
ok "BIDE_BASE_URL, fields: sent" grep -rqi 'x-team: seven' "$T/req$mine"
ok "BIDE_BASE_URL, fields: not the secret ones" \
    not grep -rqE 'sk-field|sk-site' "$T/req$mine"
got "BIDE_BASE_URL, fields" "" ""
bide -- -u "$url" -m fields:m hello
ok "-u, fields" grep -rq sk-site "$T/req$mine"
got "-u, fields" "" ""
bide BIDE_BASE_URL="$url" "$file" -- -m m hello
got "BIDE_BASE_URL and BIDE_KEY_FILE" "sk-from-file-1 " ""
bide -- -u "$url" -m m hello
got "-u" "$KEY " ""
bide BIDE_MODEL=gpt-4o BIDE_BASE_URL="$url" "$file" -- -m m hello
got "a key file given with the URL" "sk-from-file-1 " ""

# A key file is for the model that it stands with.
bide BIDE_MODEL=mine:m "$file" -- hello
got "BIDE_KEY_FILE with BIDE_MODEL" "sk-from-file-1 " ""
bide BIDE_MODEL=mine:m "$file" -- -m mine:m2 hello
got "BIDE_KEY_FILE with BIDE_MODEL, same provider" "sk-from-file-1 " ""
bide BIDE_MODEL=mine:m "$file" -- -s later -m other:x hello
status "BIDE_KEY_FILE with BIDE_MODEL, -m" 0
got "BIDE_KEY_FILE with BIDE_MODEL, -m" "" ""
bide BIDE_MODEL=mine:m "$file" -- models --patience 0 other
asked "BIDE_KEY_FILE, models"
got "BIDE_KEY_FILE, models" "" ""
bide BIDE_MODEL= "$file" -- -m other:x hello
got "BIDE_KEY_FILE alone" "" "sk-from-file-1 "

# Sessions keep what was used for their model, and no more.
bide BIDE_MODEL=mine:m "$file" -- -s later again
asked "the model of a session"
got "the model of a session" "" ""
bide -- -s inherited again
status "a URL that was not on the command line" 0
got "a URL that was not on the command line" "" ""
bide -- -s given -u "$url" -m m hello
bide -- -s given again
got "a URL that was" "$KEY " ""
bide BIDE_MODEL= -- -s file --key-file "$T/key" -m mine:m hello
bide BIDE_MODEL= -- -s file again
got "a session's key file" "sk-from-file-1 " ""
bide -- -s file -m other:x again
asked "a session's key file, another model"
got "a session's key file, another model" "" ""
serve <<'EOF'
error 500 '' down
stream chat "resumed"
EOF
bide BIDE_BASE_URL="$BASE" -- -s down -m m --patience 0 hello
bide "$file" BIDE_MODEL= -- resume down
status "resume" 0
is "resume: no key" "$(heads "$N")" ""

# Who can write the configuration decides where keys go.
for mode in g+w o+w; do
	chmod "$mode" "$T/home/.config/bide/config"
	bide -- -m mine:m hello
	status "a configuration file with $mode" 78
	chmod go-w "$T/home/.config/bide/config"
done
mkdir -p "$T/xdg/bide"
ln -s /dev/null "$T/xdg/bide/config"
bide XDG_CONFIG_HOME="$T/xdg" -- -u "$url" -m m hello
status "none: /dev/null" 0

# Over plain http to another host: here behind a proxy, which is local.
for how in "" -q; do
	# shellcheck disable=SC2086
	bide http_proxy="${BASE%/v1}" -- $how -u http://llm.example/v1 -m m \
	    --fallback m2 hello
	is "a bare key, warnings $how" \
	    "$(grep -c 'plain http' "$T/err")" $((${#how} == 0))
done
bide http_proxy="${BASE%/v1}" OPENAI_API_KEY= -- -u http://llm.example/v1 \
    -m m hello
no_err "no key, no warning" "plain http"
bide -- -u "$BASE" -m m hello
no_err "local, no warning" "plain http"
for i in 1 2 3; do
	echo "{\"prompt\":\"$i\",\"model\":\"m$i\"}"
done > "$T/in"
bide http_proxy="${BASE%/v1}" -- batch -u http://llm.example/v1 -m m "$T/in"
is "batch: one warning" "$(grep -c 'plain http' "$T/err")" 1
finish
