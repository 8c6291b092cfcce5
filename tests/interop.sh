#!/bin/sh
# make interop: the faults once more, with servers that nobody here wrote;
# words on the command line pick tests by part of their names.  Each test has
# a network of its own, so root is needed, or all of them are skipped.
set -u
export BIDE="${BIDE:-./bide}" BIDE_BUILD="${BIDE_BUILD:-build/check/tests}"
export LC_ALL=C TZ=UTC

# A foreign model server and the providers' SDKs, from npm; aimock.t and sdk.t
# are skipped where they are lacking.
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

tests=$(ls tests/interop/*.t)
[ $# -eq 0 ] || tests=$(echo "$tests" | grep -F -- "$1")
# shellcheck disable=SC2086
exec prove -j 2 --timer --exec sh $tests
