#!/bin/sh
# mirror.sh NAME FLAGS: makes build/NAME mirror src and tests with links to the
# sources.  files.mk there lists them for the Makefile; flags holds FLAGS, the
# compiler and its flags; src/cmd/version.c says for --version how it is built.
# All are rewritten only when they change.
set -eu
mkdir -p "build/$1"
find src tests -name '*.[ch]' | sort > "build/$1/sources"
cd "build/$1"

# Links in the mirror: build/NAME/src/base/buf.c -> ../../../../src/base/buf.c
sed 's|/[^/]*$||' sources | sort -u | while read -r dir; do
	mkdir -p "$dir"
	up=$(echo "build/name/$dir" | sed 's|[^/]*|..|g')
	grep "^$dir/[^/]*\\.c\$" sources | while read -r c; do
		[ -h "$c" ] || ln -sf "$up/$c" "$c"
	done
done

# objects MACRO PATTERN [NOT]: a macro with the objects whose source matches.
objects() {
	echo "$1 = $(sed -n 's|\.c$|.o|p' sources | grep -E "$2" |
	    grep -vE "${3:-^$}" | tr '\n' ' ')"
}
update() {
	cmp -s "$1.new" "$1" || mv "$1.new" "$1"
}

{
	echo "HDR = $(sed -n 's|.*\.h$|../../&|p' sources | tr '\n' ' ')"
	objects LIB '^src/' 'cmd/main\.o'
	objects SHARED '^tests/(script|fuzz_replay|drive_|faultd_|home|world)' 'drive_(tls|cut)'
	objects UNITS '_test\.o' | sed 's/\.o / /g'
	objects FUZZERS '^tests/fuzz_' replay | sed 's/\.o / /g'
} > files.mk.new
update files.mk
echo "$2" > flags.new
update flags

# No date and no path, so that the same sources give the same program.  In a
# tarball of git archive src/cmd/commit holds its commit.  Test programs are
# not linked again for each commit.
cc=${2%% -*} commit=$(cut -c -12 ../../src/cmd/commit)
machine=$($cc -dumpmachine)
case $1,$commit in
check,* | san,* | fallbacks,* | fuzz,*) commit=unknown ;;
*\$*)	commit=unknown
	[ ! -e ../../.git ] ||
	    commit=$(git describe --always --dirty --abbrev=12 \
	    --exclude='*' 2> /dev/null || echo unknown) ;;
esac
case $2,$machine in
*musl*) libc=musl ;;
*-gnu*) libc=glibc ;;
*) libc=system ;;
esac
case $2 in
*-static*) libc="$libc, static" ;;
esac
case $2,$machine in
*NO_SANDBOX*) sandbox=none ;;
*linux*) sandbox="Landlock, seccomp" ;;
*openbsd*) sandbox="pledge, unveil" ;;
*) sandbox=none ;;
esac
case $2 in
*EMBED_CA*) roots="built in" ;;
*) roots="of the system" ;;
esac
cat > src/cmd/version.c.new <<EOF
#include "cmd/version.h"

const char version_text[] =
"bide " BIDE_VERSION "\n"
"commit: $commit\n"
"compiler: $($cc --version | sed 's/^[^ ]*cc (/gcc (/; s/["\\]//g; q')\n"
"machine: $machine\n"
"libc: $libc\n"
"tls: BearSSL, TLS 1.2\n"
"roots: $roots\n"
"sandbox: $sandbox\n";
EOF
update src/cmd/version.c
