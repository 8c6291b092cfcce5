#!/bin/sh
# embed.sh ca|lua FILE OUT: writes a file as C for the program: the certificates
# of a PEM file as a header; or limit.lua, without comments and indentation, and
# with its SHA-1, by which a Redis server knows it (src/limit/script.h).
set -eu
kind=$1 file=$2 out=$3
array() {
	echo "$1[] = {"
	od -An -v -tx1 "$out.in" | sed 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g'
	echo '};'
}
mkdir -p "${out%/*}"
case $kind in
ca)
	grep -q 'BEGIN CERTIFICATE' "$file" || {
		echo "EMBED_CA: no certificate in $file" >&2
		exit 1
	}
	sed -n '/^-----BEGIN CERT/,/^-----END CERT/p' "$file" > "$out.in"
	array 'static const char embed_ca' > "$out.new"
	# Nothing else includes it, so its one user is compiled again.
	cmp -s "$out.new" "$out" || rm -f "${out%/*}/src/net/trust.o" ;;
lua)
	sed -e 's/[ 	]*--.*//' -e 's/^[ 	]*//' -e '/^$/d' \
	    -e 's/ *\([-+*/=<>~,(){}]\) */\1/g' "$file" > "$out.in"
	sum=$({ sha1sum || sha1 || openssl sha1 -r; } < "$out.in" 2>/dev/null)
	{
		echo '#include "limit/script.h"'
		array 'const char limit_script'
		echo 'const size_t limit_script_n = sizeof(limit_script);'
		echo "const char limit_script_sha1[] = \"${sum%% *}\";"
	} > "$out.new" ;;
esac
rm "$out.in"
mv "$out.new" "$out"
