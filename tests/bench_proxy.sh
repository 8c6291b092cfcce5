# Sourced by bench.sh: bide proxy next to nginx as a plain reverse proxy, in
# turns; "direct" is the server itself.
# shellcheck shell=sh disable=SC2154

load() {
	"$BUILD/bench_load" "$@" || bail "bench_load $* failed"
}

# The sum of the PSS of a process and its children, in MiB.
pss() { # PID
	for p in $1 $(pgrep -P "$1"); do
		cat "/proc/$p/smaps_rollup" 2>/dev/null
	done | awk '/^Pss:/ { n += $2 } END { printf "%.2f\n", n / 1024 }'
}

proxy_start() {
	env -i HOME="$T" "$BIDE" proxy -l "127.0.0.1:$1" \
	    -u "http://127.0.0.1:$direct" 2> "$T/proxy.err" &
	proxy=$!
}

nginx_start() {
	mkdir -p "$T/nginx"
	cat > "$T/nginx.conf" <<END
daemon off; worker_processes 1; pid $T/nginx/pid; error_log $T/nginx/err;
events { worker_connections 8192; }
http {
	access_log off; client_body_temp_path $T/nginx/b;
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

# side WHAT MODE COUNT MOST P99: MOST us more than nginx in the median, and its
# 99th percentile against nginx's.
side() {
	load "$2" "$3" "$direct" 9182 9181 > "$T/cost"
	{
		read -r d_mid d_99; read -r n_mid n_99; read -r b_mid b_99
	} < "$T/cost"
	printf '%-42s direct %s/%s  nginx %s/%s  bide %s/%s us\n' \
	    "proxy: $1, median/p99" "$d_mid" "$d_99" "$n_mid" "$n_99" \
	    "$b_mid" "$b_99"
	line "proxy: $1, beyond nginx" \
	    "$(awk "BEGIN { print $b_mid - $n_mid }")" us "$4"
	[ -z "$5" ] || line "proxy: $1, p99" "$b_99" us "$5" "$n_99" nginx
}

if command -v nginx > /dev/null && "$BIDE" proxy --help 2>&1 | grep -q -e --commit; then
	"$BUILD/bench_serve" > "$T/direct" &
	trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$T"' EXIT
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
	side "a request, kept" kept 2000 20 1
	# A connection each may cost 0.3 ms.
	load new 1000 "$direct" 9181 > "$T/cost"
	{ read -r d_mid _; read -r b_mid _; } < "$T/cost"
	line "proxy: a request, new connection" \
	    "$(awk "BEGIN { print $b_mid - $d_mid }")" us 300
	load tick 3000 "$direct" 9181 > "$T/cost"
	{ read -r d_mid _; read -r b_mid b_99; } < "$T/cost"
	line "proxy: an event of 1,000 a second" \
	    "$(awk "BEGIN { print $b_mid - $d_mid }")" us 20
	line "proxy: an event, p99" "$b_99" us 1000
	load fat 200 9182 9181 > "$T/cost"
	{ read -r n_mid; read -r b_mid; } < "$T/cost"
	line "proxy: us to parse and pass 1 MB" \
	    "$(awk "BEGIN { print 1e6 / $b_mid }")" us 4000
	printf '%-42s nginx %s  bide %s MB/s\n' "proxy: one stream" "$n_mid" \
	    "$b_mid"
	load many 1000 9181 > "$T/cost" &
	many=$!
	most=0
	while kill -0 $many 2>/dev/null; do
		most=$(pss $proxy | awk -v m="$most" \
		    '{ print $1 > m ? $1 : m }')
		sleep 0.3
	done
	read -r b_mid _ < "$T/cost"
	line "proxy: of 1,000 streams not whole" $((1000 - b_mid)) "" 0
	line "proxy: memory (PSS) for 1,000 streams" "$most" MiB 64
	kill $proxy $nginx
fi
