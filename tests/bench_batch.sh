# The cost of a batch; sourced by bench.sh.  Compares requests per second with a
# pool of curl processes and with wrk, on one nginx, and measures the memory of
# a thousand workers.
# shellcheck shell=sh disable=SC2154,SC2034,SC3045

mkdir "$T/nginx"
cat > "$T/nginx/conf" <<EOF
worker_processes 1;
pid $T/nginx/pid;
error_log $T/nginx/log;
events { worker_connections 4096; }
http {
	access_log off;
	keepalive_requests 1000000;
	client_body_temp_path $T/nginx/1;
	proxy_temp_path $T/nginx/2;
	fastcgi_temp_path $T/nginx/3;
	uwsgi_temp_path $T/nginx/4;
	scgi_temp_path $T/nginx/5;
	server {
		listen 127.0.0.1:18089 backlog=4096;
		location / {
			default_type application/json;
			return 200 '{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.25,-0.5]}],"usage":{"prompt_tokens":2,"total_tokens":2}}';
		}
	}
}
EOF
url=http://127.0.0.1:18089/v1/embeddings
awk 'BEGIN { for (i = 1; i <= 10000; i++)
	print "{\"custom_id\":\"" i "\",\"method\":\"POST\"," \
	    "\"url\":\"/v1/embeddings\",\"body\":{\"model\":\"e\"," \
	    "\"input\":\"text " i "\"}}" }' > "$T/10k.jsonl"
seq 500 > "$T/500"

now() {
	date +%s%N
}

# batch JOBS ARGS..: a run in a clean environment.
batch() {
	jobs=$1
	shift
	home=$(mktemp -d "$T/home.XXXXXX")
	env -i PATH="$PATH" HOME="$home" OPENAI_API_KEY=sk-bench "$BIDE" \
	    batch -q -j "$jobs" -o "$home/out" "$@" || bail "batch failed"
}

"$(command -v nginx || echo /usr/sbin/nginx)" -c "$T/nginx/conf" \
    2> /dev/null || bail "no nginx"
curl_rate=0 wrk_rate=0 bide_rate=0
for i in 1 2 3; do
	t=$(now)
	xargs -a "$T/500" -P 16 -I @ curl -sf -o /dev/null -d @ "$url"
	curl_rate=$(((500 * 1000000000) / ($(now) - t) + curl_rate))
	wrk_rate=$(($(wrk -t 1 -c 16 -d 1 "$url" |
	    sed -n 's|Requests/sec: *\([0-9]*\).*|\1|p') + wrk_rate))
	t=$(now)
	batch 16 -u http://127.0.0.1:18089/v1 "$T/10k.jsonl"
	bide_rate=$(((10000 * 1000000000) / ($(now) - t) + bide_rate))
done
kill "$(cat "$T/nginx/pid")"
awk -v b=$bide_rate -v c=$curl_rate -v w=$wrk_rate 'BEGIN {
	printf "%-42s %7d /s   curl %d, wrk %d\n", "batch: small requests", b / 3,
	    c / 3, w / 3
}'
line "a pool of 16 curl by it" \
    "$(awk "BEGIN { print $curl_rate / $bide_rate }")" x 0.2
line "wrk by it" "$(awk "BEGIN { print $wrk_rate / $bide_rate }")" x 4

# A thousand open streams.
ulimit -n "$(ulimit -H -n)"
serve 'head; start chat; text "one "; sleep 15000; text "two"; done; end'
awk 'BEGIN { for (i = 1; i <= 1000; i++)
	print "{\"custom_id\":\"" i "\",\"prompt\":\"number " i "\"}" }' \
    > "$T/1k.jsonl"
batch 1000 -m chat:any -u "http://127.0.0.1:$PORT/v1" "$T/1k.jsonl" &
whole=$!
until [ "$(grep -c '"req":' "$T/log")" = 1000 ]; do
	kill -0 $whole 2> /dev/null || bail "no 1000 streams"
	sleep 0.2
done
sleep 2
for p in /proc/[0-9]*; do
	[ "$(readlink "$p/exe")" = "$(readlink -f "$BIDE")" ] &&
	    cat "$p/smaps_rollup"
done 2> /dev/null | awk '/^Pss:/ { n++; sum += $2 } END { print n, sum / 1024 }' \
    > "$T/pss"
read -r count pss < "$T/pss"
line "batch: 1000 streams, $count processes: PSS" "$pss" MiB 200
wait $whole || bail "not all of 1000 streams are whole"
is=$(cat "$T"/home.*/out | grep -c '"one two"')
[ "$is" -ge 1000 ] || bail "$is of 1000 streams are whole"
