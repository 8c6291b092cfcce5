#!/bin/sh
# Three hosts of 66 workers, each a network namespace, share one limit through
# a Redis server, while hosts, workers or the server fail in several ways.
# FLEET selects cases by name; FLEET_WINDOW is the bucket's window in ms.
. tests/interop/lib.sh
inside redis-server redis-cli ss nft curl
ready
BIDE="timeout -k 1 300 ${BIDE##* }"
ms=${FLEET_WINDOW:-20000} each=200 tokens=60000
mkdir "$T/q" "$T/redis"
echo "$KEY" > "$T/key"
for h in 1 2 3; do
	awk -v n=$each -v h=$h 'BEGIN {
		srand(h)
		for (i = 1; i <= n; i++) {
			words = int(20 + 100 * rand())
			text = ""
			while (words-- > 0)
				text = text "abc "
			print "{\"custom_id\":\"" h "-" i "\",\"method\":" \
			    "\"POST\",\"url\":\"/v1/chat/completions\"," \
			    "\"body\":{\"user\":\"host" h "\"," \
			    "\"model\":\"m\",\"messages\":[{" \
			    "\"role\":\"user\",\"content\":\"" text "\"}]," \
			    "\"max_tokens\":" int(20 + 60 * rand()) "}}"
		}
	}' > "$T/q/$h.jsonl"
done

# The provider and the Redis server are at 10.9.0.1, ports 9100 and 6379.
mount -t tmpfs none /run
mkdir /run/netns
ip addr add 10.9.0.1/32 dev lo
echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet
for h in 1 2 3; do
	ip netns add h$h || bail "no network namespaces"
	ip link add v$h type veth peer name eth0 netns h$h
	ip addr add 10.9.$h.1/24 dev v$h
	ip link set v$h up
	ip -n h$h addr add 10.9.$h.2/24 dev eth0
	ip -n h$h link set lo up
	ip -n h$h link set eth0 up
	ip -n h$h route add default via 10.9.$h.1
done

provide() { # < SCRIPT
	serve
	nft -f - <<-END || bail "nft redirects nothing"
	table ip way
	delete table ip way
	table ip way {
		chain in {
			type nat hook prerouting priority -100;
			ip daddr 10.9.0.1 tcp dport 9100 dnat to 127.0.0.1:$PORT
		}
		chain cut {
			type filter hook input priority 0;
		}
	}
	END
}

redis() {
	start redis.log redis-server --port 6379 --save '' --dir "$T/redis" \
	    --protected-mode no
	REDIS=$PID
	await 6379 redis
}

# on HOST COMMAND ...: its state is there, too
on() {
	_h=$1
	shift
	# shellcheck disable=SC2086
	ip netns exec h$_h env -i PATH="$PATH" HOME="$T/h$_h" "$@"
}

calls() {
	redis-cli info commandstats 2>/dev/null |
	    sed -n 's/^cmdstat_evalsha:calls=\([0-9]*\),.*/\1/p'
}

# The requests in $LOG as "time host cost refused", in order.
list() {
	for h in 1 2 3; do
		grep -l "\"host$h\"" "$T/req$N"/*.body |
		    sed "s/.*req-\([0-9]*\)\..*/\1 $h/"
	done > "$T/whose"
	tr ',' '\n' < "$LOG" | tr -d '{}"' | awk -F: '
		FILENAME != "-" { split($0, a, " "); host[a[1]] = a[2]; next }
		$1 == "t" { t = $2 }
		$1 == "conn" { c = $2 }
		$1 == "req" { req[c] = $2 }
		$1 == "cost" { cost = $2 }
		$1 == "refused" { print t, host[req[c]], cost, $2 }
	' "$T/whose" - | sort -n
}

# judged FILE: sets ratio (to the least time, in thousandths), refused, served,
# ideal (ms), and jain, the fairness between hosts while all have work, in
# thousandths.
judged() {
	awk -v ms="$ms" -v tokens=$tokens -v each=$each '
		NR == 1 { start = $1 }
		$4 == 1 { refused++; next }
		{ sum += $3; end = $1; served++ }
		!over { part[$2] += $3; over = ++n[$2] == each }
		END {
			ideal = (sum - 1800) * ms / tokens
			for (h in part) {
				hosts++
				a += part[h]
				b += part[h] * part[h]
			}
			printf "%d %d %d %d %d\n", 1000 * (end - start) / ideal,
			    refused, served, ideal, 1000 * a * a / hosts / b
		}' "$1" > "$T/result"
	read -r ratio refused served ideal jain < "$T/result"
}

# fleet NAME [OPTION ...]: all hosts at once; SIDE is run meanwhile.  Sets also
# steps (of a request, tenths) and away (how often a host was told).
fleet() {
	name=$1
	shift
	echo "limited chat \"hi\" $tokens 100000 $ms 1800" > "$T/script"
	provide < "$T/script"
	before=$(calls) hosts=
	for h in 1 2 3; do
		rm -rf "$T/h$h"
		mkdir "$T/h$h"
		# shellcheck disable=SC2086
		on $h $BIDE batch -j 66 -u http://10.9.0.1:9100/v1 -m chat:m \
		    --key-file "$T/key" ${LIMITS-} "$@" -o "$T/o$h" \
		    "$T/q/$h.jsonl" 2> "$T/e$h" &
		hosts="$hosts $!"
	done
	${SIDE:-true}
	# shellcheck disable=SC2086
	wait $hosts
	after=$(calls)
	[ "${after:-0}" -ge "${before:-0}" ] || before=0	# another server
	list > "$T/requests"
	judged "$T/requests"
	steps=$(((${after:-0} - ${before:-0}) * 10 / (served > 0 ? served : 1)))
	away=$(cat "$T"/e[123] | grep -c 'not shared with other hosts')
	echo "# $name: $ratio/1000 of $ideal ms, $refused refused," \
	    "$((steps / 10)).$((steps % 10)) steps a request," \
	    "fairness $jain/1000, told $away times"
	[ -z "${FLEET_LOG-}" ] || cp "$T/requests" "$FLEET_LOG"
	is "$name: all are answered" "$(cat "$T"/o[123] |
	    grep -c '"status_code":200')" $((3 * each))
	rm "$T"/o[123]
}

# judge MOST REFUSED
judge() {
	LOG=/dev/null
	ok "$name: $ratio/1000 of the least time" [ "$ratio" -le "$1" ]
	ok "$name: $refused refused" [ "$refused" -le "$2" ]
}

chosen() {
	case ${FLEET-$1} in "$1") return 0 ;; esac
	return 1
}

if chosen alone; then
	LIMITS='' fleet alone
fi
LIMITS="--limits redis://10.9.0.1"
redis
if chosen shared; then
	fleet shared
	judge 1020 6
	ok "$name: at most 8 steps a request" [ "$steps" -le 80 ]
	ok "$name: no host gets more than others" [ "$jain" -ge 950 ]
	for key in $(redis-cli --scan); do
		between "$(redis-cli pttl "$key")" 0 3700000 || break
	done
	ok "$name: all keys expire" between "$(redis-cli pttl "$key")" 0 3700000
fi
if chosen own; then
	fleet own --tpm $((tokens * 60000 / ms))
	judge 1050 0
fi

# The hosts that the server knows.
known() {
	redis-cli --scan --pattern 'bide:*:hosts' | while read -r key; do
		redis-cli zcard "$key"
	done
}
kill_redis() {
	sleep 4
	kill -9 "$REDIS"
	wait "$REDIS" 2>/dev/null
	sleep 1.5
	redis
	back=$(now)
	until [ "$(known)" = 3 ] || [ $(($(now) - back)) -gt 9999 ]; do
		sleep 0.05
	done
	back=$(($(now) - back))
}
if chosen killed; then
	SIDE=kill_redis fleet killed
	judge 1030 6
	ok "$name: all are back after $back ms" [ "$back" -le 2000 ]
fi

lose_page() {
	sleep 5
	redis-cli --scan --pattern 'bide:*:page' | xargs redis-cli del \
	    > "$T/null"
}
if chosen lost; then
	SIDE=lose_page fleet "page lost"
	judge 1030 6
fi

cut_host() {
	sleep 4
	nft add rule ip way cut iifname v2 tcp dport 6379 drop
	sleep 8
	nft flush chain ip way cut
}
if chosen cut; then
	SIDE=cut_host fleet "cut off"
	judge 1030 8
fi

kill_half() {
	sleep 6
	ip netns pids h2 > "$T/pids"
	# shellcheck disable=SC2046
	kill -9 $(ps -eo pid=,ppid=,comm= | awk '
		FILENAME != "-" { here[$1] = 1; next }
		$3 == "bide" && here[$1] { parent[$1] = $2 }
		END {
			for (p in parent)
				if (parent[p] in parent && n++ < 33)
					print p
		}' "$T/pids" -)
}
if chosen half; then
	SIDE=kill_half fleet "half killed"
	judge 1020 6
fi

# Clients that pace nothing, behind a proxy on each host.
proxies() {
	echo "limited chat \"hi\" $tokens 100000 $ms 1800" > "$T/script"
	provide < "$T/script"
	servers_of=
	for h in 1 2; do
		rm -rf "$T/h$h"
		mkdir "$T/h$h"
		# shellcheck disable=SC2086
		on $h $BIDE proxy -l 127.0.0.1:8181 -u http://10.9.0.1:9100/v1 \
		    $LIMITS > "$T/p$h" 2>&1 &
		servers_of="$servers_of $!"
	done
	for h in 1 2; do
		THERE="ip netns exec h$h" await 8181 "p$h"
		sed 's/^.*"body":\({.*}\)}$/\1/' "$T/q/$h.jsonl" > "$T/bodies"
		rm -rf "$T/b$h"
		mkdir "$T/b$h"
		awk -v d="$T/b$h" '{ print > (d "/" NR); close(d "/" NR) }' \
		    "$T/bodies"
	done
	clients=
	for h in 1 2; do
		(cd "$T/b$h" && seq $each | ip netns exec h$h xargs -P 40 -I{} curl \
		    -s -m 250 -H 'authorization: Bearer k' \
		    -H 'content-type: application/json' -d @{} -o {}.out \
		    -w '%{http_code}\n' \
		    http://127.0.0.1:8181/v1/chat/completions > ../s$h) &
		clients="$clients $!"
	done
	# shellcheck disable=SC2086
	wait $clients
	# shellcheck disable=SC2086
	kill $servers_of
	# shellcheck disable=SC2086
	wait $servers_of 2>/dev/null
	list > "$T/requests"
	judged "$T/requests"
	name=proxies
	echo "# $name: $ratio/1000 of $ideal ms, $refused refused"
	is "$name: all are answered" "$(cat "$T"/s[12] | grep -c 200)" \
	    $((2 * each))
}
if chosen proxies; then
	proxies
	judge 1030 6
fi

end "$REDIS"
if chosen dead; then
	fleet dead
	is "$name: each host is told once" "$away" 3
fi
LOG=/dev/null
finish
