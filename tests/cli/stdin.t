#!/bin/sh
# The prompt: words, stdin, both.
. tests/cli/lib.sh

serve <<'EOF'
stream responses "x"
EOF
printf 'all from stdin\n' > "$T/in"
bide --
status "stdin alone" 0
sent "stdin alone" 1 body '"all from stdin'
: > "$T/in"
bide -- words
status "empty stdin and words" 0
sent "empty stdin and words" 2 body '"words"'
bide --
status "empty stdin, no words" 64
perl -e 'print "x" x 3000000' > "$T/in"
bide --
status "three megabytes" 0
is "three megabytes arrive" "$(tr -cd x < "$T/req$N/req-3.body" | wc -c |
    tr -d ' ')" 3000000
requests "as many as asked" 3

# A notice is printed if stdin stays open and silent.
mkfifo "$T/fifo"
sleep 2.2 > "$T/fifo" &
pids="$pids $!"
rm "$T/in"
ln -s fifo "$T/in"
bide -- words
status "stdin stays open" 0
err "stdin stays open" 'stdin.* -n'
finish
