#!/bin/sh
# Keys: a server that quotes the key gives it away to nobody.
. tests/cli/lib.sh

# Nothing that was written has the middle of the key in it.
hidden() { # NAME
	ok "$1: key hidden" not grep -rqF -e "$(echo "$KEY" | cut -c9-24)" \
	    "$T/out" "$T/err" "$T/home" "$T/results"
}
: > "$T/results"

x=$(printf 'x%.0s' $(seq 480))
cat > "$T/quotes" <<EOF
77 message; error 401 '' 'bad key @'
77 truncated message; error 401 '' '$x @'
77 code; error 401 '@' 'bad key'
77 text; status 401 body='got @.'
77 URL; status 401 body='got %'
77 base64; status 401 body='got Basic #'
77 request id; status 401 x-request-id=@
65 location; status 302 location='http://other.test/?k=@'
77 event; head; event '{"error":{"code":"invalid_api_key","message":"^"}}'; end
0 answer's id; head x-request-id=@; event '{"id":"^","choices":[{"delta":{"content":"you are ^!"},"finish_reason":"stop"}]}'; event '[DONE]'; end
0 whole answer; status 200 body='{"id":"^","choices":[{"message":{"content":"you are ^!"},"finish_reason":"stop"}]}'
EOF
quote() { # KEY: prints the script lines with the key in its forms
	sed "s|@|$1|g; s|%|$(echo "$1" | sed 's|/|%2f|g; s|+|%2B|g')|g
	    s|\^|$(echo "$1" | sed 's|/|\\\\/|g; s|o|\\\\u006f|g')|g
	    s|#|$(printf 'user:%s' "$1" | base64 | tr -d '\n')|g" "$T/quotes"
}
for KEY in sk-test-0123456789abcdefghijklmnop \
    0123456789abcdef0123456789abcdef ab/cd+ef=gh/ijklmnopqrstuvwxyz012345; do
	quote "$KEY" > "$T/lines"
	while read -r want line; do
		name="$(echo "$KEY" | cut -c-4), ${line%%;*}"
		serve <<EOF
repeat 3; ${line#*;}
EOF
		for how in -v --json; do
			bide -- $how --patience 0 -m chat:m hello
			status "$name, $how" "$want"
			hidden "$name, $how"
		done
	done < "$T/lines"
done
bide -- -m chat:m hello
ok "the rest of the answer" grep -qx 'you are \**!' "$T/out"

# In the results of a batch too; but what just looks like a key stays.
serve <<'EOF'
error 400 '' 'no file sk-file-0123456789abcdef'
status 400 body='{"error":{"message":"bad key ab\/cd+ef=gh\u002fijklmnopqrstuvwxyz012345"}}'
status 200 content-type=application/json body='{"key":"ab\/cd+ef=gh\/ijklmnopqrstuvwxyz012345"}'
EOF
cat > "$T/in" <<'EOF'
{"custom_id":"sk-customer-0123456789abcdef","prompt":"a"}
{"custom_id":"b","method":"POST","url":"/v1/x","body":{"model":"m"}}
{"custom_id":"c","method":"POST","url":"/v1/x","body":{"model":"m"}}
EOF
for run in first second; do
	bide -- batch -j 1 -o "$T/results" "$T/in"
	status "batch, $run run" 1
done
requests "batch: each line once" 3
hidden batch
ok "batch: a custom_id like a key" \
    grep -q '"custom_id":"sk-customer-0123456789abcdef"' "$T/results"
ok "batch: a file like a key" \
    grep -q 'no file sk-file-0123456789abcdef' "$T/results"
is "batch: the key" "$(grep -c '"\(bad \)*key[ ":]*\**"' "$T/results")" 2

# Secrets in further fields and in the URL are neither shown nor kept.
serve <<'EOF'
error 500 '' 'no /v1?token=t0ken-in-url, X-Team: 007-s3cr3t, Bearer auth-s3cr3t'
EOF
mkdir -p "$T/home/.config/bide"
cat > "$T/home/.config/bide/config" <<EOF
[provider own]
base-url $BASE?api-version=1&token=t0ken-in-url
header X-Api-Key: key-s3cr3t
header Authorization: Bearer auth-s3cr3t
header Cookie: a=cookie-s3cr3t
header Proxy-Authorization: Basic proxy-s3cr3t
header CF-Access-Client-Secret: client-s3cr3t
header x-password: pass-s3cr3t
header X-Session-Token: session-s3cr3t
header X-Auth: x-s3cr3t
header X-Author: shown
secret-header X-Team: 007-s3cr3t
EOF
bide -- --dry-run -m own:m hello
status "--dry-run" 0
ok "--dry-run: fields hidden" not grep -qE 's3cr3t|t0ken' "$T/out" "$T/err"
ok "--dry-run: others shown" grep -q 'X-Author: shown' "$T/out"
ok "--dry-run: the URL" \
    grep -q '/v1/chat/completions?api-version=1&token=\*\*\*$' "$T/out"
bide -- --no-share -v --patience 0 -m own:m hello
status "quoted fields" 75
ok "quoted fields: sent" grep -q 007-s3cr3t "$T/req$N/req-1.head"
ok "quoted fields: sent" grep -q 'v1/chat/completions?.*t0ken' "$LOG"
ok "quoted fields: hidden" not grep -rqE 's3cr3t|t0ken' "$T/err" "$T/out" \
    "$T/home/.local"
bide -- -m own:m --patience 0 hello
bide XDG_STATE_HOME=/dev/null -- --patience 0 \
    -u "$BASE?token=t0ken-in-url" -m 'm' 'see http://x.test/?a=b&c='
err "the next command" "bide --patience 0 -u '.*token=\*\*\*' -m m 'see http://x.test/.a=b&c='"
ok "the next command: no token" not grep -q t0ken "$T/err"
bide -- limits
ok "limits: no token" not grep -q t0ken "$T/out"
ok "limits: the URL" grep -q "^$BASE  m" "$T/out"
bide -- -u 'http:/x?token=t0ken-in-url' -m m hello
status "a bad URL" 64
ok "a bad URL: no token" not grep -q t0ken "$T/err"
finish
