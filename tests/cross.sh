# make cross, which sources this: static programs for the processors of $CROSS
# in build/TARGET/src/cmd/main, and the test programs; those of $QEMU are run,
# one of them big-endian.  A target is the triplet of Debian's cross compiler.
# Of the Makefile is build(), which makes them in build/$t.
#
#	make cross CROSS=s390x-linux-gnu QEMU=
#	make cross ONLY=cli/ask		only the tests whose names have that
# shellcheck shell=sh
set -eu
: "${CROSS=x86_64-linux-gnu aarch64-linux-gnu arm-linux-gnueabihf
    riscv64-linux-gnu s390x-linux-gnu}" "${QEMU=aarch64-linux-gnu s390x-linux-gnu}"

# The names of Debian and of qemu for a target's processor.
names() {
	case $1 in
	x86_64-*) deb=amd64 cpu=x86_64 ;;
	aarch64-*) deb=arm64 cpu=aarch64 ;;
	arm-*hf) deb=armhf cpu=arm ;;
	*) deb=${1%%-*} cpu=$deb ;;
	esac
}

# Lists and downloads of its own, so that the system's stay as they are.
apt() {
	apt-get -q -o Dir::Etc::sourcelist="$sources" -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt" \
	    -o Dir::State::status=/dev/null -o APT::Architecture="$deb" \
	    -o APT::Architectures="$deb" "$@"
}

# musl and BearSSL from Debian's packages, in build/sysroot/TARGET; needs no
# root.
sysroot() {
	names "$1"
	to=$PWD/build/sysroot/$1 apt=$PWD/build/sysroot/apt-$deb
	[ ! -f "$to/done" ] || return 0
	mkdir -p "$to" "$apt/lists/partial" "$apt/archives/partial"
	sources=/etc/apt/sources.list
	# in Debian since release 13
	if [ "$deb" = riscv64 ]; then
		sources=$apt/sources.list
		echo "deb $(apt-get indextargets --format '$(REPO_URI)' \
		    'Origin: Debian' | head -n 1) trixie main" > "$sources"
	fi
	(cd "$apt" && { apt update || :; } &&
	    apt download musl-dev libbearssl-dev) \
	    > "$apt/log" 2>&1 || {
		cat "$apt/log" >&2
		exit 1
	}
	for package in "$apt"/*.deb; do
		dpkg-deb -x "$package" "$to"
	done
	: > "$to/done"
}

# Is it a static PIE?
static() {
	program=build/$1/src/cmd/main
	readelf -hlrW "$program" > "build/$1/elf"
	if grep -q INTERP "build/$1/elf" ||
	    ! grep -q 'Type: *DYN' "build/$1/elf" ||
	    grep ' R_' "build/$1/elf" | grep -qv _RELATIVE; then
		echo "cross: $program is no static PIE" >&2
		exit 1
	fi
	echo "$program: $(wc -c < "$program") bytes"
}

# Wraps each test program and bide into a script that calls qemu; faultd is the
# one of make check.
check() {
	names "$1"
	rm -rf "build/$1/qemu"
	mkdir -p "build/$1/qemu"
	for program in "build/$1/src/cmd/main" "build/$1"/tests/*; do
		case $program in
		*.*) continue ;;
		esac
		[ -f "$program" ] || continue
		wrapper=build/$1/qemu/${program##*/}
		printf '#!/bin/sh\nexec qemu-%s "%s" "$@"\n' "$cpu" \
		    "$PWD/$program" > "$wrapper"
		chmod +x "$wrapper"
	done
	ln -sf ../../check/tests/faultd "build/$1/qemu/faultd"
	for tests in ${ONLY:-"build/$1/qemu/" tests/cli/}; do
		BIDE=build/$1/qemu/main BIDE_BUILD=build/$1/qemu \
		    BIDE_QEMU=$cpu SLACK=2000 FAULTD_TIME=900 \
		    sh tests/check.sh "$tests"
	done
}

for t in $CROSS; do
	sysroot "$t"
	echo "building for $t"
	(
		cc=$t-gcc sysroot=$PWD/build/sysroot/$t
		. ./tests/release.sh
		ldflags="-Wl,-u,main $ldflags"
		build
	)
	static "$t"
done
for t in $QEMU; do
	check "$t"
done
