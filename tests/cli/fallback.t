#!/bin/sh
# --fallback: the next model is asked if one is unavailable.
. tests/cli/lib.sh

serve <<'EOF'
status 429 content-type=application/json body='{"error":{"message":"no money","type":"insufficient_quota","code":"insufficient_quota"}}'
stream chat "from the second\n"
EOF
bide -- --fallback chat:other hello
status "quota" 0
out "quota" "from the second
"
err "quota" "falling back to chat:other"
ok "quota: first to openai" grep -q '"target":"/v1/responses"' "$LOG"
ok "quota: then to chat" grep -q '"target":"/v1/chat/completions"' "$LOG"

serve <<'EOF'
error 429 rate_limit_exceeded "Please try again in 30s"
error 404 model_not_found "no such model"
stream chat "third time lucky\n"
EOF
bide -- --json --patience 1 --fallback gpt-5 --fallback chat:other hello
status "beyond patience" 0
json_lines "beyond patience"
event "beyond patience" '"fallback".*"rate_limit".*"model":"gpt-5"'
event "beyond patience" '"fallback".*"not_found".*"model":"other"'
event "beyond patience" '"done"'
requests "beyond patience" 3

serve <<'EOF'
error 401 invalid_api_key "bad key"
stream chat "never\n"
EOF
bide -- --fallback chat:other hello
status "a bad key is the user's to mend" 77
requests "a bad key is the user's to mend" 1

serve <<'EOF'
head; start responses; text "half"; sleep 50; fail insufficient_quota "no money"; end
stream chat " and the rest\n"
EOF
bide -- --live --on-break fail --fallback chat:other hello
status "not after text was out" 69
out "not after text was out" "half"
requests "not after text was out" 1

serve <<'EOF'
head; start responses; text "half"; sleep 50; fail insufficient_quota "no money"; end
stream chat " and the rest\n"
EOF
bide -- --live --on-break continue --fallback chat:other hello
status "unless to continue" 0
out "unless to continue" "half and the rest
"
sent "unless to continue" 2 body '-----\\nhalf\\n-----'

serve <<'EOF'
error 404 model_not_found "no such model"
EOF
bide -- --fallback gpt-5 --fallback gpt-6 hello
status "the last one's failure counts" 65
requests "the last one's failure counts" 3
fallbacks=$(for i in 1 2 3 4 5 6 7 8; do echo "--fallback gpt-5.$i"; done)
# shellcheck disable=SC2086
bide -- $fallbacks hello
status "as many as there can be" 65
requests "as many as there can be" 12
# shellcheck disable=SC2086
bide -- $fallbacks --fallback gpt-6 hello
status "and one more" 64
serve <<'EOF'
stream chat "never\n"
EOF
bide -- --fallback nobody:x hello
status "every one is looked at first" 64
requests "every one is looked at first" 0
finish
