#!/bin/sh
# bide models: a provider's models, requested through the same loop.
. tests/cli/lib.sh

serve <<'EOF'
error 429 rate_limit_exceeded "Please try again in 20ms"
status 200 content-type=application/json body='{"object":"list","data":[{"id":"gpt-4o"},{"id":"o3"}]}'
status 200 content-type=application/json body='{"models":[{"name":"models/gemini-2.5-flash"},{"name":"models/gemini-3-pro"}]}'
status 200 content-type=application/json body='{"data":[{"id":"a"}]}'
status 200 content-type=application/json body='{"data":'
status 200 content-type=application/json body='{"error":{"message":"bad key","code":"invalid_api_key"}}'
EOF
bide -- models
status "ids" 0
out "ids" "gpt-4o
o3
"
ok "ids: GET" grep -q '"method":"GET","target":"/v1/models"' "$LOG"
requests "ids" 2
bide GEMINI_API_KEY=k -- models -u "${BASE%/v1}" gemini
status "gemini" 0
out "gemini" "gemini-2.5-flash
gemini-3-pro
"
bide -- models --json openai
status "raw" 0
out "raw" '{"data":[{"id":"a"}]}
'
bide -- models --patience 0 openai
status "no list" 76
bide -- models openai
status "an error in a 200" 77
bide -- models nobody
status "no provider" 64
bide -- models openai groq
status "one provider" 64
BASE=http://127.0.0.1:1/v1
bide -- models --patience 0 openai
status "nobody there" 75
err "nobody there" "with: .* --patience 0 openai\$"
bide HOME=/dev/null -- -n -m openai:any --patience 0 hi
err "a question without stdin" " hi\$"
bide HOME=/dev/null -- -m openai:any --patience 0 hi
err "a question with stdin" " hi  .and the same stdin.\$"
finish
