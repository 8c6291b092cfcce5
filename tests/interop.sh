#!/bin/sh
# make interop: the faults once more, with servers that nobody here wrote;
# words on the command line pick tests by part of their names.  Each test has
# a network of its own, so root is needed, or all of them are skipped.
set -u
export BIDE="${BIDE:-./bide}" BIDE_BUILD="${BIDE_BUILD:-build/check}"
export LC_ALL=C TZ=UTC
AIMOCK_VERSION=1.43.0

# A foreign model server, from npm; aimock.t is skipped where it is lacking.
if ! [ -d build/interop/node_modules/@copilotkit/aimock ]; then
	mkdir -p build/interop
	npm install --silent --no-audit --no-fund --ignore-scripts \
	    --prefix build/interop "@copilotkit/aimock@$AIMOCK_VERSION" ||
	    echo "interop: npm has no aimock for us" >&2
fi

tests=$(ls tests/interop/*.t)
[ $# -eq 0 ] || tests=$(echo "$tests" | grep -F -- "$1")
# shellcheck disable=SC2086
exec prove -j 2 --timer --exec sh $tests
