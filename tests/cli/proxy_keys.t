#!/bin/sh
# --client-key-file: clients with a key of their own, the provider with one that
# they never see.
. tests/cli/lib.sh

# fetch FIELD TARGET: the answer with its head in $T/out.
fetch() {
	perl -MIO::Socket::INET -e '
		my ($port, $field, $target) = @ARGV;
		my $body = q({"model":"m","messages":[],"contents":[]});
		my $c = IO::Socket::INET->new("127.0.0.1:$port") or die;
		print $c "POST $target HTTP/1.1\r\nHost: 127.0.0.1:$port\r\n",
		    $field eq "" ? "" : "$field\r\n", "Connection: close\r\n",
		    "Content-Length: ", length $body, "\r\n\r\n", $body;
		local $/;
		print <$c>;' "$proxy" "$1" "$2" > "$T/out"
}
got() { # NAME PATTERN
	ok "$1" grep -q "$2" "$T/out"
}

serve <<'EOF'
expect-header authorization "Bearer sk-upstream"; expect-header x-api-key; answer auto one
expect-header authorization "Bearer sk-upstream"; expect-header x-api-key; answer auto two
expect-header authorization "Bearer sk-upstream"; answer auto three
status 401 body='{"error":{"message":"no such key: sk-upstream"}}'
EOF
printf 'alice-0123456789\n\n  bob-0123456789  \r\n' > "$T/clients"
echo sk-upstream > "$T/key"
proxy -u "$BASE" --key-file "$T/key" --client-key-file "$T/clients"

# Not listed: the provider is not asked.
while IFS='|' read -r what field target; do
	fetch "$field" "$target"
	got "$what: refused" '^HTTP/1.1 401 '
	got "$what: for good" '^x-should-retry: false'
done <<'EOF'
no key||/v1/chat/completions
another key|Authorization: Bearer mallory-0123456789|/v1/chat/completions
the beginning of a key|Authorization: Bearer alice-012345678|/v1/chat/completions
a key and more|Authorization: Bearer alice-01234567890|/v1/chat/completions
an empty line|Authorization: Bearer |/v1/chat/completions
the provider's key|Authorization: Bearer sk-upstream|/v1/chat/completions
a key as a name|alice-0123456789: x|/v1/chat/completions
another key in the query||/v1/chat/completions?key=mallory
EOF
is "the provider was not asked" "$(grep -c '"req":' "$LOG")" 0

fetch 'Authorization: Bearer alice-0123456789' /v1/chat/completions
got "a bearer token" '"one"'
fetch 'x-api-key: bob-0123456789' /v1/chat/completions
got "x-api-key, and blanks in the file" '"two"'
fetch '' '/v1/chat/completions?a=1&key=alice-0123456789&b=2'
got "a key in the query" '"three"'
ok "it does not go on, the rest does" \
    grep -q '"target":"/v1/chat/completions?a=1&b=2"' "$LOG"
fetch 'Authorization: Bearer alice-0123456789' /v1/chat/completions
got "a key that the provider refuses" '^HTTP/1.1 401 '
ok "the provider's key is not told" \
    sh -c '! grep -q sk-upstream "$1"' - "$T/out"
ok "no key in the log" sh -c '! grep -qE "sk-up|alice|bob|mallory" "$1"' \
    - "$T/err"
ok "no key of a client on the wire" \
    sh -c '! grep -rqE "alice|bob" "$@"' - "$LOG" "$T/req$N"
is "the provider got its key" "$(cat "$LOG.err")" ""
finish
