# bide: make, make setup, make check; see README.
#
# Each build flavour is a folder build/NAME of links to the sources, made by
# this same file run inside it with that flavour's compiler and flags: so the
# inference rules below are all there is to compiling, and any number of
# flavours stand side by side.
.POSIX:
.SUFFIXES:
.SUFFIXES: .c .o

CC = cc
CLANG = clang
CFLAGS =
LDFLAGS =
PREFIX = /usr/local
DESTDIR =
# A PEM file of roots to build in, for containers that bring none.
EMBED_CA =
# Seconds for each target of make fuzz.
T = 60

# Files and times beyond 2^31 where the C library still has a choice.
WIDE = -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wmissing-prototypes
# -strong guards functions without arrays too: 3 KB where bytes of a peer are
# taken apart first, 7 KB more everywhere else.
HARDEN = -fPIE -fstack-protector -fstack-clash-protection \
	-ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables -fno-unwind-tables
RELRO = -Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections
INCLUDE = -I../../src -I../.. -I. -isystem /usr/include/bearssl
COMPILE = $(CC) -std=c11 -D_POSIX_C_SOURCE=200809L $(WIDE) $(WARN) \
	$(INCLUDE)
BEARSSL = -lbearssl
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer

all: bide

# -- inside a flavour's folder ------------------------------------------------

# What stands in for parts of the C library is not for the optimiser of the
# whole program.
OWN_LIBC = start.o small.o calls.o alloc.o shim.o

.c.o:
	case ' $(OWN_LIBC) ' in *' $@ '*) o= ;; *) o='$(WHOLE)' ;; esac; \
	case ' $(PEERS) ' in *' $@ '*) o="$$o $(GUARD)" ;; esac; \
	$(COMPILE) $(SMALL) $(CFLAGS) $$o -c $<

.o:
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(WITH) libbide.a $(BEARSSL)

libbide.a: $(LIB)
	rm -f $@
	ar rcs $@ $(LIB)

$(LIB) $(PROGRAMS:=.o) $(DRIVE) $(FAULTD) $(WITH) main.o: $(HDR)

$(PROGRAMS): libbide.a $(WITH)

drive: $(DRIVE) libbide.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(DRIVE) libbide.a $(BEARSSL)

faultd: $(FAULTD) libbide.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(FAULTD) libbide.a $(BEARSSL)

bide-dynamic: main.o libbide.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ main.o libbide.a $(BEARSSL)

# musl-gcc's own -static-pie makes a dynamic program without a word, so crt
# and libraries by hand (C needs none of gcc's crt files).  On the machines that
# it knows start.c does what the dynamic linker would, and static.ld gives it
# the bounds; on others musl's own start does, and takes some more room.
bide-static: main.o $(LIB) ../../src/base/static.ld
	m=$$(sed -n 's/.*-specs "\(.*\)\/musl-gcc.specs".*/\1/p' \
	    "$$(command -v musl-gcc)") && gcc() { cc "$$@"; } && \
	case $$(cc -dumpmachine) in \
	x86_64-*|aarch64-*) start=Scrt1.o; \
	    own='-Wl,-z,noseparate-code,-z,pack-relative-relocs'; \
	    own="$$own,--build-id=none,--wrap=__libc_start_main"; \
	    own="$$own,-T,../../src/base/static.ld" ;; \
	*) start=rcrt1.o; own= ;; \
	esac && \
	gcc $(SMALL) $(WHOLE) $(CFLAGS) -nostdlib -static -Wl,-pie,-z,text \
	    -Wl,--no-dynamic-linker $(RELRO) $$own -s $(LDFLAGS) -o $@ \
	    "$$m/$$start" main.o $(LIB) -Wl,--start-group \
	    "$$(gcc -print-file-name=libbearssl.a)" "$$m/libc.a" \
	    "$$(gcc -print-libgcc-file-name)" -Wl,--end-group

# -- from the top -------------------------------------------------------------

# Runs make inside build/$$t, with what find sees and $$cc, $$cflags, $$ldflags.
IN = mkdir -p build/$$t && cd build/$$t && \
	find ../../src ../../tests -name '*.c' \
	    -exec sh -c 'ln -sf "$$@" .' sh {} + && \
	objs() { find "$$@" | sed 's|.*/||; s|\.c$$|.o|' | sort | tr '\n' ' '; } && \
	$(MAKE) -r -s -f ../../Makefile \
	CC="$$cc" CFLAGS="$$cflags" LDFLAGS="$$ldflags" SMALL="$${small:--Os}" \
	WHOLE="$$whole" GUARD="$$guard" \
	PEERS="$$(objs ../../src/wire ../../src/net -name '*.c')" \
	HDR="$$(find ../../src ../../tests -name '*.h' | tr '\n' ' ')" \
	LIB="$$(objs ../../src -name '*.c' ! -name main.c)" \
	DRIVE="$$(objs ../../tests -name 'drive*.c' ! -name drive_tls.c \
	    ! -name drive_cut.c)" \
	FAULTD="$$(objs ../../tests -name 'faultd*.c')"

# The test programs: one of each *_test.c, the drivers, faultd, and the fuzz
# targets; $$with is what these link with (a main that replays their seeds).
PROGRAMS_IN = units="$$(cd tests && ls *_test.c | sed 's/\.c$$//' | tr '\n' ' ')"; \
	fuzzers="$$(cd tests && ls fuzz_*.c | sed 's/\.c$$//' | \
	    grep -v '^fuzz_replay$$' | tr '\n' ' ')"; \
	($(IN) PROGRAMS="$$units drive_tls drive_cut bench_run" \
	    WITH="$$(objs ../../tests -name 'script*.c')" \
	    $$units drive_tls drive_cut drive faultd bench_run) && \
	($(IN) PROGRAMS="$$fuzzers" WITH=fuzz_replay.o libbide.a $$fuzzers)

# Not every compiler knows all that makes a program smaller.
KNOWN = for f in -Oz -malign-data=abi -fno-jump-tables -fno-thread-jumps \
	    -fno-move-loop-invariants -fno-caller-saves -fno-tree-tail-merge \
	    -fipa-pta --param=large-stack-frame=1024; do \
	    $$cc $$f -Werror -E -x c /dev/null >/dev/null 2>&1 && \
		small="$$small $$f"; done
HARDENED = t=release small=-Os guard=-fstack-protector-strong; \
	if command -v musl-gcc >/dev/null 2>&1; then \
	    cc=musl-gcc kind=static cflags='$(CFLAGS) $(HARDEN)' \
		ldflags='$(LDFLAGS)' whole='-flto -flto-partition=one'; \
	else \
	    cc='$(CC)' kind=dynamic \
		cflags='$(CFLAGS) $(HARDEN) -fcf-protection -D_FORTIFY_SOURCE=2' \
		ldflags='-pie -s $(RELRO) $(LDFLAGS)'; \
	fi; $(KNOWN)

# The roots of EMBED_CA as a header, in a flavour of its own.
EMBED = if [ -n '$(EMBED_CA)' ]; then \
	    t=embedded; cflags="$$cflags '-DEMBED_CA=\"embed_ca.h\"'"; \
	    grep -q 'BEGIN CERTIFICATE' '$(EMBED_CA)' || { \
		echo 'EMBED_CA: no certificate in $(EMBED_CA)'; exit 1; }; \
	    mkdir -p build/$$t && rm -f build/$$t/trust.o && \
	    { echo 'static const char embed_ca[] = {'; \
	    sed -n '/^-----BEGIN CERT/,/^-----END CERT/p' '$(EMBED_CA)' | \
	    od -An -v -tx1 | sed 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g'; \
	    echo '};'; } > build/$$t/embed_ca.h || exit 1; \
	fi

bide: always
	@$(HARDENED); $(EMBED); ($(IN) bide-$$kind) && { cmp -s build/$$t/bide-$$kind \
	    bide || { cp build/$$t/bide-$$kind build/bide && mv -f build/bide bide; }; }

programs: always
	@t=check cc='$(CC)' cflags='-O1 -g' ldflags='$(LDFLAGS)'; $(PROGRAMS_IN)

setup: always
	@sh tests/setup.sh

demo: bide programs
	@sh tests/demo.sh

check: bide programs
	@sh tests/check.sh

# The whole suite once more under ASan and UBSan, and as where there is no SSE2.
# By clang, or where there is none by gcc.
san: always
	@t=san cc="$$(command -v '$(CLANG)' || echo '$(CC)')" ldflags=; \
	cflags='-O1 -g $(SANITIZE) -DSCAN_WORDS'; \
	($(IN) bide-dynamic) && $(PROGRAMS_IN)
	@BIDE=build/san/bide-dynamic BIDE_BUILD=build/san sh tests/check.sh

# The test programs under valgrind, which cannot follow into a static bide:
# that one is run as it is.
valgrind: bide programs
	@sh tests/setup.sh valgrind
	@BIDE_UNDER='valgrind -q --error-exitcode=99 --leak-check=full' \
	    sh tests/check.sh

lint: always
	@sh tests/setup.sh lint
	@sh tests/lint.sh

# Each fuzz target for $$T seconds; what it finds stays in build/fuzz.
fuzz: always
	@sh tests/setup.sh fuzz
	@t=fuzz cc='$(CLANG)' ldflags='-fsanitize=fuzzer' \
	cflags='-O1 -g $(SANITIZE) -fsanitize=fuzzer-no-link'; \
	fuzzers="$$(cd tests && ls fuzz_*.c | sed 's/\.c$$//' | \
	    grep -v '^fuzz_replay$$' | tr '\n' ' ')"; \
	($(IN) PROGRAMS="$$fuzzers" libbide.a $$fuzzers)
	@sh tests/fuzz.sh '$(T)'

# bide beside curl in one run; ratios, never absolute times.
bench: bide programs
	@sh tests/setup.sh bench
	@sh tests/bench.sh

# The faults once more, with servers that nobody here wrote.
interop: bide programs
	@sh tests/setup.sh interop
	@sh tests/interop.sh

# Every recorded stream cut at every byte; a batch killed 200 times.
torture: bide programs
	@BIDE_TORTURE=1 sh tests/check.sh corpora/
	@BIDE_TORTURE=1 sh tests/check.sh cli/batch

install: bide
	mkdir -p '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/share/man/man1' \
	    '$(DESTDIR)$(PREFIX)/share/man/man5'
	install -m 755 bide '$(DESTDIR)$(PREFIX)/bin/bide'
	install -m 644 man/*.1 '$(DESTDIR)$(PREFIX)/share/man/man1'
	install -m 644 man/bide-session.5 \
	    '$(DESTDIR)$(PREFIX)/share/man/man5/bide-session.5'

clean:
	rm -rf build bide

always:
