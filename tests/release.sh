# The release build's compiler and linker flags, for the Makefile to source:
# sets $cflags and $ldflags for the compiler $cc.  A static PIE where the
# target has musl: by its own compiler, or beside glibc with Debian's musl-dev,
# whose crt and libraries are named by hand (musl-gcc -static-pie silently makes
# a dynamic program).  Else a dynamic PIE.  musl and BearSSL are looked for in
# $sysroot, if it is set.  musl's rcrt1 relocates no symbols, which s390x's ld
# leaves in the program unless they are hidden.
# shellcheck shell=sh disable=SC2154,SC2086,SC2116
cflags='-Os -fPIE -fstack-protector-strong -ffunction-sections
    -fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables
    -fvisibility=hidden'
ldflags='-s -Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections'
# 4 KB that -Os of gcc does not save; other compilers do not know them all
f='-fno-move-loop-invariants -fno-caller-saves -fno-tree-dominator-opts
    -fno-tree-tail-merge'
$cc $f -Werror -S -o /dev/null -x c /dev/null 2>/dev/null && cflags="$cflags $f"
# 1.2 KB; on x86 gcc else aligns arrays to half a cache line
f=-malign-data=abi
$cc $f -Werror -S -o /dev/null -x c /dev/null 2>/dev/null && cflags="$cflags $f"
# no -fcf-protection: musl is built without it, so the kernel would not use it
f=-fstack-clash-protection
$cc $f -Werror -S -o /dev/null -x c /dev/null 2>/dev/null && cflags="$cflags $f"
gnu=$($cc -dumpmachine | sed 's/-pc-/-/')
musl=${sysroot-}/usr/lib/$(echo "$gnu" | sed 's/-gnu/-musl/')
case $gnu in
*musl*)
	ldflags="-static-pie $ldflags -lbearssl" ;;
*)
	if [ -f "$musl/rcrt1.o" ]; then
		cflags="$cflags -Wno-unused-command-line-argument -nostdinc
		    -isystem ${sysroot-}/usr/include/${musl##*/}
		    -isystem $($cc -print-file-name=include)"
		# 8 bytes for up to 63 relocations instead of 24 for each
		# (base/relro.h), where the linker knows how
		f=-Wl,-z,pack-relative-relocs
		$cc -Wl,--fatal-warnings $f -nostdlib -shared -o /dev/null \
		    -x c /dev/null 2>/dev/null && ldflags="$ldflags $f"
		# other processors have more sections than it names
		case $gnu in
		x86_64-*) ldflags="-Wl,-T,../../tests/release.ld $ldflags" ;;
		esac
		ldflags="-nostdlib -static -Wl,-pie,-z,text,--no-dynamic-linker
		    $ldflags -L${sysroot-}/usr/lib/$gnu $musl/rcrt1.o
		    -Wl,--start-group libbide.a -lbearssl
		    $musl/libc.a -lgcc -Wl,--end-group"
	else
		cflags="$cflags -D_FORTIFY_SOURCE=2"
		ldflags="-pie $ldflags -lbearssl"
	fi ;;
esac
# on one line each
cflags=$(echo $cflags) ldflags=$(echo $ldflags)
