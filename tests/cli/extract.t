#!/bin/sh
# -x: only a code block of the answer.
. tests/cli/lib.sh

two='Here:\n\n```sh\nls -l\n```\nor\n~~~\ndir\n~~~\nDone.\n'
serve <<EOF
repeat 9; stream responses "$two"
EOF
bide -- -x hello
status "-x" 0
out "-x" "ls -l
"
bide -- --extract-last hello
out "--extract-last" "dir
"
bide -- -x -o "$T/file" hello
out "-x -o" ""
is "-x -o: content" "$(cat "$T/file")" "ls -l"
bide -- resume
out "resume keeps it" "ls -l
"
bide -- resume --extract-last
out "resume --extract-last" "dir
"
bide -- resume --live
ok "resume --live: all of it" grep -q '^Done' "$T/out"
bide -- log
ok "log: all of it" grep -q 'Done' "$T/out"
bide BIDE_LIVE=1 BIDE_JSON=1 -- -x hello
out "-x, --live and --json from elsewhere" "ls -l
"
bide BIDE_EXTRACT=1 -- --json hello
json_lines "--json, -x from elsewhere"
for other in --live --json; do
	bide -- -x $other hello
	status "-x $other" 64
	err "-x $other" "^bide: --extract needs the whole answer: leave out $other"
done
requests "all" 5

# On a terminal it is held, too, and cannot control it.
serve <<'EOF'
stream responses "a\n```\nx\x1by\n```\nb\n"
EOF
clean perl tests/cli/tty.pl "$BIDE" -x hello > "$T/out" 2> "$T/err" < /dev/null
ok "on a terminal" grep -q 'x^\[y' "$T/out"
ok "on a terminal: the block alone" not grep -q '^[ab]' "$T/out"

# No block: exit 1, and nothing is written.
serve <<'EOF'
stream responses "No code today.\n"
stream responses "No code today.\n"
stream chat "a\n```\nopen\n"
head; start chat; text "a\n```\nwhole\n```\n```\nopen"; done length; end
head; start chat; text "a\n```\nopen"; done length; end
EOF
echo old > "$T/file"
bide -- -x -o "$T/file" hello
status "no block" 1
err "no block" "^bide: the answer has no code block; to see all of it: bide log 2"
is "no block: the file" "$(cat "$T/file")" old
bide -- resume
status "no block, resumed" 1
out "no block, resumed" ""
bide -- -q -x hello
out "no block" ""
err "no block, -q" "no code block"
bide -- -m chat:m -x hello
status "open at the end" 0
out "open at the end" "open
"
bide -- -m chat:m -x hello
status "cut" 1
out "cut" "whole
"
bide -- -m chat:m -x hello
status "cut in it" 1
out "cut in it" ""

# A turn that broke is resumed as it was asked.
serve <<EOF
stream-cut responses "a\n\`\`\`\nhalf"
stream responses "$two"
EOF
bide -- -x --on-break continue --patience 0 hello
status "broken" 75
out "broken" ""
bide -- resume
status "resumed" 0
out "resumed" "ls -l
"
finish
