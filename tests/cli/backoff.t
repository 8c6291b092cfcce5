#!/bin/sh
# Faults that say nothing of how long they take.
. tests/cli/lib.sh

# No figure of the server's, or one that is none: 0.25 to 0.5 s.
while read -r fault; do
	serve <<-EOF
	$fault
	stream responses "the answer\n"
	EOF
	bide -- hello
	status "$fault" 0
	out "$fault" "the answer
"
	waited "$fault" 1 250 500
done <<'EOF'
status 502
status 429 retry-after=-5
stream-cut responses "half an"
head content-length=5000; start responses; text "half an"; fin
head; start responses; text "half an"; rst
EOF

# A cut end is never an answer.
serve <<'EOF'
stream-cut responses "half"
EOF
bide -- --patience 0 hello
status "no terminal event" 75
out "no terminal event" ""
requests "no terminal event" 1
serve <<'EOF'
stream-cut chat "half" connection=close
EOF
bide -- --patience 0 -m chat:m hello
status "no terminal event, chat" 75
out "no terminal event, chat" ""
finish
