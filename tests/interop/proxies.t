#!/bin/sh
# Squid, with and without a password, and tinyproxy: CONNECT for https, the
# absolute form for http.
. tests/interop/lib.sh
inside squid tinyproxy htpasswd ss
ready

squid_start() { # NAME CONF PORT
	[ -d "$T/spool" ] || install -d -o proxy "$T/spool"
	sed -e "s#/etc/squid/bide-test.pw#$T/pw#" \
	    -e "s#/var/spool/squid#$T/spool#" \
	    -e 's#cache_log /dev/null#cache_log stdio:/dev/stderr#' \
	    "$NETFAULTS/conf/$2" > "$T/$1.conf"
	echo 'shutdown_lifetime 0 seconds' >> "$T/$1.conf"
	start "$1" squid -N -n "$1" -f "$T/$1.conf"
	await "$3" "$1"
}

htpasswd -bc "$T/pw" user 'p@ss:word' 2>/dev/null
chmod 644 "$T/pw"
squid_start squid squid.conf 9501
SQUID=$PID
squid_start squidauth squid-auth.conf 9502
start tinyproxy tinyproxy -d -c "$NETFAULTS/conf/tinyproxy.conf"
await 9503 tinyproxy

# http and https: PROXY [OPTION ...]
https() {
	_proxy=$1
	shift
	BASE=https://localhost:9443/v1
	timed "https_proxy=http://$_proxy" -- --cacert tests/certs/ca.pem "$@"
}

http() {
	_proxy=$1
	shift
	BASE=http://localhost:9100/v1
	timed "http_proxy=http://$_proxy" no_proxy= -- "$@"
}

for proxy in 127.0.0.1:9501 user:p%40ss%3Aword@127.0.0.1:9502 127.0.0.1:9503
do
	name="${proxy##*@}"
	model_at 9443 <<-'END'
	tls good; stream responses "through the tunnel"
	tls good; stream-cut responses "half"
	tls good; stream responses "through the tunnel"
	tls good; head; start responses; text "half of "; rst
	tls good; stream responses "through the tunnel"
	tls expired; stream responses "to the wrong one"
	END
	https "$proxy" hello
	whole "$name: CONNECT" "through the tunnel"
	ok "$name: SNI is the host's" grep -q '"sni":"localhost"' "$LOG"
	ok "$name: no word to the proxy goes to the host" \
	    not grep -qi '^proxy-' "$T/req$N/req-1.head"
	https "$proxy" hello
	whole "$name: CONNECT, cut" "through the tunnel"
	requests "$name: CONNECT, cut" 3
	https "$proxy" hello
	whole "$name: CONNECT, reset" "through the tunnel"
	requests "$name: CONNECT, reset" 5
	https "$proxy" hello
	none "$name: CONNECT, expired" 76
	err "$name: CONNECT, expired" "expired"
	requests "$name: CONNECT, expired" 5
	grep -v '"fail":"tls"' "$LOG" > "$T/kept"
	mv "$T/kept" "$LOG"

	model <<-'END'
	stream responses "in the clear"
	error 429 rate_limit_exceeded "Please try again in 300ms."
	head; start responses; text "half of "; rst
	stream responses "in the clear"
	END
	http "$proxy" hello
	whole "$name: http" "in the clear"
	ok "$name: http: no credentials go on" \
	    not grep -qi '^proxy-authorization' "$T/req$N/req-1.head"
	http "$proxy" hello
	whole "$name: http, faults" "in the clear"
	requests "$name: http, faults" 4
	is "$name: http, faults: both told" "$(grep -c . "$T/err")" 2

	# No server behind the proxy: its error is not one of the model's.
	end "$MODEL_PID"
	MODEL_PID=
	http "$proxy" --patience 1s hello
	none "$name: http, nobody there" 75
	err "$name: http, nobody there" "50[0234]"
	no_err "$name: http, nobody there" "<html"
	https "$proxy" --patience 1s hello
	none "$name: CONNECT, nobody there" 75
	err "$name: CONNECT, nobody there" "50[0234]"
	err "$name: CONNECT, nobody there" proxy
	took "$name: CONNECT, nobody there" 300 4000
done

# No password, and a wrong one: fails at once, no request is sent.
model <<'END'
stream responses "to a stranger"
END
for proxy in 127.0.0.1:9502 user:wrong@127.0.0.1:9502; do
	for how in http https; do
		name="407 by $how, $proxy"
		$how "$proxy" hello
		ok "$name: fatal ($rc)" one_of "$rc" 77 78
		out "$name" ""
		err "$name" "407|password|credential"
		err "$name" "proxy"
		no_err "$name" "wrong"
		took "$name" 0 1000
	done
done
requests "407" 0

# tinyproxy allows CONNECT to two ports only.
BASE=https://localhost:9100/v1
timed https_proxy=http://127.0.0.1:9503 -- hello
ok "403 of a proxy: fatal ($rc)" one_of "$rc" 77 65
out "403 of a proxy" ""
err "403 of a proxy" "403"
err "403 of a proxy" "proxy"
took "403 of a proxy" 0 1000
requests "403 of a proxy" 0

# The proxy dies in the middle of a stream and comes back.
model_at 9443 <<'END'
tls good; head; start responses; text "half of "; hold
tls good; stream responses "the whole"
END
BASE=https://localhost:9443/v1
bide https_proxy=http://127.0.0.1:9501 -- --patience 30s \
    --cacert tests/certs/ca.pem hello &
asked=$!
until grep -q '"req":1' "$LOG"; do
	sleep 0.05
done
sleep 0.3
end "$SQUID"
sleep 1
squid_start squid squid.conf 9501
wait $asked
is "proxy restarted: output" "$(cat "$T/out")" "the whole"
requests "proxy restarted" 2

# The proxy is down, has an unknown name, or is not used for this host.
model <<'END'
stream responses "directly"
END
BASE=http://localhost:9100/v1
timed http_proxy=http://127.0.0.1:1 -- --patience 0 hello
none "no proxy there" 75
err "no proxy there" "127.0.0.1:1|proxy"
bide http_proxy=http://127.0.0.1:1 NO_PROXY=localhost -- hello
whole "NO_PROXY" "directly"
finish
