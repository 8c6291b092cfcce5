# Sourced by bench.sh: bide proxy next to nginx as a plain reverse proxy, in
# turns, both with a line of log a request; "direct" is the server itself.  What
# they write is in memory, or a disk that others write to would be measured; so
# would other programs, unless it runs under chrt -r 1.
# shellcheck shell=sh disable=SC2154

load() {
	"$BUILD/bench_load" "$@" || bail "bench_load $* failed"
}

# The sum of the PSS of a process and its children, in MiB.
pss() { # PID
	# shellcheck disable=SC2046
	cat "/proc/$1/smaps_rollup" $(pgrep -P "$1" |
	    sed 's,.*,/proc/&/smaps_rollup,') 2>/dev/null |
	    awk '/^Pss:/ { n += $2 } END { printf "%.2f\n", n / 1024 }'
}

# What 1,000 streams from a port take at most, in MiB: of the host, and with a
# PID of that process and its children.  Sets whole, too.
many() { # PORT [PID]
	host=0 most=0
	free=$(awk '/^MemAvailable/ { print $2 / 1024 }' /proc/meminfo)
	load many 1000 "$1" > "$T/cost" &
	while kill -0 $! 2>/dev/null; do
		host=$(awk -v m="$host" -v f="$free" '/^MemAvailable/ {
		    n = f - $2 / 1024; print (n > m ? n : m) }' /proc/meminfo)
		[ -z "${2-}" ] || most=$(pss "$2" |
		    awk -v m="$most" '{ print ($1 > m ? $1 : m) }')
		sleep 0.2
	done
	read -r whole _ < "$T/cost"
}

proxy_start() {
	env -i HOME="$T" XDG_RUNTIME_DIR="$M" "$BIDE" proxy \
	    -l "127.0.0.1:$1" -u "http://127.0.0.1:$direct" \
	    2> "$M/proxy.err" &
	proxy=$!
}

nginx_start() {
	mkdir -p "$T/nginx"
	cat > "$T/nginx.conf" <<END
daemon off; worker_processes 1; pid $T/nginx/pid; error_log $T/nginx/err;
events { worker_connections 8192; }
http {
	access_log $M/nginx.log; client_body_temp_path $T/nginx/b;
	proxy_temp_path $T/nginx/p; fastcgi_temp_path $T/nginx/f;
	uwsgi_temp_path $T/nginx/u; scgi_temp_path $T/nginx/s;
	keepalive_requests 1000000;
	upstream up { server 127.0.0.1:$direct; keepalive 64;
		keepalive_requests 1000000; }
	server {
		listen 127.0.0.1:$1;
		location / {
			proxy_pass http://up; proxy_http_version 1.1;
			proxy_set_header Connection ""; proxy_buffering off;
		}
	}
}
END
	nginx -c "$T/nginx.conf" 2> "$T/nginx.err" &
	nginx=$!
}

# measure MODE COUNT WHAT: of the server, nginx and bide.
measure() {
	load "$1" "$2" "$direct" 9182 9181 > "$T/cost"
	{
		read -r d_mid d_99; read -r n_mid n_99; read -r b_mid b_99
	} < "$T/cost"
	printf '%-42s direct %s/%s  nginx %s/%s  bide %s/%s us\n' \
	    "proxy: $3, median/p99" "$d_mid" "$d_99" "$n_mid" "$n_99" \
	    "$b_mid" "$b_99"
}

if command -v nginx > /dev/null && "$BIDE" proxy --help 2>&1 | grep -q -e --commit; then
	M=$(mktemp -d -p /dev/shm 2>/dev/null) || M=$T
	"$BUILD/bench_serve" > "$T/direct" &
	trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$T" "$M"' EXIT
	until [ -s "$T/direct" ]; do
		sleep 0.02
	done
	read -r direct < "$T/direct"
	line "proxy: start to accept" "$(load start 9181 env -i HOME="$T" \
	    "$BIDE" proxy -l 127.0.0.1:9181 \
	    -u "http://127.0.0.1:$direct" 2>/dev/null)" ms 20
	nginx_start 9182
	proxy_start 9181
	sleep 0.5
	line "proxy: idle" "$(pss $proxy)" MiB 2
	# for 0.35 s, requests with a key whose limit is unknown are paced
	load kept 500 9181 > /dev/null
	sleep 0.5
	measure kept 2000 "a request, kept"
	line "proxy: a request, kept, beyond nginx" \
	    "$(awk "BEGIN { print $b_mid - $n_mid }")" us 20
	line "proxy: a request, kept, p99" "$b_99" us 1 "$n_99" nginx
	# A connection each may cost 0.3 ms.
	measure new 1000 "a new connection"
	line "proxy: a request, new connection" \
	    "$(awk "BEGIN { print $b_mid - $d_mid }")" us 300
	measure tick 3000 "an event"
	line "proxy: an event of 1,000 a second" \
	    "$(awk "BEGIN { print $b_mid - $d_mid }")" us 20
	line "proxy: an event, p99" "$b_99" us 1000
	load fat 200 9182 9181 > "$T/cost"
	{ read -r n_mid; read -r b_mid; } < "$T/cost"
	line "proxy: us to parse and pass 1 MB" \
	    "$(awk "BEGIN { print 1e6 / $b_mid }")" us 4000
	printf '%-42s nginx %s  bide %s MB/s\n' "proxy: one stream" "$n_mid" \
	    "$b_mid"
	many "$direct"
	server=$host
	many 9181 $proxy
	line "proxy: of 1,000 streams not whole" $((1000 - whole)) "" 0
	line "proxy: memory (PSS) for 1,000 streams" "$most" MiB 64
	line "proxy: memory of the host" \
	    "$(awk "BEGIN { print $host - $server }")" MiB 150
	kill $proxy $nginx
fi
