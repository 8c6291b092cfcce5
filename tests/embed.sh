#!/bin/sh
# embed.sh PEM HEADER: writes the certificates of a PEM file as a C array.
set -eu
grep -q 'BEGIN CERTIFICATE' "$1" || {
	echo "EMBED_CA: no certificate in $1" >&2
	exit 1
}
mkdir -p "${2%/*}"
{
	echo 'static const char embed_ca[] = {'
	sed -n '/^-----BEGIN CERT/,/^-----END CERT/p' "$1" | od -An -v -tx1 |
	    sed 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g'
	echo '};'
} > "$2.new"
# Nothing else includes the header, so its one user is compiled again.
cmp -s "$2.new" "$2" || {
	mv "$2.new" "$2"
	rm -f "${2%/*}/src/net/trust.o"
}
