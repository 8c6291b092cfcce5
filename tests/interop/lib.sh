# The library of the interop tests: that of the cli tests plus servers of other
# projects.  Each test runs in its own network, mount and process namespaces,
# so all ports and addresses are free and nothing is left behind.
# shellcheck shell=sh disable=SC2034

NETFAULTS=${BIDE_CORPORA:-../shared/corpora}/netfaults

skip() {
	echo "1..0 # SKIP $*"
	exit 0
}

# inside COMMAND ...: skips the test if one of the commands is missing, else
# runs it in its own namespaces, where lo is the only network.
inside() {
	[ "$(uname)" = Linux ] || skip "network namespaces are Linux's"
	[ "$(id -u)" = 0 ] || skip "not root: no network namespace"
	[ -d "$NETFAULTS" ] || skip "no $NETFAULTS"
	for c in ip "$@"; do
		command -v "$c" >/dev/null || skip "no $c"
	done
	[ -n "${INTEROP_INSIDE-}" ] && return
	set -- unshare --mount --net --pid --fork --kill-child --mount-proc
	"$@" true 2>/dev/null || skip "no namespaces here"
	INTEROP_INSIDE=1 exec "$@" sh "$0"
}

ready() {
	. tests/cli/lib.sh
	# No fault here lasts a minute.
	BIDE="timeout -k 1 60 $BIDE"
	ip link set lo up
	: > "$T/out"
	echo '127.0.0.1 localhost' > "$T/hosts"
	mount --bind "$T/hosts" /etc/hosts
	# Servers started by root that switch to another user need access to it.
	chmod 755 "$T"
}

host() { # ADDRESS NAME
	echo "$1 $2" >> /etc/hosts
}

start() { # NAME COMMAND ...: PID is its process; it says things in $T/NAME
	_name=$1
	shift
	: > "$T/$_name"
	"$@" > "$T/$_name" 2>&1 < /dev/null &
	PID=$!
}

end() { # PID
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

# Waits until a server listens.
await() { # PORT NAME
	n=0
	until ${THERE-} ss -Hltn "sport = :$1" | grep -q .; do
		n=$((n + 1))
		[ $n -lt 400 ] || bail "$2: $(tail -n 5 "$T/$2")"
		sleep 0.02
	done
}

# model < SCRIPT: starts the faultd at port 9100, where the proxies expect the
# model; one at a time.  $THERE: a command that runs it elsewhere.
model() {
	model_at 9100
}

model_at() { # PORT
	_base=$BASE
	[ -z "${MODEL_PID-}" ] || end "$MODEL_PID"
	servers=$((servers + 1)) N=$servers
	LOG=$T/log$N
	mkdir "$T/req$N"
	cat > "$T/script$N"
	# shellcheck disable=SC2086
	${THERE-} "$FAULTD" -t 300 -d "$T/req$N" -p "$1" "$T/script$N" \
	    > "$LOG" 2> "$LOG.err" &
	MODEL_PID=$!
	listening $MODEL_PID
	BASE=$_base
}

via() { # PORT: whom bide asks
	BASE=http://127.0.0.1:$1/v1
}

now() {
	echo $(($(date +%s%N) / 1000000))
}

# bide, and ms is how long it took.
timed() {
	ms=$(now)
	bide "$@"
	ms=$(($(now) - ms))
}

took() { # NAME MIN MAX
	ok "$1: took $2 to $3 ms ($ms)" between "$ms" "$2" "$3"
}

# The answer, complete and once.
whole() { # NAME TEXT
	status "$1" 0
	out "$1" "$2"
}

# No answer: no output, and a status that says so.
none() { # NAME STATUS
	status "$1" "$2"
	out "$1" ""
}

# With the certificate "cert"; NGINX_MORE: further lines of its http block.
nginx_start() {
	mkdir -p "$T/www"
	sed -e "s#CERT#$T/cert#g" -e 's#access_log off#access_log a.log#' \
	    -e 's#^events#user root; events#' \
	    "$NETFAULTS/conf/nginx.conf" > "$T/nginx.conf"
	[ -z "${NGINX_MORE-}" ] ||
	    sed -i "\$ s#^}#$NGINX_MORE\n}#" "$T/nginx.conf"
	: >> "$T/www/a.log"
	start nginx nginx -p "$T/www" -c "$T/nginx.conf"
	NGINX_PID=$PID
	await "${NGINX_PORT:-9201}" nginx
}

# The statuses nginx has sent since the last call: "200 429 200".
served() { # NAME STATUS...
	is "$1: nginx says $2" "$(sed 's/.*" \([0-9]*\) [0-9]* ".*/\1/' \
	    "$T/www/a.log" | tr '\n' ' ')" "$2 "
	forget
}

forget() {
	: > "$T/www/a.log"
}

# Makes a root and, signed by it, NAME.chain.pem and NAME.key.pem in $T.
certificate() { # NAME SUBJECT-ALT-NAME [KEY-OPTIONS ...]
	_cert=$T/$1 _san=$2
	shift 2
	[ $# -gt 0 ] || set -- -newkey ec -pkeyopt ec_paramgen_curve:P-256
	[ -e "$T/root.pem" ] || openssl req -x509 -nodes -newkey ec \
	    -pkeyopt ec_paramgen_curve:P-256 -keyout "$T/root.key" \
	    -out "$T/root.pem" -subj '/CN=interop root' -days 30 2>/dev/null ||
	    bail "openssl makes no root"
	printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$_san" \
	    > "$_cert.ext"
	openssl req -nodes "$@" -keyout "$_cert.key.pem" -out "$_cert.csr" \
	    -subj /CN=interop 2>/dev/null ||
	    bail "openssl makes no request"
	openssl x509 -req -in "$_cert.csr" -CA "$T/root.pem" \
	    -CAkey "$T/root.key" -CAcreateserial -days 20 \
	    -extfile "$_cert.ext" -out "$_cert.chain.pem" 2>/dev/null ||
	    bail "openssl makes no certificate"
}

# Counts the connections to a port, for servers without a log.
connections_start() {
	nft -f - <<-END || bail "nft counts nothing"
	table ip count {
		chain in { type filter hook input priority -10; }
	}
	END
}

connections() { # PORT: from now on
	nft add rule ip count in tcp dport "$1" \
	    'tcp flags & (syn|ack) == syn counter'
}

connected() { # NAME PORT MIN MAX
	n=$(nft list chain ip count in |
	    sed -n "s/.*dport $2 .*packets \([0-9]*\).*/\1/p")
	ok "$1: $3 to $4 connections ($n)" between "$n" "$3" "$4"
	nft flush chain ip count in
	connections "$2"
}
