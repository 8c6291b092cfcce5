#!/bin/sh
# Checks requests against the official SDKs: each body that bide sends is a
# value of the type in the provider's own TypeScript library, with no extra,
# missing or wrong member.  Where the API allows more than the type, the body is
# converted first.
SDK=${SDK:-build/interop/node_modules}
if ! [ -x "$SDK/.bin/tsc" ] || ! [ -d "$SDK/openai" ]; then
	echo "1..0 # SKIP no SDKs in $SDK"
	exit 0
fi
. tests/cli/lib.sh
SDK=$(cd "$SDK" && pwd)
ln -s "$SDK" "$T/node_modules"

cat > "$T/tools" <<'END'
[{"name":"f","description":"d","parameters":{"type":"object",
"properties":{"a":{"type":"integer"}},"required":["a"]}},{"name":"g"}]
END
cat > "$T/schema" <<'END'
{"type":"object","properties":{"x":{"type":"string"}},"required":["x"]}
END
printf '\211PNG\r\n\032\n0000' > "$T/a.png"
printf '%%PDF-1.4 x' > "$T/b.pdf"
echo 'some text' > "$T/c.txt"
call='"type":"function","function":{"name"'
cat > "$T/talk" <<END
[{"role":"system","content":"terse"},
{"role":"user","content":[{"type":"text","text":"see"},
{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}},
{"type":"image_url","image_url":{"url":"https://example.com/a.png"}},
{"type":"file","file":{"filename":"b.pdf",
"file_data":"data:application/pdf;base64,JVBERi0xLjQgeA=="}}]},
{"role":"assistant","content":"wait","tool_calls":[
{"id":"call_1",$call:"f","arguments":"{\"a\":1}"}},
{"id":"call_2",$call:"g","arguments":"{}"}}]},
{"role":"tool","tool_call_id":"call_1","content":"one"},
{"role":"tool","tool_call_id":"call_2","content":"{\"two\":2}"},
{"role":"assistant","content":"ok"},{"role":"user","content":"go on"}]
END

cat > "$T/tsconfig.json" <<'END'
{"compilerOptions":{"strict":true,"noEmit":true,"module":"nodenext",
"moduleResolution":"nodenext","target":"es2022","skipLibCheck":true,
"types":[]},"files":["body.ts"]}
END

# shellcheck disable=SC2317
tsc() {
	(cd "$T" && "$SDK/.bin/tsc" -p .) > "$T/out" 2>&1
}

# fits NAME MODULE TYPE ARGS ...: the body that bide builds from ARGS is a TYPE.
fits() {
	name=$1 module=$2 type=$3
	shift 3
	bide ANTHROPIC_API_KEY=k GEMINI_API_KEY=k -- -n --dry-run "$@"
	sed -n '$p' "$T/out" | sed -E "${WORDS-}" > "$T/body"
	{
		echo "import * as M from '$module';"
		echo "const body: $type ="
		cat "$T/body"
		echo "; export default body;"
	} > "$T/body.ts"
	ok "$name" tsc
}

BASE=
everything="--tools $T/tools --schema $T/schema --max-tokens 99"
files="-f $T/a.png -f $T/b.pdf -f $T/c.txt -S sys hello"
all() { # NAME MODULE TYPE MODEL OPTION ...
	of=$1 from=$2 as=$3 model=$4
	shift 4
	fits "$of: a prompt" "$from" "$as" -m "$model" "$@" hello
	# shellcheck disable=SC2086
	fits "$of: files" "$from" "$as" -m "$model" "$@" $files
	# shellcheck disable=SC2086
	fits "$of: a conversation with tools" "$from" "$as" \
	    -m "$model" "$@" --messages "$T/talk" $everything
}

all responses openai M.OpenAI.Responses.ResponseCreateParamsStreaming \
    openai:gpt-5 --temperature 0.5 --effort low
all chat openai M.OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming \
    chat:gpt-5 -u https://api.openai.com/v1 --temperature 0.5 --effort low
# This SDK no longer has temperature: later models reject it.
for model in claude-opus-4-8 claude-sonnet-4-5; do
	all "messages, $model" @anthropic-ai/sdk \
	    M.Anthropic.Messages.MessageCreateParamsStreaming \
	    $model --effort high
done
# Enums, by their values.
WORDS='s/"type":"(object|string|integer)"/"type":M.Type.\U\1/g
s/"thinkingLevel":"(low)"/"thinkingLevel":M.ThinkingLevel.\U\1/'
for model in gemini-3-pro gemini-2.5-pro; do
	all "gemini, $model" @google/genai '{ contents: M.Content[],
	    generationConfig?: M.GenerationConfig, tools?: M.Tool[],
	    systemInstruction?: M.Content }' $model --effort low
done
WORDS=

# The check itself can fail.
fits "a prompt" openai M.OpenAI.Responses.ResponseCreateParamsStreaming \
    -m openai:gpt-5 hello
sed -i 's/"stream":true/"stream":1/' "$T/body.ts"
ok "a wrong body is refused" not tsc
finish
