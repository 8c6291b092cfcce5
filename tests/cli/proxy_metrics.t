#!/bin/sh
# /bide/metrics and the access lines.
. tests/cli/lib.sh

# fetch PATH [BODY]: to $T/out.
fetch() {
	perl -MIO::Socket::INET -e '
		my ($port, $path, $body) = @ARGV;
		my $c = IO::Socket::INET->new("127.0.0.1:$port") or die;
		print $c ($body eq "" ? "GET" : "POST"), " $path HTTP/1.1\r\n",
		    "Host: 127.0.0.1:$port\r\nConnection: close\r\n",
		    "Content-Length: ", length $body, "\r\n\r\n", $body;
		local $/;
		print <$c> =~ s/.*?\r\n\r\n//sr;' \
		    "$proxy" "$1" "${2-}" > "$T/out"
}

metric() { # LINE
	ok "$1" grep -qxF -e "$1" "$T/out"
}

# Something is known of a limit.
serve <<'EOF'
limited chat "hi\n" 20000 1000 60000 500
EOF
bide -- -m chat:m hello
limits=$BASE

serve <<'EOF'
error 429 rate_limit_exceeded 'try again in 0.1s'
stream chat one
error 401 invalid_api_key 'Incorrect API key provided'
EOF
proxy -u "$BASE"
ask='{"model":"m","stream":true,"messages":[]}'
fetch '/v1/chat/completions?key=sk-secret' "$ask"
ok "healed" grep -q '\[DONE\]' "$T/out"
fetch /v1/chat/completions "$ask"
fetch /bide/metrics
metric 'bide_requests_total{provider="server",code="200"} 1'
metric 'bide_requests_total{provider="server",code="401"} 1'
metric 'bide_attempts_total{provider="server"} 3'
metric 'bide_healed_total{provider="server"} 1'
metric 'bide_passed_on_total{provider="server"} 1'
metric 'bide_faults_total{provider="server",class="rate_limit",phase="head"} 1'
metric 'bide_faults_total{provider="server",class="auth",phase="head"} 1'
metric 'bide_tokens_total{provider="server",type="input"} 12'
metric 'bide_in_flight 1'
ok "wait" grep -q '^bide_wait_seconds_total{provider="server"} 0\.[1-9][0-9]*$' \
    "$T/out"
ok "limit" grep -q "^bide_limit{page=\"[0-9a-f]*\",base_url=\"$limits\",$(:
    )model=\"m\",of=\"tokens\",window_seconds=\"60\"} 20000\$" "$T/out"
ok "used" grep -q '^bide_limit_used{.*of="tokens".*} [0-9]*$' "$T/out"
ok "hold" grep -q '^bide_hold_seconds{.*} 0\.000$' "$T/out"
ok "each line is one" perl -ne '
	$seen{$1}++ and exit 1 if /^# TYPE (\S+) (counter|gauge)$/;
	exit 1 if !/^# (HELP|TYPE) \w+ / &&
	    !/^\w+(\{(\w+="([^"\\]|\\.)*",?)+\})? \d+(\.\d+)?$/' "$T/out"
if command -v promtool > /dev/null; then
	ok "promtool" sh -c "promtool check metrics < '$T/out'"
fi
err "access line" '^time=[^ ]*Z client=127.0.0.1 method=POST path=/v1/chat'
err "access line" ' provider=server status=401 ms=[0-9]* attempts=1 .* fault=a'
no_err "a query" 'sk-secret|key='

proxy --json -u "$BASE"
fetch '/v1/"x"' "$ask"
ok "access lines as JSON" perl -MJSON::PP -e '
	my @l = map { decode_json($_) } <STDIN>;
	exit !($l[0]{event} eq "listening" && $l[1]{path} eq "/v1/\"x\"" &&
	    $l[1]{status} == 401)' < "$T/err"
finish
