#!/bin/sh
# One limit for all of an answer; memory and the journal stay within it.
. tests/cli/lib.sh

state=$T/home/.local/state/bide/sessions

serve <<'EOT'
repeat 4 bulk chat 400000
EOT
MODEL=chat:m
bide -- --max-answer 4K --patience 1m hello
status "too large" 76
out "too large" ""
err "too large" "larger than --max-answer"
requests "too large" 1
bide BIDE_MAX_ANSWER=4096 -- --live -s live hello
status "live" 76
ok "live: what came is in the journal, not more ($(wc -c < "$state/live.jsonl"))" \
    between "$(wc -c < "$state/live.jsonl")" 4000 8000
bide -- --max-answer 1M hello
status "large enough" 0
ok "large enough: all of it" [ "$(wc -c < "$T/out")" -gt 9000 ]

# An event of 16 MiB, or an answer in one JSON text, is kept once, and its text
# once; nothing else is.
perl -e '
	my $head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
	my $open = q({"choices":[{"index":0,"delta":{"content":");
	my $end = q({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]});
	my $text = "x" x (1 << 24);
	open my $event, ">", "$ARGV[0]/event";
	print $event $head, "data: $open$text\"}}]}\n\ndata: $end\n\n";
	open my $whole, ">", "$ARGV[0]/whole";
	$open =~ s/delta/message/;
	print $whole $head, $open, $text, q("},"finish_reason":"stop"}]});
' "$T"
serve <<EOT
send-file $T/event; fin
send-file $T/whole; fin
EOT
for what in event answer; do
	if [ "$BIDE" = ./bide ]; then
		# shellcheck disable=SC3045
		(ulimit -v 90000; bide -- hello; exit "$rc")
		rc=$?
	else	# a sanitizer, or valgrind
		bide -- hello
	fi
	status "a large $what" 0
	ok "a large $what: all of it" [ "$(wc -c < "$T/out")" = 16777216 ]
done

# A head of 256 fields is read, one of 257 is not.
fields() {
	perl -e 'print "HTTP/1.1 200 OK\r\nConnection: close\r\n",
	    "X: y\r\n" x ($ARGV[0] - 1), "\r\n",
	    q({"choices":[{"message":{"content":"read"},"finish_reason":"stop"}]})
	    ' "$1" > "$T/fields$1"
}
fields 256
fields 257
serve <<EOT
send-file $T/fields256; fin
send-file $T/fields257; fin
EOT
bide -- hello
status "256 fields" 0
out "256 fields" "read"
bide -- --patience 1m hello
status "257 fields" 76
requests "257 fields" 2
finish
