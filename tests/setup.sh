#!/bin/sh
# make setup: install the missing packages that building and testing need.
# On Debian it runs apt-get; elsewhere it prints the command to run.  With an
# argument (lint, valgrind, fuzz, cross, deb, bench, interop, newcomer) it also
# installs the packages for that target.
set -eu

# Each row: how to tell that it is installed, and its package for apt, apk,
# dnf, pacman, pkg and brew ("-": part of another package, or not available).
rows() {
	cat <<'ROWS'
cmd:cc gcc gcc gcc gcc llvm gcc
hdr:errno libc6-dev musl-dev glibc-devel glibc - -
cmd:make make make make make gmake make
cmd:musl-gcc musl-tools musl-dev musl-gcc musl - -
hdr:bearssl libbearssl-dev bearssl-dev bearssl-devel bearssl bearssl bearssl
cmd:prove perl perl-utils perl-Test-Harness perl perl5 perl
mod:JSON::PP perl perl perl-JSON-PP perl perl5 perl
cmd:openssl openssl openssl openssl openssl openssl openssl
crt:roots ca-certificates ca-certificates ca-certificates ca-certificates ca_root_nss -
cmd:readelf binutils binutils binutils binutils binutils binutils
cmd:lua5.1 lua5.1 lua5.1 compat-lua lua51 lua51 -
ROWS
	case ${1:-} in
	lint) cat <<'ROWS'
cmd:clang-tidy clang-tidy clang-extra-tools clang-tools-extra clang llvm llvm
cmd:cppcheck cppcheck cppcheck cppcheck cppcheck cppcheck cppcheck
cmd:mandoc mandoc mandoc mandoc mandoc - mandoc
cmd:shellcheck shellcheck shellcheck ShellCheck shellcheck hs-ShellCheck shellcheck
ROWS
		;;
	valgrind) echo cmd:valgrind valgrind valgrind valgrind valgrind valgrind - ;;
	fuzz) echo cmd:clang clang clang clang clang llvm llvm
		echo lib:clang_rt.fuzzer libclang-rt-14-dev compiler-rt compiler-rt compiler-rt - - ;;
	bench) cat <<'ROWS'
cmd:curl curl curl curl curl curl curl
cmd:nginx nginx-light nginx nginx nginx nginx nginx
cmd:wrk wrk wrk wrk wrk wrk wrk
ROWS
		;;
	cross) cat <<'ROWS'
cmd:x86_64-linux-gnu-gcc gcc-x86-64-linux-gnu - - - - -
cmd:aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu - - - - -
cmd:arm-linux-gnueabihf-gcc gcc-arm-linux-gnueabihf - - - - -
cmd:riscv64-linux-gnu-gcc gcc-riscv64-linux-gnu - - - - -
cmd:s390x-linux-gnu-gcc gcc-s390x-linux-gnu - - - - -
cmd:qemu-s390x qemu-user - - - - -
ROWS
		;;
	deb) cat <<'ROWS'
cmd:lintian lintian - - - - -
cmd:dh debhelper - - - - -
cmd:dpkg-buildpackage dpkg-dev - - - - -
ROWS
		;;
	newcomer) echo cmd:debootstrap debootstrap debootstrap debootstrap debootstrap - - ;;
	interop) cat <<'ROWS'
cmd:curl curl curl curl curl curl curl
cmd:nginx nginx-light nginx nginx nginx nginx nginx
cmd:haproxy haproxy haproxy haproxy haproxy haproxy haproxy
cmd:squid squid squid squid squid squid squid
cmd:tinyproxy tinyproxy tinyproxy tinyproxy tinyproxy tinyproxy tinyproxy
cmd:dnsmasq dnsmasq-base dnsmasq dnsmasq dnsmasq dnsmasq dnsmasq
cmd:nft nftables nftables nftables nftables - -
cmd:ip iproute2 iproute2 iproute iproute2 - -
cmd:htpasswd apache2-utils apache2-utils httpd-tools apache apache24 httpd
cmd:npm npm npm npm npm npm node
cmd:strace strace strace strace strace - -
cmd:python3 python3 python3 python3 python python3 python3
cmd:redis-server redis-server redis redis valkey redis redis
cmd:zsh zsh zsh zsh zsh zsh zsh
cmd:fish fish fish fish fish fish fish
ROWS
		;;
	esac
}

any() {
	for f in "$@"; do
		[ -e "$f" ] && return 0
	done
	return 1
}

has() {
	case $1 in
	cmd:*) command -v "${1#cmd:}" >/dev/null 2>&1 ;;
	mod:*) perl -M"${1#mod:}" -e 1 2>/dev/null ;;
	lib:*) any /usr/lib/llvm-*/lib/clang/*/lib/linux/lib"${1#lib:}"* \
		/usr/lib/clang/*/lib/*/lib"${1#lib:}"* ;;
	# asked of the compiler: /usr/include may hold another libc's headers
	hdr:errno) echo '#include <errno.h>' | cc -E - >/dev/null 2>&1 ;;
	hdr:bearssl) any /usr/include/bearssl.h /usr/local/include/bearssl.h \
		/usr/include/bearssl/bearssl.h /opt/homebrew/include/bearssl.h ;;
	crt:roots) any /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem \
		/etc/pki/tls/certs/ca-bundle.crt ;;
	esac
}

missing() {
	rows "${1:-}" | while read -r proof apt apk dnf pacman pkg brew; do
		has "$proof" && continue
		case $manager in
		apt-get) p=$apt ;; apk) p=$apk ;; dnf) p=$dnf ;;
		pacman) p=$pacman ;; pkg) p=$pkg ;; brew) p=$brew ;;
		*) p=${proof#*:} ;;
		esac
		[ "$p" = - ] || printf '%s\n' "$p"
	done | sort -u | tr '\n' ' '
}

manager=
for m in apt-get apk dnf pacman pkg brew; do
	if command -v "$m" >/dev/null 2>&1; then
		manager=$m
		break
	fi
done

want=$(missing "${1:-}")
[ -n "$want" ] || exit 0

case $manager in
apt-get)
	sudo=
	if [ "$(id -u)" -ne 0 ]; then
		sudo=sudo
		command -v sudo >/dev/null 2>&1 || {
			echo "setup: as root: apt-get install -y $want" >&2
			exit 1
		}
	fi
	install() {
		# shellcheck disable=SC2086
		$sudo env DEBIAN_FRONTEND=noninteractive apt-get install \
		    -y -qq --no-install-recommends $want >/dev/null
	}
	echo "setup: installing $want"
	install 2>/dev/null || { $sudo apt-get update -qq && install; }
	;;
apk) echo "setup: run: apk add $want" ;;
dnf) echo "setup: run: dnf install $want" ;;
pacman) echo "setup: run: pacman -S $want" ;;
pkg) echo "setup: run: pkg install $want" ;;
brew) echo "setup: run: brew install $want" ;;
*) echo "setup: no known package manager; install: $want" >&2 ;;
esac
still=$(missing "${1:-}")
[ -z "$still" ] || { echo "setup: still missing: $still" >&2; exit 1; }
