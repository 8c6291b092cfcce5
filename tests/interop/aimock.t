#!/bin/sh
# The npm package @copilotkit/aimock as the model server, with fault injection
# enabled.
. tests/interop/lib.sh
AIMOCK=${AIMOCK:-build/interop/node_modules/@copilotkit/aimock/dist/cli.js}
[ -e "$AIMOCK" ] || skip "no $AIMOCK"
inside node curl ss
ready

text="The quick brown fox jumps over the lazy dog, again and again: \u00e9\ud83e\udd8a."
answer=$(printf 'The quick brown fox jumps over the lazy dog, again and again: \303\251\360\237\246\212.')
cat > "$T/fixtures.json" <<END
{"fixtures": [
{"match": {"userMessage": "hello"}, "response": {"content": "$text"}},
{"match": {"userMessage": "reason"},
 "response": {"content": "$text", "reasoning": "Let me think."}},
{"match": {"userMessage": "slowly"}, "response": {"content": "$text"},
 "streamingProfile": {"ttft": 500, "tps": 20, "jitter": 0.2}},
{"match": {"userMessage": "weather"}, "response": {"toolCalls":
 [{"name": "get_weather", "arguments": {"city": "\u00c5s"}}]}},
{"match": {"userMessage": "too long"},
 "response": {"content": "The quick", "finishReason": "length"}},
{"match": {"userMessage": "truncate", "sequenceIndex": 0},
 "response": {"content": "$text"}, "chunkSize": 4, "latency": 20,
 "truncateAfterChunks": 8},
{"match": {"userMessage": "truncate", "sequenceIndex": 1},
 "response": {"content": "$text"}, "chunkSize": 4, "latency": 20,
 "disconnectAfterMs": 100},
{"match": {"userMessage": "truncate"}, "response": {"content": "$text"}},
{"match": {"userMessage": "chaos"}, "response": {"content": "$text"},
 "chaos": {"dropRate": 0.2, "malformedRate": 0.1, "disconnectRate": 0.2,
 "rateLimitRate": 0.1}}
]}
END

# Its 429s claim that none of 150000 tokens per minute remain, which is not
# true: forget the learned limits before the next prompt.
forget() {
	rm -rf "$T/home/.local/state/bide/limits"
}

mock() { # OPTION ...
	forget
	[ -z "${MOCK-}" ] || end "$MOCK"
	start aimock node "$AIMOCK" -p 4010 -f "$T/fixtures.json" "$@"
	MOCK=$PID LOG=$T/aimock
	await 4010 aimock
	BASE=http://127.0.0.1:4010/v1
}

# Control requests to the mock.
order() { # PATH JSON
	curl -sf -o "$T/order" -d "$2" "http://127.0.0.1:4010/__aimock/$1" ||
	    bail "aimock does not $1"
}

asked() { # NAME NUMBER
	n=$(curl -s 'http://127.0.0.1:4010/__aimock/journal' |
	    perl -MJSON::PP -0777 -ne 'print scalar grep {
	    $_->{path} =~ m{/v1} } @{decode_json($_)}')
	is "$1: $2 requests" "$n" "$2"
	order reset/journal ''
	forget
}

# aimock must run for the whole test; rates are per request.
BIDE="env ANTHROPIC_API_KEY=k ANTHROPIC_BASE_URL=http://127.0.0.1:4010
    GEMINI_API_KEY=k GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:4010 $BIDE"
for model in chat:gpt-4o openai:gpt-4o claude-sonnet-4-5 gemini-2.5-flash; do
	mock
	MODEL=$model
	timed -- hello
	whole "$model" "$answer"
	asked "$model" 1
	bide -- reason
	whole "$model, reasoning" "$answer"
	timed -- slowly
	whole "$model, slowly" "$answer"
	took "$model, slowly" 500 10000
	bide -- --live slowly
	whole "$model, live" "$answer"
	bide -- weather
	status "$model, a tool" 0
	ok "$model, a tool: the call" perl -MJSON::PP -ne '
		$c = decode_json($_); $a = $c->{arguments};
		$a = JSON::PP->new->decode($a) if !ref $a;
		exit !($c->{name} eq "get_weather" &&
		    $a->{city} eq "\x{c5}s")' "$T/out"
	bide -- too long
	status "$model, cut" 1
	bide -- no such thing
	none "$model, 404" 65
	order reset/journal ''

	bide -- truncate
	whole "$model, cut off twice" "$answer"
	asked "$model, cut off twice" 3

	# One error each, with a wait of one second for a 429.
	order error '{"status": 429, "body": {"message": "Rate limit reached", "type": "rate_limit_error"}}'
	timed -- hello
	whole "$model, 429" "$answer"
	asked "$model, 429" 2
	took "$model, 429" 1000 1900
	order error '{"status": 429, "body": {"message": "You exceeded your current quota, please check your plan and billing details.", "type": "insufficient_quota", "code": "insufficient_quota"}}'
	timed -- hello
	none "$model, no quota" 69
	asked "$model, no quota" 1
	for code in 500 502 503 529; do
		order error "{\"status\": $code, \"body\": {\"message\": \"no\", \"type\": \"server_error\"}}"
		bide -- hello
		whole "$model, $code" "$answer"
		asked "$model, $code" 2
	done
	order error '{"status": 401, "body": {"message": "Incorrect API key provided", "type": "invalid_request_error", "code": "invalid_api_key"}}'
	bide -- hello
	none "$model, 401" 77
	asked "$model, 401" 1
	order error '{"status": 400, "body": {"message": "This model'\''s maximum context length is 8192 tokens.", "type": "invalid_request_error", "code": "context_length_exceeded"}}'
	bide -- hello
	none "$model, context" 65
	asked "$model, context" 1

	# All attempts may fail by chance, but then the status says so.
	whole=0
	for i in 1 2 3 4; do
		forget
		bide -- --patience 40s chaos
		if [ "$rc" = 0 ]; then
			whole=$((whole + 1))
			out "$model, chaos $i" "$answer"
		else
			# 65: the same 500 came three times
			ok "$model, chaos $i: fails ($rc)" one_of "$rc" 75 65
			out "$model, chaos $i" ""
		fi
	done
	ok "$model, chaos: most of them whole ($whole)" [ $whole -gt 1 ]

	# Every attempt fails: no answer, and no retry without a wait.
	for what in drop malformed disconnect ratelimit; do
		mock --chaos-$what 1
		timed -- --patience 3s hello
		if [ $what = malformed ]; then
			ok "$model, $what: fails ($rc)" one_of "$rc" 76 75
			out "$model, $what" ""
		elif [ $what = drop ]; then
			# the same 500, with words of its own, three times
			none "$model, $what" 65
		else
			none "$model, $what" 75
		fi
		took "$model, $what" 0 4000
		n=$(curl -s 'http://127.0.0.1:4010/__aimock/journal' |
		    perl -MJSON::PP -0777 -ne 'print scalar @{decode_json($_)}')
		ok "$model, $what: few requests ($n)" between "$n" 1 6
	done
	mock --chaos-latency 1500
	timed -- hello
	whole "$model, late" "$answer"
	took "$model, late" 1500 2500
	timed -- --patience 0 --first-byte-timeout 1s hello
	none "$model, too late" 75
	took "$model, too late" 1000 1400
done
finish
