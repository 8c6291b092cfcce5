#!/bin/sh
# Which servers bide accepts over TLS.
. tests/cli/lib.sh

https() {
	serve
	BASE=https://localhost:$PORT/v1
}

https <<'EOF'
tls good; stream responses "in secret"
EOF
bide -- --cacert tests/certs/ca.pem hello
status "good" 0
out "good" "in secret"
ok "good: SNI and ALPN" grep -q '"sni":"localhost","alpn":"http/1.1"' "$LOG"
bide SSL_CERT_FILE=tests/certs/ca.pem -- hello
status "SSL_CERT_FILE" 0
BASE=https://127.0.0.1:$PORT/v1
bide -- --cacert tests/certs/ca.pem hello
status "by address" 0
ok "by address: no SNI" grep -q '"sni":"","alpn":"http/1.1"' "$LOG"
mkdir "$T/certs"
cp tests/certs/ca.pem "$T/certs/whatever.pem"
bide -- --cacert "$T/certs" hello
status "a folder" 0

# Nothing of the request is sent to the wrong server.
refused() { # CERT PATTERN
	https <<-EOF
	tls $1; stream responses "to the wrong one"
	EOF
	bide -- --cacert tests/certs/ca.pem hello
	status "$1" 76
	out "$1" ""
	requests "$1" 0
	err "$1" "^bide: .*($2)"
	grep -v '"fail":"tls"' "$LOG" > "$T/kept"
	mv "$T/kept" "$LOG"
}
refused expired "expired"
refused wrong-name "is for elsewhere.test"
refused cn-only "name"
refused client-only "not for servers|usage"
refused unknown-ca "root|issuer|trust|authority"
err "unknown-ca: advice" "cacert"

https <<'EOF'
tls good; stream responses "x"
EOF
bide -- --cacert "$T/nothing.pem" hello
ok "no such file" one_of "$rc" 78 76
requests "no such file" 0

# An interrupted handshake is not a certificate error.
https <<'EOF'
accept; fin
tls good; stream responses "second try"
EOF
bide -- --cacert tests/certs/ca.pem hello
status "handshake cut off" 0
out "handshake cut off" "second try"
https <<'EOF'
accept; hold
tls good; stream responses "second try"
EOF
bide -- --cacert tests/certs/ca.pem --connect-timeout 300ms hello
status "handshake stalls" 0
out "handshake stalls" "second try"

# How the connection ends does not matter, only the terminal event does.
https <<'EOF'
tls good; stream-cut responses "half" connection=close
tls good; stream responses "whole" connection=close; no-close-notify
EOF
bide -- --cacert tests/certs/ca.pem hello
status "close_notify without the last event" 0
out "close_notify without the last event" whole
requests "close_notify without the last event" 2

https <<'EOF'
tls good; error 429 rate_limit_exceeded "Please try again in 20ms"
stream responses "on the same connection"
EOF
bide -- --cacert tests/certs/ca.pem hello
out "kept alive" "on the same connection"
ok "kept alive: one connection" grep -q '"conn":1,"line":2,"req":2' "$LOG"

# An https URL for an http server.
serve <<'EOF'
accept; send "HTTP/1.1 400 Bad Request\r\n\r\n"; fin
EOF
BASE=https://localhost:$PORT/v1
bide -- --patience 0 --cacert tests/certs/ca.pem hello
ok "https to an http server" one_of "$rc" 75 76
requests "https to an http server" 0
finish
