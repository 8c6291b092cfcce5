#!/bin/sh
# nginx in front of the model.
. tests/interop/lib.sh
inside nginx openssl ss
ready

certificate cert DNS:proto.badssl.test
host 127.0.0.1 proto.badssl.test
host 127.0.0.1 other.test
# 9203 compresses on request; bide never asks, so a proxy in between does.
NGINX_MORE='server { listen 127.0.0.1:9213; location / { proxy_pass http://127.0.0.1:9203; proxy_http_version 1.1; proxy_set_header Accept-Encoding gzip; } }'
nginx_start

model <<'END'
stream responses "whole and once\n"
END
via 9201
bide -- hello
whole "buffered" "whole and once
"
requests "buffered" 1
forget

# Two seconds of silence: nginx closes in the middle of the chunks.
model <<'END'
head; start responses; text "half of "; hold
stream responses "the whole"
END
via 9202
bide -- hello
whole "idle cut" "the whole"
requests "idle cut" 2
is "idle cut: one line" "$(grep -c . "$T/err")" 1
model <<'END'
head; start responses; text "half of "; hold
END
timed -- --live --on-break fail hello
status "idle cut, live" 75
out "idle cut, live" "half of "
requests "idle cut, live" 1
took "idle cut, live" 1900 3000
model <<'END'
head; start chat; text "half of "; hold
stream chat "the whole"
END
bide -- -m chat:m hello
whole "idle cut, chat" "the whole"
forget

model <<'END'
stream responses "plain"
END
via 9203
bide -- hello
whole "gzip, not asked for" "plain"
via 9213
bide -- --patience 2s hello
none "gzip all the same" 76
err "gzip all the same" "gzip|encoding"
requests "gzip all the same" 2
forget

via 9204
timed -- --patience 2s hello
none "502" 75
err "502" "502"
no_err "502" "<html"
took "502" 500 2600
ok "502: asked again" [ "$(grep -c ' 502 ' "$T/www/a.log")" -gt 1 ]
ok "502: not often" [ "$(grep -c . "$T/www/a.log")" -lt 7 ]
forget

model <<'END'
sleep 2500; stream responses "late"
stream responses "in time"
END
via 9205
bide -- hello
whole "504" "in time"
err "504" "504"
served "504" "504 200"

model <<'END'
stream responses "in turn"
END
via 9206
bide -- hello
whole "429, not yet" "in turn"
timed -- hello
whole "429" "in turn"
took "429" 2000 2900
served "429" "200 429 200"
timed -- --patience 1s hello
none "429, no patience" 75
err "429, no patience" "try again after"
took "429, no patience" 0 500
served "429, no patience" "429"

# The response comes while the body is still being sent.
via 9207
head -c 8000000 /dev/zero | tr '\0' a > "$T/in"
timed -- hello
none "413" 65
err "413" "413|too large"
took "413" 0 3000
served "413" "413"
: > "$T/in"

model <<'END'
stream responses "drop by drop"
END
via 9208
timed -- --idle-timeout 3s --first-byte-timeout 10s hello
whole "drip" "drop by drop"
requests "drip" 1
forget

via 9209
timed -- --patience 2s hello
none "444" 75
err "444" "closed|without"
took "444" 500 2600
ok "444: not often" [ "$(grep -c . "$T/www/a.log")" -lt 7 ]
forget

model <<'END'
error 429 rate_limit_exceeded "Please try again in 300ms."
stream responses "a fresh connection"
END
via 9210
bide -- hello
whole "one request a connection" "a fresh connection"
served "one request a connection" "429 200"

# Another port is another server, which must not get the key.
via 9211
bide -- hello
none "307" 65
err "307" "127.0.0.1:9201"
requests "307" 2
served "307" "307"

model <<'END'
stream responses "in secret"
stream-cut responses "half"
stream responses "in secret"
END
BASE=https://proto.badssl.test:9443/v1
bide -- --cacert "$T/root.pem" hello
whole "TLS" "in secret"
bide -- --cacert "$T/root.pem" hello
whole "TLS, cut" "in secret"
requests "TLS, cut" 3
for host in other.test 127.0.0.1; do
	BASE=https://$host:9443/v1
	timed -- --patience 1s --cacert "$T/root.pem" hello
	none "SNI of $host" 76
	err "SNI of $host" "name|alert"
	requests "SNI of $host" 3
	took "SNI of $host" 0 2000
done
BASE=https://proto.badssl.test:9443/v1
bide -- --patience 1s hello
none "unknown root" 76
requests "unknown root" 3
BASE=https://127.0.0.1:9201/v1
bide -- --patience 1s hello
none "TLS to the port without" 76
BASE=http://proto.badssl.test:9443/v1
bide -- --patience 1s hello
none "the port with TLS without it" 65
err "the port with TLS without it" 400
forget

# nginx is stopped in the middle of a stream and started again.
model <<'END'
head; start responses; text "half of "; hold
stream responses "the whole"
END
via 9202
bide -- --patience 20s hello &
asked=$!
until grep -q '"req":1' "$LOG"; do
	sleep 0.05
done
sleep 0.3
end "$NGINX_PID"
sleep 1
nginx_start
wait $asked
rc=$?
# bide() ran in a subshell, so its status is not available here.
is "restarted: output" "$(cat "$T/out")" "the whole"
requests "restarted" 2
finish
