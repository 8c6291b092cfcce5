#!/bin/sh
# Options, environment and configuration file: precedence and errors.
. tests/cli/lib.sh

serve <<'EOF'
stream responses "x"
EOF

# wrong STATUS ARGS...: one clear line, nothing sent.
wrong() {
	want=$1
	shift
	bide -- "$@"
	status "$*" "$want"
	is "$*: one line" "$(grep -c . "$T/err")" 1
	err "$*" "^bide: "
	out "$*" ""
}
wrong 64 --no-such-option hello
wrong 64 -Z hello
wrong 64 models --max-tokens 5
wrong 64 models -S hello
wrong 64 --model
wrong 64 --patience soon hello
wrong 64 --idle-timeout -3 hello
wrong 64 --idle-timeout 0 hello
wrong 64 --max-answer 0 hello
wrong 64 --max-answer 5X hello
wrong 64 --max-answer M hello
wrong 64 --max-answer -1K hello
wrong 64 --max-answer 9999999999G hello
wrong 64 --connect-timeout 0ms hello
wrong 64 --on-break maybe hello
wrong 64 --param 'x={' hello
wrong 64 --param x hello
wrong 64 --max-tokens many hello
wrong 64 --max-tokens 0 hello
wrong 64 --temperature hot hello
wrong 64
wrong 64 -u ftp://example.com/ hello
wrong 64 -u 'http://exa mple/' hello
wrong 64 -u 'http://a
b/' hello
wrong 64 -u http://me:secret@example.com/ hello
no_err "credentials in a URL" secret
for bad in "-m nobody:model" "-m some-model"; do
	# shellcheck disable=SC2086
	bide -- $bad hello
	ok "$bad: refused" one_of "$rc" 64 78
	is "$bad: one line" "$(grep -c . "$T/err")" 1
done
echo '{"not": an array' > "$T/tools"
for bad in "--tools $T/tools" "--tools $T/none" "--schema $T/none" \
    "-S @$T/none" "--key-file $T/none"; do
	# shellcheck disable=SC2086
	bide -- $bad hello
	ok "$bad: refused ($rc)" one_of "$rc" 64 78
	is "$bad: one line" "$(grep -c . "$T/err")" 1
done
for bad in OPENAI_API_KEY= BIDE_MODEL= BIDE_PATIENCE=soon; do
	bide "$bad" -- hello
	status "$bad" 78
	err "$bad" "^bide: .*${bad%=*}"
done
# A slip is not a question that costs money; what it may mean is named.
for slip in 'batc batch' 'list sessions' 'ls sessions' 'session sessions' \
    'sesions sessions' 'limit limits' 'hlep help' 'logs log' 'Model models' \
    'versoin version'; do
	wrong 64 "${slip% *}"
	err "$slip" "bide ${slip#* }\"\?  To ask it: bide -- ${slip% *}"
done
wrong 64 --max-token 5 hello
err "misspelt option" 'did you mean --max-tokens'
wrong 64 --tempe 5 hello
err "shortened option" 'did you mean --temperature'
wrong 64 --max 5 hello
no_err "ambiguous option" 'did you mean'
wrong 64 help me with this
wrong 64 version 2 of what
requests "bad input" 0
for word in help --help 'help batch'; do
	# shellcheck disable=SC2086
	bide -- $word
	status "$word" 0
	ok "$word: printed" grep -q '^usage: bide' "$T/out"
done
for word in version --version; do
	bide -- $word
	status "$word" 0
	ok "$word: printed" grep -q '^bide [0-9]' "$T/out"
done

# The word -- ends the options; a first word may be "ask".
bide -- -- --not-an-option
status "--" 0
sent "--" 1 body -- --not-an-option
bide -- ask "a question"
status ask 0
ok "ask is no part of the question" \
    not grep -q 'ask a question' "$T/req$N/req-2.body"

# Words that only look like a command are questions.
for word in '-- list' '-- help' hello explain 'list them' 'ask list'; do
	# shellcheck disable=SC2086
	bide -- $word
	status "$word is a question" 0
done
requests "questions" 8
serve <<'EOF'
stream responses "x"
EOF

# Options beat the environment beats the file.
mkdir -p "$T/home/.config/bide"
config=$T/home/.config/bide/config
cat > "$config" <<EOF
# a comment
model gpt-from-file
system be terse

[provider mine]
dialect chat
base-url $BASE/mine
key-env MY_KEY
header X-Team: seven
EOF
bide BIDE_MODEL= -- hello
sent "from the file" 1 body '"model": *"gpt-from-file"'
sent "from the file" 1 body 'be terse'
bide BIDE_MODEL=gpt-from-env -- hello
sent "from the environment" 2 body '"model": *"gpt-from-env"'
bide BIDE_MODEL=gpt-from-env -- -m gpt-from-option hello
sent "from the option" 3 body '"model": *"gpt-from-option"'

serve <<'EOF'
stream chat "mine"
EOF
sed "s|^base-url .*|base-url $BASE/mine|" "$config" > "$T/config"
mkdir "$T/xdg" "$T/xdg/bide"
mv "$T/config" "$T/xdg/bide/config"
bide "XDG_CONFIG_HOME=$T/xdg" MY_KEY=sk-mine-42 -- -m mine:some-model \
    --max-tokens 9 hello
status "own provider" 0
out "own provider" mine
ok "own provider: path" grep -q '"target":"/v1/mine/chat/completions"' "$LOG"
sent "own provider" 1 head '^authorization: Bearer sk-mine-42'
sent "own provider" 1 head '^x-team: seven'
sent "own provider" 1 body '"max_tokens":9'
ok "own provider: not the other key" \
    not grep -q 0123456789 "$T/req$N/req-1.head"
echo sk-from-file > "$T/key"
bide "XDG_CONFIG_HOME=$T/xdg" -- --key-file "$T/key" -m mine:m hello
sent "--key-file" 2 head '^authorization: Bearer sk-from-file'

for line in 'no-such-option 1' 'patience soon' '[provider' 'base-url'; do
	echo "$line" > "$T/xdg/bide/config"
	bide "XDG_CONFIG_HOME=$T/xdg" -- hello
	status "config: $line" 78
	err "config: $line" "config.?:1|config:1"
done
printf '[provider x]\nheader A B: c\n' > "$T/xdg/bide/config"
bide "XDG_CONFIG_HOME=$T/xdg" -- hello
status "config: no header's name" 78
err "config: no header's name" "config:2: header: not 'Name: value'"

# The organization and project are sent to OpenAI, in both dialects, and to no
# other provider.
serve <<'EOF'
stream responses "x"
stream chat "x"
EOF
for m in gpt-4o chat:m; do
	bide OPENAI_ORG_ID=org-1 OPENAI_PROJECT_ID=proj-1 -- -m $m hello
done
sent "openai" 1 head '^openai-organization: org-1'
sent "chat" 2 head '^openai-organization: org-1'
sent "chat" 2 head '^openai-project: proj-1'
bide OPENAI_ORG_ID=org-1 -- -u "$BASE" -m llama hello
ok "another server" not grep -qi organization "$T/req$N/req-3.head"
finish
