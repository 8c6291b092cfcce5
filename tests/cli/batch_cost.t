#!/bin/sh
# What a batch costs: tokens, their price, and a budget.
. tests/cli/lib.sh

O=$T/results
lines() { # NUMBER
	i=0
	while [ $i -lt "$1" ]; do
		printf '{"custom_id":"%s","prompt":"q"}\n' $i
		i=$((i + 1))
	done > "$T/in"
}
report() { # NAME PERL
	ok "$1: $2" perl -MJSON::PP -0777 -ne "\$r = decode_json(\$_);
	    exit !($2)" "$T/report"
}

serve <<'END'
repeat 2; stream responses "answer"
stream-cut responses "half"
repeat 99; stream responses "answer"
END
lines 3
bide -- batch -j 1 --price 2.50,10 --report "$T/report" -o "$O" "$T/in"
status price 0
err price '36 input tokens .15 cached., 102 output tokens .0 reasoning., cost 0.001110$'
report price '$r->{cost} == 0.00111'
report price '$r->{input_tokens} == 36 && $r->{cached_tokens} == 15'
report price '$r->{output_tokens} == 102 && $r->{reasoning_tokens} == 0'
bide -- batch -j 1 --report "$T/report" "$T/in"
err "no price" '102 output tokens .0 reasoning.$'
report "no price" '!defined $r->{cost}'
bide -- batch -q -j 1 "$T/in"
ok quiet [ ! -s "$T/err" ]

# The providers' own lines.
serve <<'END'
status 200 content-type=application/json body='{"usage":{"prompt_tokens":100,"completion_tokens":10,"prompt_tokens_details":{"cached_tokens":60},"completion_tokens_details":{"reasoning_tokens":4}}}'
status 200 content-type=application/json body='{"usage":{"input_tokens":100,"cache_read_input_tokens":60,"cache_creation_input_tokens":7,"output_tokens":10}}'
status 200 content-type=application/json body='{"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":60,"candidatesTokenCount":10,"thoughtsTokenCount":4}}'
END
{
	echo '{"custom_id":"a","url":"/v1/x","body":{}}'
	echo '{"custom_id":"b","params":{"model":"c"}}'
	echo '{"key":"c","request":{"model":"models/g"}}'
} > "$T/in"
bide ANTHROPIC_API_KEY=ak ANTHROPIC_BASE_URL="${BASE%/v1}" GEMINI_API_KEY=gk \
    GOOGLE_GEMINI_BASE_URL="${BASE%/v1}" -- batch -j 1 "$T/in"
status providers 0
err providers '367 input tokens .180 cached., 34 output tokens .8 reasoning.$'

# A budget: each answer takes 46 tokens.
serve <<'END'
repeat 999; stream responses "answer"
END
rm -f "$O"
lines 5
bide -- batch -j 1 --budget 100 -o "$O" "$T/in"
status budget 75
requests budget 3
err budget 'budget reached'
err budget '2 deferred; continue with: .* --budget 100 '
bide -- batch -j 1 --budget 100 -o "$O" "$T/in"
status "budget: enough for the rest" 0
rm -f "$O"
lines 40
bide -- batch -j 4 --price 1,1 --budget 0.001 -o "$O" "$T/in"
status "budget of money" 75
n=$(grep -c . "$O")
ok "budget of money: 1000 tokens and not much more ($n)" between "$n" 20 26
for o in '--budget 0' '--budget 1.5' '--price 1' '--price x,1' \
    '--price 1,2,3' '--price 1,1 --budget 0.0000001'; do
	# shellcheck disable=SC2086
	bide -- batch $o "$T/in"
	status "$o" 64
done
finish
