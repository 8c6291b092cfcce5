#!/bin/sh
# make deb: a package for this Debian, build/deb/bide_VERSION_ARCH.deb, by
# dpkg-buildpackage from the tarball of make dist and tests/pack/debian; lintian
# has to find nothing.
set -eu
sh tests/dist.sh tarball
version=$(sed -n 's/.*BIDE_VERSION "\(.*\)"/\1/p' src/cmd/version.h)
top=$PWD/build/deb
log=$top/log
rm -rf "$top"
mkdir -p "$top"
tar -xzf "build/dist/bide-$version.tar.gz" -C "$top"
cd "$top/bide-$version"
cp -R tests/pack/debian debian
for unit in service socket; do
	cp "tests/pack/bide-proxy.$unit" "debian/bide.bide-proxy.$unit"
done
(unset MAKEFLAGS MAKELEVEL MFLAGS && dpkg-buildpackage -us -uc) > "$log" 2>&1 || {
	tail -n 40 "$log" >&2
	exit 1
}
cd "$top"
lintian --allow-root --display-info --fail-on error,warning,info ./*.changes
ls ./*.deb
