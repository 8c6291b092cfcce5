# Keeping within a limit; sourced by bench.sh.  120 requests of mixed sizes run
# against a nearly empty bucket of 60,000 tokens a minute.  Measured are the
# total time, as a multiple of what the bucket alone requires, and the share of
# requests that were refused.  BENCH_MS: the bucket's window, else a minute.
# shellcheck shell=sh disable=SC2154

ms=${BENCH_MS:-60000}
tokens=60000 left=500 count=120
mkdir "$T/q"

# The same requests for bide, for curl and for batch.
awk -v n=$count -v dir="$T/q" 'BEGIN {
	srand(1)
	for (i = 1; i <= n; i++) {
		words = int(50 + 500 * rand())
		most = int(50 + 400 * rand())
		text = ""
		while (words-- > 0)
			text = text "abc "
		print text > (dir "/" i ".txt")
		print most > (dir "/" i ".max")
		body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\"," \
		    "\"content\":\"" text "\"}],\"stream\":true," \
		    "\"max_tokens\":" most "}"
		print body > (dir "/" i ".json")
		print "{\"custom_id\":\"" i "\",\"method\":\"POST\"," \
		    "\"url\":\"/v1/chat/completions\",\"body\":" body "}" \
		    > (dir "/all.jsonl")
		close(dir "/" i ".txt")
		close(dir "/" i ".max")
		close(dir "/" i ".json")
	}
}'

# limited WHAT PERCENT COMMAND..: runs it while others use PERCENT of the limit;
# sets ratio and refused (%) from the server's log.
limited() {
	what=$1 percent=$2
	shift 2
	serve "limited chat \"hi\" $tokens 10000 $ms $left $percent"
	home=$(mktemp -d "$T/home.XXXXXX")
	env -i PATH="$PATH" HOME="$home" OPENAI_API_KEY=sk-bench \
	    BASE="http://127.0.0.1:$PORT/v1" BIDE="$BIDE" Q="$T/q" \
	    "$@" > /dev/null 2> "$T/err" || bail "$(cat "$T/err")"
	sed -n 's/^{"t":\([0-9]*\),.*"cost":\([0-9]*\),"refused":\(.\).*/\1 \2 \3/p' \
	    "$T/log" | awk -v ms="$ms" -v tokens=$tokens -v left=$left \
	    -v percent="$percent" -v n=$count '
		NR == 1 { start = $1 }
		$3 == 1 { refused++; next }
		{ sum += $2; end = $1; served++ }
		END {
			ideal = (sum - left) * ms / tokens / (1 - percent / 100)
			printf "%.3f %.1f %d\n", (end - start) / ideal,
			    100 * refused / n, served
		}' > "$T/result"
	read -r ratio refused served < "$T/result"
	[ "$served" = $count ] || bail "$what: $served of $count answered"
}

# shellcheck disable=SC2016
each_bide='$BIDE -q -n -m chat:m -u "$BASE" --max-tokens $(cat $Q/$0.max) \
    -f $Q/$0.txt --patience inf'
# shellcheck disable=SC2016
each_curl='curl -sf -o /dev/null --retry 1000 --retry-max-time 600 \
    -H "Content-Type: application/json" -d @$Q/$0.json \
    "$BASE/chat/completions"'
seq $count > "$T/ids"

limited "16 curl" 0 xargs -a "$T/ids" -P 16 -n 1 sh -c "$each_curl"
c_ratio=$ratio c_refused=$refused
limited "16 bide" 0 xargs -a "$T/ids" -P 16 -n 1 sh -c "$each_bide"
line "16 processes in a limit: time by the ideal" "$ratio" x 1.03
line "16 processes in a limit: refused" "$refused" % 1
printf "%-42s %7.2f x, %.0f %% refused\n" "16 curl --retry, the same" \
    "$c_ratio" "$c_refused"
limited "16 bide, 30 % eaten" 30 xargs -a "$T/ids" -P 16 -n 1 \
    sh -c "$each_bide"
line "the same, 30 % eaten by others" "$ratio" x 1.03
line "the same: refused" "$refused" % 1
# shellcheck disable=SC2016
if "$BIDE" --help | grep -q 'bide batch'; then
	limited "batch" 0 sh -c '$BIDE batch -q -j 32 -u "$BASE" \
	    -m chat:m --patience inf $Q/all.jsonl'
	line "batch -j 32: time by the ideal" "$ratio" x 1.03
	line "batch -j 32: refused" "$refused" % 1
fi
