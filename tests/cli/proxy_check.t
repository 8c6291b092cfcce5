#!/bin/sh
# bide proxy --check: which providers would work, by their lists of models.
. tests/cli/lib.sh

serve <<'EOF'
status 200 content-type=application/json body='{"object":"list","data":[{"id":"gpt-4o"},{"id":"o3"}]}'
status 401 body='{"error":{"message":"bad key","code":"invalid_api_key"}}'
EOF
bide -- proxy --check -u "$BASE"
status "works" 0
out "works" "server: $BASE: works (2 models)
"
bide -- proxy --check -u "$BASE"
status "a bad key" 78
ok "a bad key: says so" grep -q "^server: $BASE: .*key" "$T/out"
bide OPENAI_API_KEY= OPENAI_BASE_URL=http://127.0.0.1:1/v1 -- proxy --check
status "none at hand" 78
ok "none at hand: says why" grep -q '^openai: no key' "$T/out"
bide -- proxy word
status "a word" 64
bide -- proxy --key-file /dev/null
status "a key file without clients' keys" 64
bide -- proxy --on-break restart
status "what a proxy cannot do" 64
bide -- proxy -l nowhere
status "nowhere to listen" 64
finish
