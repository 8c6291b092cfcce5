#!/bin/sh
# Three hosts of 66 workers share one limit through a Redis server, which fails
# in several ways meanwhile.  FLEET selects cases by name; FLEET_WINDOW is the
# bucket's window in ms.
. tests/interop/lib.sh
inside redis-server redis-cli ss nft
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
			    "\"body\":{\"model\":\"m\",\"messages\":[{" \
			    "\"role\":\"user\",\"content\":\"" text "\"}]," \
			    "\"max_tokens\":" int(20 + 60 * rand()) "}}"
		}
	}' > "$T/q/$h.jsonl"
done

redis() {
	start redis.log redis-server --port 6379 --save '' --dir "$T/redis" \
	    --bind 0.0.0.0
	REDIS=$PID
	await 6379 redis
}

# fleet NAME [OPTION ...]: all hosts at once; SIDE is run meanwhile.  Sets
# ratio (to the least time, in thousandths), refused, jain (thousandths),
# steps (of a request, tenths), away (how often a host was told).
fleet() {
	name=$1
	shift
	echo "limited chat \"hi\" $tokens 100000 $ms 1800" > "$T/script"
	serve < "$T/script"
	before=$(redis-cli info commandstats 2>/dev/null |
	    sed -n 's/^cmdstat_evalsha:calls=\([0-9]*\),.*/\1/p')
	hosts=
	for h in 1 2 3; do
		rm -rf "$T/h$h"
		mkdir "$T/h$h"
		# each host has its own way to the server
		# shellcheck disable=SC2086
		env -i PATH="$PATH" HOME="$T/h$h" $BIDE batch -j 66 \
		    -u "$BASE" -m chat:m --key-file "$T/key" ${LIMITS-} \
		    "$@" -o "$T/o$h" "$T/q/$h.jsonl" 2> "$T/e$h" &
		hosts="$hosts $!"
	done
	${SIDE:-true}
	# shellcheck disable=SC2086
	wait $hosts
	after=$(redis-cli info commandstats 2>/dev/null |
	    sed -n 's/^cmdstat_evalsha:calls=\([0-9]*\),.*/\1/p')
	sed -n 's/^{"t":\([0-9]*\),.*"cost":\([0-9]*\),"refused":\(.\).*/\1 \2 \3/p' \
	    "$LOG" | sort -n | awk -v ms="$ms" -v tokens=$tokens '
		NR == 1 { start = $1 }
		$3 == 1 { refused++; next }
		{ sum += $2; end = $1; served++ }
		END {
			ideal = (sum - 1800) * ms / tokens
			printf "%d %d %d %d\n", 1000 * (end - start) / ideal,
			    refused, served, ideal
		}' > "$T/result"
	read -r ratio refused served ideal < "$T/result"
	steps=$(((${after:-0} - ${before:-0}) * 10 / (served > 0 ? served : 1)))
	away=$(cat "$T"/e[123] | grep -c 'not shared with other hosts')
	echo "# $name: $ratio/1000 of $ideal ms, $refused refused," \
	    "$((steps / 10)).$((steps % 10)) steps a request," \
	    "told $away times"
	[ -z "${FLEET_LOG-}" ] || { cp "$LOG" "$FLEET_LOG"; cat "$T"/e? >> "$FLEET_LOG"; }
	is "$name: all are answered" "$(cat "$T"/o[123] |
	    grep -c '"status_code":200')" $((3 * each))
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
server=redis://127.0.0.1:6379

if chosen alone; then
	LIMITS='' fleet alone
fi
LIMITS="--limits $server"
redis
if chosen shared; then
	fleet shared
	judge 1020 6
	ok "$name: at most 8 steps a request" [ "$steps" -le 80 ]
fi
if chosen own; then
	fleet own --tpm $((tokens * 60000 / ms))
	judge 1050 0
fi
kill_redis() {
	sleep 4
	kill -9 "$REDIS"
	wait "$REDIS" 2>/dev/null
	sleep 1.5
	redis
}
if chosen killed; then
	SIDE=kill_redis fleet killed
	judge 1030 6
fi
end "$REDIS"
if chosen dead; then
	fleet dead
	sed 's/^/# /' "$T/e1"
fi
LOG=/dev/null
finish
