# bide: make, make setup, make check; see README.
#
# Each build is a folder build/NAME that mirrors src and tests with links to
# the sources.  This file runs again inside it with that build's compiler and
# flags, so the suffix rules below are all there is to compiling.
.POSIX:
.SUFFIXES:
.SUFFIXES: .c .o
CC = cc
CLANG = clang
CFLAGS =
LDFLAGS =
PREFIX = /usr/local
DESTDIR =
# A PEM file of roots to build in, for containers that have none.
EMBED_CA =
# Seconds for each target of make fuzz.
T = 60

# large off_t and time_t, where libc still has a choice
COMPILE = $(CC) -std=c11 -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 \
	-D_TIME_BITS=64 -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
	-Wmissing-prototypes -I../../src -I../.. -I. \
	-isystem /usr/include/bearssl $(CFLAGS)
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer

all: bide

# One goal after the other at the top; inside a build all jobs at once.
ORDER = .NOTPARALLEL
$(ORDER):
.ORDER: setup bide san		# for bmake -j

# -- inside a build's folder (files.mk: tests/mirror.sh) ----------------------

.c.o:
	$(COMPILE) -c -o $@ $<

.o:
	$(CC) $(CFLAGS) -o $@ $< $(WITH) libbide.a $(LDFLAGS)

SCRIPT = src/limit/script
MADE = $(SCRIPT).o src/cmd/version.o
libbide.a: $(LIB) $(MADE) files.mk
	rm -f $@
	ar rcs $@ $(LIB) $(MADE)

$(SCRIPT).c: ../../src/limit/limit.lua ../../tests/embed.sh
	sh ../../tests/embed.sh lua ../../src/limit/limit.lua $@

# What test programs share: scripts, parts of drive and faultd, and a main()
# that replays seeds.
tests/libtest.a: $(SHARED) files.mk
	rm -f $@
	ar rcs $@ $(SHARED)

SUITE = $(UNITS) $(FUZZERS) tests/drive tests/drive_tls tests/drive_cut \
	tests/faultd tests/bench_run tests/bench_load \
	tests/bench_serve
PROGRAMS = $(SUITE) tests/failing
$(LIB) $(MADE) $(SHARED) $(PROGRAMS:=.o) src/cmd/main.o: $(HDR) flags
$(PROGRAMS) src/cmd/main: libbide.a $(WITH) ../../tests/release.ld

suite: $(SUITE)
fuzzers: $(FUZZERS)
# -- from the top -------------------------------------------------------------

# Makes goals in build/$$t with $$cc, $$cflags and $$ldflags.  For use in a
# subshell: bmake -j runs all lines of a recipe in one shell.
IN = sh tests/mirror.sh $$t "$$cc $$cflags $$ldflags" && cd build/$$t && \
	$(MAKE) -r -s -f files.mk -f ../../Makefile ORDER=.parallel \
	CC="$$cc" CFLAGS="$$cflags" LDFLAGS="$$ldflags"

RELEASE = t=release cc='$(CC)' && . ./tests/release.sh && \
	cflags="$$cflags $(CFLAGS)" ldflags="$$ldflags $(LDFLAGS)"

bide: always
	@+$(RELEASE) && if [ -n '$(EMBED_CA)' ]; then t=embedded; \
	cflags="$$cflags '-DEMBED_CA=\"embed_ca.h\"'" && \
	sh tests/embed.sh ca '$(EMBED_CA)' build/embedded/embed_ca.h; fi && \
	($(IN) src/cmd/main) && { cmp -s build/$$t/src/cmd/main bide || \
	{ cp build/$$t/src/cmd/main build/bide && mv -f build/bide bide; }; }

CHECK = t=check cc='$(CC)' cflags='-O1 -g $(CFLAGS)' \
	ldflags='-lbearssl $(LDFLAGS)'
LIBTEST = WITH=tests/libtest.a

programs: bide
	@+$(CHECK); ($(IN) $(LIBTEST) suite tests/failing)
	@+$(RELEASE) && ($(IN) tests/relro_test tests/sandbox_test)

setup: always
	@sh tests/setup.sh

demo: bide
	@echo 'building the test server'
	@+$(CHECK); ($(IN) $(LIBTEST) tests/faultd)
	@sh tests/demo.sh

check: bide programs
	@sh tests/check.sh

# san: the suite under ASan and UBSan by clang or else gcc, and as without SSE2;
# fallbacks: with nothing that only Linux has (base/os.h).
san fallbacks: always
	@+case $@ in san) cc="$$(command -v '$(CLANG)' || echo '$(CC)')" \
	f='$(SANITIZE) -DSCAN_WORDS' ;; *) cc='$(CC)' f="-DFALLBACKS -DNO_SANDBOX" ;; esac; \
	t=$@ cflags="-O1 -g $$f" ldflags=-lbearssl; ($(IN) $(LIBTEST) src/cmd/main suite)
	@BIDE=build/$@/src/cmd/main BIDE_BUILD=build/$@/tests sh tests/check.sh

# Static programs for other processors; the tests of some under qemu-user.
cross: bide programs
	@+sh tests/setup.sh $@ && build() { \
	($(IN) $(LIBTEST) src/cmd/main suite); } && . ./tests/cross.sh

# The test programs under valgrind, which cannot follow into a static bide.
valgrind: bide programs
	@sh tests/setup.sh $@ && SLACK=1000 BIDE_UNDER="valgrind -q \
	    --error-exitcode=99 --leak-check=full" sh tests/check.sh

# Each fuzz target for $$T seconds; what it finds stays in build/fuzz.
fuzz: always
	@sh tests/setup.sh $@
	@+t=fuzz cc='$(CLANG)' ldflags='-fsanitize=fuzzer -lbearssl'; \
	cflags='-O1 -g $(SANITIZE) -fsanitize=fuzzer-no-link'; ($(IN) fuzzers)
	@sh tests/fuzz.sh '$(T)'

# bench: ratios to curl in one run; interop: against servers written by others.
bench interop: bide programs
	@sh tests/setup.sh $@ && sh tests/$@.sh

# newcomer: README's commands in a fresh Debian chroot; needs root.
# dist: a tarball; deb: a package for this Debian.
lint newcomer dist deb: always
	@sh tests/setup.sh $@ && sh tests/$@.sh

# Every recorded stream cut at every byte; a batch killed 200 times; each call
# of malloc and of the system failing.
torture: bide programs
	@export BIDE_TORTURE=1; sh tests/check.sh corpora/ cli/batch cli/failing

install: bide
	to='$(DESTDIR)$(PREFIX)' man="$$to/share/man" && \
	install -d "$$to/bin" "$$man/man1" "$$man/man5" && \
	install -m 755 bide "$$to/bin" && install -m 644 man/*.1 "$$man/man1" && \
	install -m 644 man/*.5 "$$man/man5"

clean:
	rm -rf build bide

always:
