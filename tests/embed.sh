#!/bin/sh
# embed.sh ca|lua FILE OUT: writes a file as C for the program: the certificates
# of a PEM file as a header; or limit.lua, packed (src/limit/script.h).
set -eu
kind=$1 file=$2 out=$3
array() {
	echo "$1[] = {"
	od -An -v -tx1 "$out.in" | sed 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g'
	echo '};'
}
# Packs a text: where the next 4 to 131 bytes stand earlier in it, a byte with
# their number (128 for 4), and two with the place.
pack() {
	awk '
		BEGIN {
			for (i = 1; i < 128; i++)
				code[sprintf("%c", i)] = i == 1 ? 10 : i
		}
		{
			n = length($0)
			for (i = 1; i <= n; i += size) {
				before = substr($0, 1, i - 1)
				for (size = 3; size < 131 && i + size <= n && \
				    (at = index(before, substr($0, i, \
				    size + 1))); size++)
					place = at - 1
				if (size == 3) {
					size = 1
					print code[substr($0, i, 1)] ","
				} else {
					print size + 124 "," int(place / 256) \
					    "," place % 256 ","
				}
			}
		}'
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
		echo "const char limit_script_sha1[] = \"${sum%% *}\";"
		echo 'const unsigned char limit_script[] = {'
		tr '\n' '\001' < "$out.in" | pack
		echo '};'
		echo 'const size_t limit_script_n = sizeof(limit_script);'
	} > "$out.new" ;;
esac
rm "$out.in"
mv "$out.new" "$out"
