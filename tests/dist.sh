#!/bin/sh
# make dist: the files of HEAD as build/dist/bide-VERSION.tar.gz, which has the
# same bytes wherever and whenever it is made.  Shown by making it again in a
# clone, with other settings; and by building the program from both: it has to
# be the same, too.
#
#	dist.sh			all of this
#	dist.sh tarball		without building
set -eu
version=$(sed -n 's/.*BIDE_VERSION "\(.*\)"/\1/p' src/cmd/version.h)
name=bide-$version
top=$PWD/build/dist
clone=$top/clone

die() {
	echo "dist: $*" >&2
	exit 1
}

# Owner and order of the files are fixed by git archive, their time is that of
# the commit.
tarball() { # FROM OUT
	git -C "$1" -c tar.umask=022 -c core.autocrlf=false archive \
	    --format=tar --prefix="$name/" HEAD > "$2.tar"
	gzip -9 -n < "$2.tar" > "$2"
	rm "$2.tar"
}

[ -e .git ] || die "only from a clone of the repository"
[ -z "$(git status --porcelain --untracked-files=no)" ] ||
    echo "dist: changes that are not committed are left out" >&2
rm -rf "$top"
mkdir -p "$top"
tarball . "$top/$name.tar.gz"

git clone -q --no-checkout . "$clone"
git -C "$clone" checkout -q --detach "$(git rev-parse HEAD)"
(
	umask 077
	export TZ=Asia/Tokyo LC_ALL=C
	git -C "$clone" config tar.umask 077
	touch "$clone/README"
	tarball "$clone" "$top/again.tar.gz"
)
cmp "$top/$name.tar.gz" "$top/again.tar.gz" || die "not reproducible"

if [ $# -eq 0 ]; then
	tar -xzf "$top/$name.tar.gz" -C "$top"
	for dir in "$clone" "$top/$name"; do
		echo "dist: building in $dir"
		(cd "$dir" && ${MAKE:-make} -s bide)
	done
	cmp "$clone/bide" "$top/$name/bide" || die "not the same program"
	"$top/$name/bide" --version
fi
(cd "$top" && sha256sum "$name.tar.gz")
