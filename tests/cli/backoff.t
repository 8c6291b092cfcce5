#!/bin/sh
# Errors without a stated wait.
. tests/cli/lib.sh

# No wait stated, or an invalid one: 0.25 to 0.5 s.
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

# A truncated answer is never taken as complete.
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
