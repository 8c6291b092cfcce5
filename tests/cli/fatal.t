#!/bin/sh
# Permanent errors: one request, the reason, the exit status.
. tests/cli/lib.sh

# fatal STATUS PATTERN STEP
fatal() {
	serve <<-EOF
	$3
	stream responses "never asked for"
	EOF
	bide -- "${4:-hello}"
	status "$3" "$1"
	requests "$3" 1
	out "$3" ""
	err "$3" "^bide: .*$2"
	is "$3: one line" "$(grep -c . "$T/err")" 1
}

fatal 69 quota 'error 429 insufficient_quota "You exceeded your current quota"'
fatal 69 quota 'error 429 insufficient_quota "You exceeded your current quota" retry-after=1 x-should-retry=true'
fatal 69 '' 'status 402 body="pay"'
fatal 77 '' 'error 401 invalid_api_key "Incorrect API key provided"'
fatal 77 '' 'status 403'
fatal 65 context 'error 400 context_length_exceeded "maximum context length is 128000 tokens"'
fatal 65 context 'stream-error responses "" context_length_exceeded "Your input exceeds the context window"'
fatal 69 quota 'stream-error responses "half" insufficient_quota "You exceeded your current quota"'
fatal 65 large 'error 429 rate_limit_exceeded "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 43210."'
fatal 65 large 'error 429 rate_limit_exceeded "Rate limit reached on tokens per min (TPM): Limit 18000, Used 0, Requested 36313. Please try again in 1m1.04s."'
fatal 65 '' 'error 400 content_policy_violation "no"'
fatal 65 '' 'status 400 body="{\"error\":\"bad\"}"'
fatal 65 '' 'status 404'
fatal 65 '' 'status 422'
fatal 65 'redirect' 'status 302 location=/elsewhere'
fatal 76 '' 'send "SSH-2.0-OpenSSH_9.2\r\n"; fin'
fatal 76 '' 'status 200 content-type=text/html body="<html>log in</html>"'
fatal 76 compress 'status 200 content-encoding=gzip body="\x1f\x8b"'

# A key echoed by the server is masked.
serve <<EOF
error 401 invalid_api_key "Incorrect API key provided: $KEY."
EOF
bide -- hello
status "echoed key" 77
err "echoed key" "Incorrect API key"
ok "echoed key is masked" not grep -q 0123456789 "$T/err"

# Control characters from the server do not reach the terminal.
serve <<'EOF'
error 400 bad "\x1b[2Jcleared"
EOF
bide -- hello
ok "escapes are made visible" not grep -q "$(printf '\033')" "$T/err"
err "escapes are made visible" cleared

# Patience: no wait that cannot succeed.
serve <<'EOF'
error 429 rate_limit_exceeded "Rate limit reached on tokens per day (TPD). Please try again in 8h24m0s."
EOF
bide -- hello
status "longer than patience" 75
requests "longer than patience" 1
ok "longer than patience: last line says when" \
    sh -c "tail -n 1 '$T/err' | grep -Eq '8h24m|[0-9]{2}:[0-9]{2}'"
ok "longer than patience: last line says how" \
    sh -c "tail -n 1 '$T/err' | grep -q 'bide '"
serve <<'EOF'
error 429 rate_limit_exceeded "Please try again in 80ms."
EOF
bide -- --patience 500ms hello
status "patience is spent" 75
ok "patience is spent: a few requests" \
    between "$(grep -c '"req":' "$LOG")" 2 6
bide -- --patience 0 hello
status "no patience" 75
finish
