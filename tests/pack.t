#!/bin/sh
# Packages: --version, make dist without building, the units of systemd.
n=0 failed=0
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM

ok() { # NAME COMMAND ...
	n=$((n + 1))
	what=$1
	shift
	if "$@" > "$T/log" 2>&1; then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		sed 's/^/# /' "$T/log"
		failed=1
	fi
}

skip() { # NAME WHY
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

version=$(sed -n 's/.*BIDE_VERSION "\(.*\)"/\1/p' src/cmd/version.h)
$BIDE --version > "$T/version"
ok "the first line is the version alone" \
    [ "$(head -n 1 "$T/version")" = "bide $version" ]
for fact in commit compiler machine libc tls roots sandbox; do
	ok "--version: $fact" grep -q "^$fact: ." "$T/version"
done
ok "no date and no path" eval "! grep -E '/|20[0-9][0-9]' '$T/version'"

if [ -e .git ] && command -v git > /dev/null; then
	ok "make dist gives the same bytes twice" sh tests/dist.sh tarball
	dist=build/dist/bide-$version.tar.gz
	tar -xzf "$dist" -C "$T"
	top=$T/bide-$version
	ok "its commit is in it" \
	    [ "$(cat "$top/src/cmd/commit")" = "$(git rev-parse HEAD)" ]
	ok "everything is below one folder" \
	    [ "$(tar -tzf "$dist" | sed 's|/.*||' | sort -u)" = "bide-$version" ]
	ok "it belongs to nobody's account" \
	    [ "$(tar --numeric-owner -tvzf "$dist" | awk '{ print $2 }' |
	    sort -u)" = 0/0 ]
else
	skip "make dist" "not a clone, or no git"
fi

ok "the package has this version" \
    grep -q "^bide ($version)" tests/pack/debian/changelog
ok "and so has HISTORY" grep -q "^.It $version" man/bide.1
if command -v systemd-analyze > /dev/null; then
	for unit in service socket; do
		sed "s|/usr/bin/bide|$(realpath "$BIDE")|" \
		    "tests/pack/bide-proxy.$unit" > "$T/bide-proxy.$unit"
	done
	ok "systemd takes the units" systemd-analyze verify --man=no \
	    "$T/bide-proxy.service" "$T/bide-proxy.socket"
	ok "the service is confined" systemd-analyze security --offline=yes \
	    --threshold=20 "$T/bide-proxy.service"
else
	skip "the units" "no systemd-analyze"
fi
echo "1..$n"
exit $failed
