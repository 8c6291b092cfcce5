#!/bin/sh
# mirror.sh NAME FLAGS: makes build/NAME mirror src and tests with links to the
# sources.  files.mk there lists them for the Makefile; flags holds FLAGS, the
# compiler and its flags.  Both are rewritten only when they change.
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
