#!/bin/sh
# Regenerates the certificates of the tests, which are in the tree so that the
# tests need no openssl.  NAME.pem holds the chain, then the key.  All but
# expired.pem are valid for a hundred years.
set -eu
cd "$(dirname "$0")"
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT

key() {
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
	    -out "$T/$1.key" 2>/dev/null
}

# Needs a configuration, since only "openssl ca" accepts both dates.
sign() { # SUBJECT KEY EXTFILE START END OPTION...
	openssl req -new -key "$2" -subj "$1" -out "$T/csr"
	: > "$T/index"
	printf '%s\n' '[ca]' default_ca=d '[d]' "database=$T/index" \
	    "new_certs_dir=$T" default_md=sha256 rand_serial=yes policy=p \
	    '[p]' commonName=supplied > "$T/conf"
	ext=$3 start=$4 end=$5
	shift 5
	openssl ca -batch -notext -config "$T/conf" -in "$T/csr" \
	    -extfile "$ext" -startdate "$start" -enddate "$end" \
	    -out "$T/crt" "$@" 2> "$T/err" || { cat "$T/err" >&2; exit 1; }
}

root() { # NAME SUBJECT
	key "$1"
	printf '%s\n' basicConstraints=critical,CA:TRUE \
	    keyUsage=critical,keyCertSign,cRLSign > "$T/ext"
	sign "$2" "$T/$1.key" "$T/ext" 20240101000000Z 21231231235959Z \
	    -selfsign -keyfile "$T/$1.key"
	mv "$T/crt" "$1.pem"
}

leaf() { # NAME CA SUBJECT EKU SAN [START END]
	key "$1"
	printf '%s\n' basicConstraints=critical,CA:FALSE \
	    keyUsage=critical,digitalSignature "extendedKeyUsage=$4" \
	    ${5:+"subjectAltName=$5"} > "$T/ext"
	sign "$3" "$T/$1.key" "$T/ext" "${6:-20240101000000Z}" \
	    "${7:-21231231235959Z}" -cert "$2.pem" -keyfile "$T/$2.key"
	cat "$T/crt" "$T/$1.key" > "$1.pem"
}

# Keys with the exponent 3, for the chains of tests/x509chain.h.
for i in root ca; do
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 \
	    -pkeyopt rsa_keygen_pubexp:3 -out "rsa-$i.key" 2>/dev/null
done

here=DNS:localhost,IP:127.0.0.1,IP:::1
root ca "/CN=bide test root"
root stranger "/CN=nobody's root"
leaf good ca /CN=localhost serverAuth "$here"
leaf expired ca /CN=localhost serverAuth "$here" \
    20200101000000Z 20210101000000Z
leaf wrong-name ca /CN=elsewhere.test serverAuth DNS:elsewhere.test
leaf cn-only ca /CN=localhost serverAuth ""
leaf client-only ca /CN=localhost clientAuth "$here"
leaf unknown-ca stranger /CN=localhost serverAuth "$here"
rm stranger.pem
