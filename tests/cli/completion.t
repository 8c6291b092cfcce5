#!/bin/sh
# Completion, in the three shells.
. tests/cli/lib.sh

mkdir -p "$T/home/.config/bide" "$T/bin"
cat > "$T/home/.config/bide/config" <<'E'
[provider local]
base-url http://localhost:1/v1
[alias]
fast = chat:fast-model
[prompt commit]
template {{input}}
E
ln -s "$(realpath "$BIDE")" "$T/bin/bide"
serve <<'EOF'
repeat 3; stream chat "fine"
stream responses "fine"
EOF
bide -- -s tour -m chat:small-model hello
bide -- -s 'odd$(touch${IFS}x)'"'s" -m chat:small-model hello
bide -- -s a:b -m chat:small-model hello
bide -- -s trip -m gpt-4o-mini hello
HERE=$PWD
cd "$T" || exit 1
BIDE=./bin/bide
touch "$T/a-file"

# words WANT WORD...: what the last word can become.
words() {
	want=$1
	shift
	bide BIDE_MODEL= -- completion words -- "$@"
	is "words: $*" "$(tr '\n' ' ' < "$T/out")" "$want"
}
words "resume " res
words "sessions " ses
words "--max-tokens --max-time " --max-t
words "--max-time " resume --max-t
words "--prune " sessions --p
words "" sessions --s
words "-n " -n
words "trip tour " resume t
words "tour " -s to
words "--session=tour " --session=to
words "tour " -vs to
words "gpt-4o-mini " -m gpt-4
words "chat:small-model chat: " -m chat
words "--model=local: " --model=lo
words "openai:gpt-4o-mini openai: openrouter: " -m open
words "local llamacpp lmstudio " models l
words "continue " --on-break co
words "bash zsh fish " completion ""
words "" -- --max
words "" why --foo=
words "" tell me re
words "" -f a-
words "trip " log --json tr
words "" -m x log tr
bide -- completion words
status "no words" 64
bide -- completion tcsh
status "no such shell" 64
err "no such shell" "bash, zsh or fish"

for shell in bash zsh fish; do
	if ! command -v $shell >/dev/null; then
		count=$((count + 1))
		echo "ok $count # SKIP $shell is not installed"
		continue
	fi
	bide -- completion $shell
	status "$shell" 0
	cp "$T/out" "$T/$shell.sh"
	# try LINE WANT: what a line becomes, with a tab for each @
	try() {
		clean PATH="$T/bin:$PATH" perl "$HERE/tests/cli/shell.pl" \
		    $shell "$T/$shell.sh" "$T/line" "$1" > "$T/out" 2> "$T/err"
		is "$shell: $1" "$(cat "$T/out")" "$2"
	}
	try 'bide resu@X' '<bide><resume><X>'
	try 'bide --max-tok@X' '<bide><--max-tokens><X>'
	try 'bide sessions --pr@X' '<bide><sessions><--prune><X>'
	try 'bide -s tri@X' '<bide><-s><trip><X>'
	try 'bide resume tou@X' '<bide><resume><tour><X>'
	try 'bide -m chat:sm@X' '<bide><-m><chat:small-model><X>'
	try 'bide --model=chat:sm@X' '<bide><--model=chat:small-model><X>'
	try 'bide -m loca@X' '<bide><-m><local:X>'
	try 'bide -s od@X' '<bide><-s><odd$(touch${IFS}x)'"'"'s><X>'
	try 'bide -s a:@X' '<bide><-s><a:b><X>'
	try 'bide -t com@X' '<bide><-t><commit><X>'
	try 'bide -m fas@X' '<bide><-m><fast><X>'
	try 'bide -f a-fi@X' '<bide><-f><a-file><X>'
done
ok "no name was run as a command" [ ! -e x ]
finish