#!/bin/sh
# The proxy's sockets, requests and workers, on real sockets.
. tests/cli/lib.sh
serve <<'EOF'
repeat 400; head; start chat; text one; sleep 3000; text two; done; end
EOF
# shellcheck disable=SC3045
ulimit -n "$(ulimit -H -n)"
# shellcheck disable=SC2086
clean SLACK="$SLACK" perl tests/cli/proxy_listen.pl "$T" "$BASE" $BIDE
