#!/bin/sh
# --schema: the answer must be JSON.
. tests/cli/lib.sh
echo '{"type":"object","properties":{"a":{"type":"integer"}}}' > "$T/schema"

serve <<'EOF'
stream responses "{\"a\": 1}\n"
stream responses "Sure! {\"a\": 1}"
stream responses "{\"a\": 1}"
stream responses "{\"a\": "
EOF
bide -- --schema "$T/schema" hello
status "JSON" 0
out "JSON" '{"a": 1}
'
sent "JSON" 1 body '"json_schema".*"properties"'
bide -- --schema "$T/schema" hello
status "words before it" 1
err "words before it" "not JSON"
bide -- --schema "$T/schema" --json hello
status "as events" 0
bide -- --schema "$T/schema" --json hello
status "as events, cut" 1
finish
