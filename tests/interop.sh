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

tests=$(ls tests/interop/*.t)
[ $# -eq 0 ] || tests=$(echo "$tests" | grep -F -- "$1")
# shellcheck disable=SC2086
exec prove -j 2 --timer --exec sh $tests
