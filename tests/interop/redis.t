#!/bin/sh
# --limits with a real redis-server: as its manual page says it is started, with
# a password, a user of few rights and TLS, and with all it can say instead of
# doing what it is asked.
. tests/interop/lib.sh
inside redis-server redis-cli ss openssl curl
ready
mkdir "$T/dir"
echo "$KEY" > "$T/key"

server() { # OPTION ...: a redis-server
	[ -z "${REDIS-}" ] || end "$REDIS"
	start redis redis-server --port 6379 --save '' --dir "$T/dir" "$@"
	REDIS=$PID
	await 6379 redis
}

# asked ARGS ...: one question; stderr in $T/err
asked() {
	printf '%s\n' 'stream chat "hi\n"' > "$T/script"
	serve < "$T/script"
	# shellcheck disable=SC2086
	bide ${VARS-} -- ${COMMAND-} -n -u "$BASE" -m chat:m \
	    --key-file "$T/key" "$@" hello
}

# answered WHAT: with an answer and no word
answered() {
	status "$1" 0
	is "$1: the answer" "$(cat "$T/out")" hi
	is "$1: no word" "$(cat "$T/err")" ""
}

# alone WHAT TEXT: it is answered, and told once that the server is of no use
alone() {
	status "$1" 0
	is "$1: one line" "$(grep -c "not shared.*$2" "$T/err")" 1
}

# refused WHAT STATUS TEXT: nothing was sent
refused() {
	status "$1" "$2"
	ok "$1: $(cat "$T/err")" grep -q "$3" "$T/err"
	is "$1: nothing is sent" "$(grep -c '"method"' "$LOG")" 0
}

expires() {
	# shellcheck disable=SC2086
	for key in $(redis-cli ${PASS-} --scan); do
		# shellcheck disable=SC2086
		ttl=$(redis-cli ${PASS-} pttl "$key")
		[ "$ttl" -ge 0 ] && [ "$ttl" -le 3700000 ] || return 1
	done
}

connections() {
	redis-cli client list | grep -vc cmd=client
}

six() { # requests to the proxy at a time; their replies are in $T/reply?
	rm -f "$T"/reply?
	clients=
	for i in 1 2 3 4 5 6; do
		curl -s -m 20 -H 'authorization: Bearer k' -d '{"model":"m",
		    "stream":true,"messages":[{"role":"user","content":"hi"}]}' \
		    http://127.0.0.1:8181/v1/chat/completions \
		    > "$T/reply$i" &
		clients="$clients $!"
	done
	# shellcheck disable=SC2086
	wait $clients
}

server
asked --limits redis://127.0.0.1
answered "no password"
asked --limits redis://localhost:6379/5
answered "another database"
is "its keys are there" "$(redis-cli -n 5 --scan --pattern 'bide:{*}:page' |
    grep -cv 0000000000)" 1
ok "all keys expire" expires
asked -v --limits redis://127.0.0.1
ok "-v says so" grep -q 'shared.*through 127.0.0.1:6379' "$T/err"
bide -- limits --limits redis://127.0.0.1
ok "limits: shown" grep -q "^$BASE  m  0 asking" "$T/out"
bide -- limits --limits redis://127.0.0.1 --forget "$BASE"
ok "limits: forgotten" grep -q "^forgetting $BASE  m" "$T/out"
asked --limits redis://:secret1@127.0.0.1
refused "a password it does not have" 78 'ERR AUTH'
ok "a warning" grep -q 'warning.*command line' "$T/err"

redis-cli config set maxmemory 1 > "$T/null"
asked --limits redis://127.0.0.1
alone "no memory" OOM
redis-cli config set maxmemory 0 > "$T/null"
redis-cli replicaof 127.0.0.1 9 > "$T/null"
asked --limits redis://127.0.0.1
alone "a replica" READONLY
redis-cli replicaof no one > "$T/null"
redis-cli client pause 60000 all > "$T/null"
asked --limits redis://127.0.0.1
alone "too slow" time
redis-cli client unpause > "$T/null"
server --cluster-enabled yes
asked --limits redis://127.0.0.1
alone "a cluster without slots" CLUSTERDOWN

server --requirepass secret1
echo secret1 > "$T/pw"
asked --limits redis://127.0.0.1
refused "no password" 78 unauthenticated
asked --limits redis://127.0.0.1 --limits-password-file "$T/pw"
answered "a password file"
VARS="BIDE_LIMITS=redis://127.0.0.1 BIDE_LIMITS_PASSWORD=secret1" asked
answered "a password in the environment"
VARS="BIDE_LIMITS=redis://:secret1@127.0.0.1" asked
answered "a password in the variable's URL"
VARS="BIDE_LIMITS=redis://:secret2@127.0.0.1" asked
refused "a wrong password" 78 WRONGPASS
ok "it is not in the message" not grep -q secret2 "$T/err"

rights=$(sed -n '/^user bide on/,/^\.Ed/p' man/bide-limits.1 | grep -v '^\.Ed' |
    tr '\n' ' ' | sed 's/^user bide on >PASSWORD//')
PASS="--no-auth-warning -a secret1"
# shellcheck disable=SC2086
redis-cli $PASS acl setuser bide on '>pw2' $rights > "$T/null"
VARS="BIDE_LIMITS=redis://bide:pw2@127.0.0.1/1" asked
answered "the rights in the manual page"
printf '{"prompt":"a"}\n{"prompt":"b"}\n' > "$T/in.jsonl"
printf '%s\n' 'repeat 2; stream chat "hi\n"' > "$T/script"
serve < "$T/script"
bide "BIDE_LIMITS=redis://bide:pw2@127.0.0.1/1" -- batch -q -u "$BASE" \
    -m chat:m --key-file "$T/key" --rpm 120 "$T/in.jsonl"
status "they suffice for a batch" 0
is "they suffice: no word" "$(cat "$T/err")" ""
bide "BIDE_LIMITS=redis://bide:pw2@127.0.0.1/1" -- limits
ok "they suffice for limits" grep -q "^$BASE  m" "$T/out"
# shellcheck disable=SC2086
redis-cli $PASS acl setuser bide -evalsha > "$T/null"
VARS="BIDE_LIMITS=redis://bide:pw2@127.0.0.1/1" asked
refused "a command less" 78 NOPERM
ok "all keys expire" expires

certificate redis "DNS:localhost"
server --tls-port 6380 --tls-cert-file "$T/redis.chain.pem" \
    --tls-key-file "$T/redis.key.pem" --tls-auth-clients no --unixsocket "$T/sock"
asked --limits rediss://localhost:6380 --cacert "$T/root.pem"
answered "TLS"
asked --limits rediss://localhost:6380
refused "a certificate that is not trusted" 76 certificate
asked --limits rediss://localhost:6379 --cacert "$T/root.pem"
alone "TLS that it does not speak" "in time"
asked --limits "unix:$T/sock"
answered "a Unix socket"
asked --limits "unix:$T/none"
alone "no Unix socket" 'No such file'
server
printf '%s\n' 'repeat 12; stream chat "hi\n"' > "$T/script"
serve < "$T/script"
# shellcheck disable=SC2086
start proxy $BIDE proxy -l 127.0.0.1:8181 -u "$BASE" --limits redis://127.0.0.1
PROXY=$PID
await 8181 proxy
is "a proxy: one connection, to check" "$(connections)" 1
six
is "a proxy: six at a time" "$(grep -l hi "$T"/reply? | wc -l)" 6
ok "a proxy: workers have connections of their own" \
    [ "$(connections)" -gt 1 ]
ok "a proxy: at most one for each" [ "$(connections)" -le 7 ]
end "$REDIS"
six
is "its server dies: six more" "$(grep -l hi "$T"/reply? | wc -l)" 6
is "its server dies: one line" "$(grep -c 'not shared' "$T/proxy")" 1
end "$PROXY"
printf '{"prompt":"%s"}\n' a b c d e f g h > "$T/in.jsonl"
printf '%s\n' 'repeat 8; stream chat "hi\n"' > "$T/script"
serve < "$T/script"
bide -- batch -j 8 -u "$BASE" -m chat:m --key-file "$T/key" \
    --limits redis://127.0.0.1 "$T/in.jsonl"
alone "no server for eight workers" refused
asked --limits redis://127.0.0.1
alone "no server" refused
asked --limits http://127.0.0.1
refused "no such URL" 64 'must start'
finish
