#!/bin/sh
# Reused connections, redirects, proxies, dead servers.
. tests/cli/lib.sh

# A reused connection is found closed: retried at once, and not counted.
serve <<'EOF'
error 429 rate_limit_exceeded "limited" retry-after-ms=100
rst
stream responses "fresh\n"
EOF
bide -- --patience 1s hello
status "kept connection dies" 0
out "kept connection dies" "fresh
"
obeyed "kept connection dies" 1 100
waited "kept connection dies" 2 0 100
ok "kept connection was used" grep -q '"conn":1,"line":2,"req":2' "$LOG"

serve <<'EOF'
error 429 rate_limit_exceeded "limited" retry-after-ms=60; sleep 20; fin
stream responses "fresh\n"
EOF
bide -- hello
status "closed while idle" 0
requests "closed while idle" 2
serve <<'EOF'
status 307 location=/v2/responses
stream responses "moved"
status 308 location=http://other.test/v1/responses
EOF
bide -- hello
status "307 on the same host" 0
out "307 on the same host" moved
ok "307: where to" grep -q '"target":"/v2/responses"' "$LOG"
waited "307: at once" 1 0 100
sent "307: body again" 2 body hello
bide -- hello
status "308 to another host" 65
requests "308 to another host" 3
err "308 to another host" "other.test"

serve <<'EOF'
status 307 location=/v1/responses
EOF
bide -- hello
status "redirected for ever" 65
ok "redirected for ever: a few" between "$(grep -c '"req":' "$LOG")" 2 12

# OLLAMA_HOST as Ollama takes it: an address to listen on, too.
while read -r host url; do
	bide "OLLAMA_HOST=$host" -- -m ollama:x --dry-run hello
	is "OLLAMA_HOST=$host" "$(sed -n '1s/^POST //p' "$T/out")" \
	    "$url/v1/chat/completions"
done <<'EOF'
box http://box:11434
box:80 http://box
0.0.0.0 http://127.0.0.1:11434
0.0.0.0:9 http://127.0.0.1:9
:9 http://127.0.0.1:9
[::1] http://[::1]:11434
[::1]:9 http://[::1]:9
https://box/ https://box
http://box:9/below/ http://box:9/below
EOF

# An absolute-form request to a proxy; credentials from its URL.
serve <<'EOF'
expect-header proxy-authorization "Basic dXNlcjpwQHNz"; expect-header host api.test; stream responses "by the proxy"
EOF
bide "http_proxy=http://user:p%40ss@127.0.0.1:$PORT" -- \
    -u http://api.test/v1 hello
status "http_proxy" 0
out "http_proxy" "by the proxy"
ok "http_proxy: absolute form" \
    grep -q '"target":"http://api.test/v1/responses"' "$LOG"

serve <<'EOF'
expect-header proxy-authorization; stream responses "directly"
EOF
bide http_proxy=http://127.0.0.1:1 no_proxy=example.com,127.0.0.1 -- hello
status "NO_PROXY" 0
out "NO_PROXY" directly
bide http_proxy= HTTP_PROXY=http://127.0.0.1:1 -- hello
status "an empty http_proxy" 0
bide http_proxy=http://127.0.0.1:1 -- --patience 0 hello
status "proxy is dead" 75
err "proxy is dead" "proxy|127.0.0.1:1|refused"

serve <<'EOF'
status 407 body="<html>who are you</html>"
EOF
bide "http_proxy=http://127.0.0.1:$PORT" -- -u http://api.test/v1 hello
status "407" 77
err "407" "407.*proxy"
no_err "407" "check the key"
requests "407" 1

# CONNECT for https: a tunnel, then TLS with the host itself.
serve <<'EOF'
connect; tls good; read; stream responses "through the tunnel"
EOF
bide "https_proxy=http://user:p%40ss@127.0.0.1:$PORT" -- \
    --cacert tests/certs/ca.pem -u https://localhost:4433/v1 hello
status "CONNECT" 0
out "CONNECT" "through the tunnel"
ok "CONNECT: target" \
    grep -q '"method":"CONNECT","target":"localhost:4433"' "$LOG"
sent "CONNECT" 1 head '^proxy-authorization: Basic dXNlcjpwQHNz'
ok "CONNECT: the key is not for the proxy" \
    not grep -qi '^authorization' "$T/req$N/req-1.head"
ok "CONNECT: the password is not for the host" \
    not grep -qi '^proxy-auth' "$T/req$N/req-2.head"

# No server: a bounded number of attempts and a clear message.
BASE=http://127.0.0.1:1/v1
bide -- --patience 300ms hello
status "nobody listens" 75
err "nobody listens" "refused|connect"
finish
