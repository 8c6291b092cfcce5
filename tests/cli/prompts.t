#!/bin/sh
# Named prompts and aliases of models.
. tests/cli/lib.sh
mkdir -p "$T/home/.config/bide"
config=$T/home/.config/bide/config

serve <<'EOF'
repeat 999; stream chat "fine"
EOF
cat > "$config" <<E
temperature 0.1

[provider local]
base-url $BASE/local

[alias]
fast = chat:small
slow   local:large
odd=chat:x:y

[prompt commit]
system Write one line.
system
system In {{lang}}.
template Describe this diff
template   for {{ who }}:
template {{input}}
model fast
temperature 0.7
max-tokens 99
param seed=3
var lang=English
var who = all of us

[prompt terse]
system Be terse.

[prompt file]
template @$T/template

[prompt code]
template {{input}} in C
extract

[prompt greet]
template Say hello.
E
cat "$T/home/.config/bide/config" > "$T/config"

bide -- -t commit -m chat:m "the {{who}} diff"
status "-t" 0
sent "-t: system" 1 body 'Write one line\.\\n\\nIn English\.'
sent "-t: template" 1 body '"Describe this diff\\nfor all of us:\\nthe \{\{who\}\} diff"'
sent "-t: the command line first" 1 body '"model":"m"'
sent "-t: before the file's options" 1 body '"temperature":0.7'
sent "-t: an option" 1 body '"max_tokens":99'
sent "-t: another" 1 body '"seed":3'
bide BIDE_TEMPERATURE=0.3 -- -t commit --max-tokens 7 --var lang=French \
    --var who= --var lang=Dutch x
sent "its temperature, not the environment's" 2 body '"temperature":0.7'
sent "its model, an alias" 2 body '"model":"small"'
sent "--max-tokens" 2 body '"max_tokens":7'
sent "--var: the last one" 2 body 'In Dutch'
sent "--var: empty" 2 body 'for :\\nx"'
bide -- -t terse -m fast what is a pipe
sent "system alone" 3 body 'Be terse'
sent "system alone: the prompt" 3 body '"what is a pipe"'
bide -- -t terse -S 'Be wordy.' -m fast hello
sent "-S before it" 4 body 'Be wordy'
ok "-S before it: alone" not grep -q terse "$T/req$N/req-4.body"
printf 'From a file: {{input}}, {{x}}\n' > "$T/template"
printf 'piped\n\n' > "$T/in"
bide -- -t file --var 'x={{input}}' -m slow
sent "@FILE and stdin" 5 body 'From a file: piped, \{\{input\}\}'
ok "an alias of an own provider" \
    grep -q '"req":5,.*"target":"/v1/local/chat/completions"' "$LOG"
rm "$T/in"
bide -- -t greet -m odd
sent "no input needed" 6 body '"Say hello\."'
sent "colons in an alias" 6 body '"model":"x:y"'
bide -- -t greet -m fast and bye
sent "no place for input" 7 body '"Say hello\.\\n\\nand bye"'
for model in fast chat:small fast odd; do
	printf '{"prompt":"hi","model":"%s"}\n' $model
done > "$T/batch"
bide -- batch -q -j 1 "$T/batch"
status "batch: aliases" 0
sent "batch: an alias" 8 body '"model":"small"'
sent "batch: its model" 9 body '"model":"small"'
sent "batch: another alias" 11 body '"model":"x:y"'

# What is recorded is what was asked: resume needs no configuration.
serve <<'EOF'
status 500
EOF
sed -i "s|^base-url .*|base-url $BASE/local|" "$config"
bide -- --patience 0 -t commit -m slow x
status "interrupted" 75
serve <<'EOF'
repeat 9; stream chat "fine"
EOF
printf '[provider local]\nbase-url %s/local\n' "$BASE" > "$config"
bide BIDE_TEMPLATE=nosuch -- resume
status "resume" 0
sent "resume" 1 body '"model":"large"'
sent "resume: the prompt" 1 body 'for all of us'
cp "$T/config" "$config"

# In a session the prompt's model counts, as -m does.
bide -- -s s -m chat:first hello
bide -- -s s -t commit hello
sent "in a session" 3 body '"model":"small"'
before=$(grep -c '"req":' "$LOG")

wrong() { # STATUS PATTERN ARGS...
	want=$1 why=$2
	shift 2
	bide -- "$@"
	status "$*" "$want"
	err "$*" "$why"
}
wrong 64 "no \[prompt nosuch\].*bide prompts" -t nosuch hello
wrong 64 "\{\{x\}\} has no value; give it with --var x=TEXT" -m fast -t file hello
wrong 64 "needs input: give it as words" -t code -m fast
wrong 64 "'lang' is not NAME=TEXT" -t commit --var lang hello
wrong 64 "needs --template" --var a=b hello
rm "$T/template"
wrong 78 "template: .*No such file" -t file -m fast --var x=1 hello
for line in '[prompts x]' '[prompt ]' '[prompt a b]' '[alias x]'; do
	echo "$line" > "$config"
	wrong 78 "config:1: " hello
done
for line in 'base-url http://x/' 'key-file x' 'session x' 'nosuch 1' 'help'; do
	printf '[prompt a]\n%s\n' "$line" > "$config"
	wrong 78 "config:2: ${line%% *}: not system, template" hello
done
printf '[prompt a]\nvar lang\n' > "$config"
wrong 78 "config:2: var: not NAME=TEXT" hello
printf '[alias]\nx =\n' > "$config"
wrong 78 "config:2: x: not 'NAME" hello
printf '[prompt a]\ntemperature hot\n' > "$config"
wrong 78 "\[prompt a\], line 2: temperature: 'hot' is not a number" -t a hello
is "nothing was sent" "$(grep -c '"req":' "$LOG")" "$before"

cp "$T/config" "$config"
bide -- prompts
status prompts 0
out prompts "commit                Describe this diff
terse                 Be terse.
file                  @$T/template
code                  {{input}} in C
greet                 Say hello.
"
bide -- prompts --json
is "prompts --json" "$(sed -n 1p "$T/out")" '{"name":"commit","model":"fast","system":"Write one line.\n\nIn {{lang}}.","template":"Describe this diff\nfor {{ who }}:\n{{input}}"}'
wrong 64 "prompts takes no words" prompts commit
rm "$config"
bide -- prompts
out "no prompts" ""
finish
