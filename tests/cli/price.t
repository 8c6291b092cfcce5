#!/bin/sh
# What answers cost, by prices that the user names: with -v, in events, in the
# session, and for batches.
. tests/cli/lib.sh

C=$T/home/.config/bide
mkdir -p "$C"
serve <<'EOF'
stream-cut responses "half"
repeat 99; stream responses "answer"
EOF
cat > "$C/config" <<'EOF'
price gpt-4o	2.50,10
price  openai:other   1,1
EOF

# 12 tokens in, 34 out
bide -- -v -s a hi
status verbose 0
err verbose '12 in .5 cached., 34 out, cost 0\.000370$'
bide -- log a
ok "log: the cost" grep -q '^== .*, 12 tokens in, 34 out, cost 0.000370$' \
    "$T/out"
bide -- -s a -m openai:other hi
bide -- sessions
ok "sessions: the sum" grep -q ' 24/68 0.000416 ' "$T/out"
bide -- sessions --json
event "sessions" '"input":24,"output":68,"cost":0.000416\}'
bide -- --json hi
event "events" '"type":"usage","input":12,.*"reasoning":0,"cost":0.000370\}'
bide -- --json --price 1,0 hi
event "the command line counts" '"cost":0.000012\}'
bide BIDE_PRICE=0,1 -- --json hi
event "so does the environment" '"cost":0.000034\}'
bide -- --json -m openai:nobody hi
ok "no price" not grep -q '"cost"' "$T/out"
bide -- -s b -m openai:nobody hi
bide -- sessions
ok "sessions: no price" grep -q ' 12/34 *done' "$T/out"
bide -- resume --json a
event "resume" '"cost":0.000046\}'
bide -- log --json a
event "journal" '"usage":\{"input":12,.*"cost":0.000370\}'

# A batch, in which each line may have a model of its own.
cat > "$T/in" <<'EOF'
{"prompt":"q"}
{"prompt":"q","model":"openai:other"}
EOF
bide -- batch -j 1 -v "$T/in"
err "batch" 'line 1: 1 request, cost 0\.000370$'
err "batch" 'line 2: 1 request, cost 0\.000046$'
err "batch" 'cost 0\.000416$'
ok "batch: in the results" grep -q '"reasoning":0,"cost":0.000370}' "$T/out"
no_err "batch" 'no price'
echo '{"prompt":"q","model":"openai:nobody"}' >> "$T/in"
bide -- batch -j 1 --report "$T/report" "$T/in"
err "batch" 'line 3: there is no price for its model'
ok "batch: report" grep -q '"cost":0.000416,' "$T/report"

# Wrong ones: the line of the configuration, or the option.
for p in 'gpt-4o' 'gpt-4o 2.50' 'gpt-4o 2,50,10' 'gpt-4o $2,3' 'x 1,-1' \
    '1.2345678,1'; do
	printf '# prices\nprice %s\n' "$p" > "$C/config"
	bide -- hi
	status "price $p" 78
	err "price $p" 'config:2: price: .* is not \[MODEL\] IN,OUT'
done
printf 'price\n' > "$C/config"
bide -- batch "$T/in"
status "price of nothing" 78
err "price of nothing" 'config:1: price needs a value'
rm "$C/config"
bide -- --price 1 hi
status "--price 1" 64
finish
