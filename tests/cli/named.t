#!/bin/sh
# A message about a bad value or file names the option or the variable that it
# comes from; one about the configuration file its line.
. tests/cli/lib.sh

BASE=http://127.0.0.1:1/v1
mkdir -p "$T/dir" "$T/home/.config/bide"
: > "$T/empty"
echo '{bad' > "$T/bad"
printf '\377\376a\000' > "$T/utf16"
head -c 70000 /dev/zero | tr '\0' a > "$T/large"
config=$T/home/.config/bide/config
NONE='No such file or directory'

# STATUS|ENVIRONMENT|ARGUMENTS|the message after "bide: "; @ is the folder of
# the files above.  Fields have no blanks in their words.
while IFS='|' read -r want vars args message; do
	args=$(echo "$args" | sed "s|@|$T/|g; s|%|@|g")
	vars=$(echo "$vars" | sed "s|@|$T/|g")
	message=$(echo "$message" | sed "s|@|$T/|g")
	# shellcheck disable=SC2086
	bide $vars -- $args
	status "$vars $args" "$want"
	ok "$vars $args: the message" grep -q "^bide: $message" "$T/err"
done <<EOF
78||--schema @none x|--schema: @none: $NONE
78||--schema @dir x|--schema: @dir: Is a directory
78||--schema @bad x|--schema: @bad is not a JSON object
78||--schema @empty x|--schema: @empty is not a JSON object
78|BIDE_SCHEMA=@none|x|--schema: @none: $NONE
78||--tools @none x|--tools: @none: $NONE
78||--tools @bad x|--tools: @bad is not a JSON array
78||-S %@none x|--system: @none: $NONE
78||-S %@utf16 x|--system: @utf16: not UTF-8
78||-f @none x|--file: @none: $NONE
78||-f @utf16 x|--file: @utf16: UTF-16 text
78||--messages @none|--messages: @none: $NONE
78||--messages @bad|--messages: @bad: message 1: not JSON
78||--tool-result a=@none x|--tool-result: @none: $NONE
64||--tool-result a x|--tool-result: 'a' is not ID=FILE
78||--key-file @none x|--key-file: @none: $NONE
78||--key-file @dir x|--key-file: @dir: Is a directory
78||--key-file @empty x|--key-file: @empty: contains no key
78||--key-file @utf16 x|--key-file: @utf16: blanks or control characters
78||--key-file @large x|--key-file: @large: File too large
78|BIDE_KEY_FILE=@none|x|--key-file: @none: $NONE
78||-u https://localhost:1/v1 --cacert @none x|--cacert: .*@none: $NONE
78||-u https://localhost:1/v1 --cacert @bad x|--cacert: .*@bad: there is no PEM
78|SSL_CERT_FILE=@none|-u https://localhost:1/v1 x|SSL_CERT_FILE: .*@none: $NONE
78|SSL_CERT_DIR=@none|-u https://localhost:1/v1 x|SSL_CERT_DIR: .*@none: $NONE
74||-o @none/file x|--output: @none/file: $NONE
74||-o @dir x|--output: @dir: Is a directory
74||batch -o @none/file @bad|--output: @none/file: $NONE
74||batch --errors @none/file @bad|--errors: @none/file: $NONE
78||batch @none|@none: $NONE
78||--limits redis://h --limits-password-file @none x|--limits-password-file: @none: $NONE
64||--limits nowhere x|--limits: it must start with
64||-s a/b x|session a/b: a session's name
64||proxy -l nowhere|--listen: nowhere is neither
78||proxy --client-key-file @none|--client-key-file: @none: $NONE
78||proxy --client-key-file @empty|--client-key-file: @empty: contains no key
64||-u nowhere x|--base-url: 'nowhere': no scheme
78|OPENAI_BASE_URL=nowhere|x|OPENAI_BASE_URL: 'nowhere': no scheme
78|OLLAMA_HOST=:::|-m ollama:x x|OLLAMA_HOST: 'http://127.0.0.1:::/v1': the port
78|HTTP_PROXY=a:b:c|-u http://h.invalid/v1 x|HTTP_PROXY: the port
78|BIDE_MAX_TOKENS=many|x|BIDE_MAX_TOKENS: 'many' is not
64||--temperature hot x|--temperature: 'hot' is not
64||-t nothing x|--template: there is no \[prompt nothing\]
EOF

# ARGUMENTS|the lines, with \n|the message after the name of the file.
while IFS='|' read -r args lines message; do
	printf '%b' "$lines" | sed "s|@|$T/|g; s|%|@|g" > "$config"
	# shellcheck disable=SC2086
	bide -- --dry-run $args x
	status "$lines" 78
	ok "$lines: the message" grep -qF "bide: $message" "$T/err"
done <<EOF
|model gpt-4o\nnosuch 5\n|$config:2: nosuch: unknown option
|\n# comment\npatience soon\n|$config:3: patience: 'soon' is not
|patience\n|$config:1: patience needs a value
|[provider\n|$config:1: not a section
|[nothing x]\n|$config:1: not a section
|[provider a b]\n|$config:1: a name cannot
|[provider a]\ndialect none\n|$config:2: dialect: no such dialect
|[provider a]\nbase-url nowhere\n|$config:2: base-url: no scheme
|\n[provider a]\nkey-env A\n[alias]\n|$config:2: provider a has no base-url
|[provider a]\nheader X\n|$config:2: header: not 'Name: value'
|[provider a]\nwhat 1\n|$config:2: what: not one of
|[alias]\nfast\n|$config:2: fast: not 'NAME
|[prompt p]\nkey-file a\n|$config:2: key-file: not system
|[prompt p]\nvar a\n|$config:2: var: not NAME=TEXT
-t p|[prompt p]\ntemperature hot\n|[prompt p], line 2: temperature: 'hot' is not
-t p|[prompt p]\nsystem %@none\n|[prompt p], system: $T/none: $NONE
-t p|[prompt p]\ntemplate %@none\n|[prompt p], template: $T/none: $NONE
-t p|[prompt p]\nsystem %@utf16\n|[prompt p], system: $T/utf16: not UTF-8
|price cheap\n|$config:1: price: 'cheap' is not
|schema @none\n|--schema: $T/none: $NONE
EOF
printf 'a\000b\n' > "$config"
bide -- x
status "a NUL" 78
err "a NUL" "^bide: $config: not a text file"
rm "$config"
mkdir "$config"
bide -- x
status "a folder" 78
err "a folder" "^bide: configuration: $config: Is a directory"
finish
