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

# What it is, is told by its content.
printf '\357\273\277text' > "$T/in"
bide -- words
status "a byte order mark" 0
sent "a byte order mark is no part of the text" 4 body '"words

text"'
printf 'caf\351' > "$T/in"
bide -- words
status "Latin-1" 78
err "Latin-1" 'stdin: neither UTF-8 text nor png'
printf '\377\376h\000i\000' > "$T/in"
bide -- words
status "UTF-16" 78
err "UTF-16" 'stdin: UTF-16 text; convert it with iconv'
printf 'h\000i\000' > "$T/in"
bide -- words
err "UTF-16 without a mark" 'stdin: UTF-16 text'
printf '\211PNG\r\n\032\nxx' > "$T/in"
bide -- words
status "a picture" 0
sent "a picture is attached" 5 body 'data:image/png;base64,iVBORw0KGgp4eA=='
sent "and the words are there" 5 body '"words"'
printf 'text' > "$T/in"
bide -- -f - words
status "-f -" 0
sent "-f - is stdin, with a name" 6 body '"stdin:'
requests "and no more" 6

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
