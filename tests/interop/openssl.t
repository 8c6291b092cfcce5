#!/bin/sh
# openssl s_server: versions, cipher suites, keys and handshake variants.
. tests/interop/lib.sh
inside openssl ss
ready

host 127.0.0.1 proto.badssl.test
name=DNS:proto.badssl.test
certificate p256 $name
certificate p384 $name -newkey ec -pkeyopt ec_paramgen_curve:P-384
certificate p521 $name -newkey ec -pkeyopt ec_paramgen_curve:P-521
certificate rsa $name -newkey rsa:2048
certificate rsa4096 $name -newkey rsa:4096
certificate rsa1024 $name -newkey rsa:1024
certificate ed25519 $name -newkey ed25519
certificate other DNS:other.test

# The raw answer; s_server itself speaks no HTTP of this kind.
answer() {
	printf 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n'
	printf 'data: {"id":"c","object":"chat.completion.chunk","model":"m",'
	printf '"choices":[{"index":0,"delta":{"content":"in %s"},' "$1"
	printf '"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
}

# tls CERT [OPTION ...]: one connection; what it receives is in $T/asked.
tls() {
	_cert=$1
	shift
	[ -z "${SERVER-}" ] || end "$SERVER"
	rm -f "$T/asked" "$T/words"
	mkfifo "$T/words"
	openssl s_server -quiet -accept 9443 -cert "$T/$_cert.chain.pem" \
	    -key "$T/$_cert.key.pem" "$@" < "$T/words" > "$T/asked" \
	    2> "$T/s_server" &
	SERVER=$!
	(
		exec 3> "$T/words"
		until grep -q '"stream"' "$T/asked" 2>/dev/null; do
			kill -0 $SERVER 2>/dev/null || exit
			sleep 0.02
		done
		answer secret >&3
		sleep 20
	) &
	await 9443 s_server
}

ask() { # NAME
	BASE=https://proto.badssl.test:9443/v1
	timed -- -m chat:m --patience 0 --cacert "$T/root.pem" \
	    --connect-timeout 5s --first-byte-timeout 10s hello
	took "$1" 0 3000
}

good() { # CERT [OPTION ...]
	tls "$@"
	ask "$*"
	whole "$*" "in secret"
}

# Nothing of the request is sent, and the error is permanent: 76.
bad() { # PATTERN CERT [OPTION ...]
	pattern=$1
	shift
	tls "$@"
	ask "$*"
	none "$*" 76
	err "$*" "$pattern"
	ok "$*: nothing was asked" [ ! -s "$T/asked" ]
}

good p256
good p256 -tls1_2
good p384
good rsa
good rsa4096
for suite in ECDHE-RSA-AES128-GCM-SHA256 ECDHE-RSA-AES256-GCM-SHA384 \
    ECDHE-RSA-CHACHA20-POLY1305; do
	good rsa -cipher $suite
done
for suite in ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-GCM-SHA384 \
    ECDHE-ECDSA-CHACHA20-POLY1305; do
	good p256 -cipher $suite
done
for group in P-256 P-384 P-521 X25519; do
	good p256 -groups $group
done
good p256 -alpn http/1.1
good p256 -servername proto.badssl.test -cert2 "$T/p256.chain.pem" \
    -key2 "$T/p256.key.pem"
good p256 -no_ticket
good rsa -max_send_frag 512
good p256 -legacy_renegotiation

bad "TLS 1.2|version|handshake|alert" p256 -tls1_3
bad "TLS 1.2|version|handshake|alert" p256 -no_tls1_2 -no_tls1_3 \
    -cipher ALL:@SECLEVEL=0
for suite in AES128-GCM-SHA256 DHE-RSA-AES128-GCM-SHA256 \
    ECDHE-RSA-AES128-SHA256 ECDHE-RSA-AES256-SHA ECDHE-RSA-AES128-SHA; do
	bad "suite|handshake|alert|cipher" rsa -tls1_2 -cipher $suite
done
bad "suite|handshake|alert|cipher|group|curve" p256 -groups X448
bad "name|other.test" other
bad "weak|small|short|1024|RSA|key" rsa1024 -cipher ALL:@SECLEVEL=0
bad "." ed25519

bad "ALPN|protocol|alert" p256 -alpn h2
finish
