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
CFLAGS = -O2
LDFLAGS =
PREFIX = /usr/local
DESTDIR =
# A PEM file of roots to build in, for containers that bring none.
EMBED_CA =
# Seconds for each target of make fuzz.
T = 60

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wmissing-prototypes
HARDEN = -fPIE -fstack-protector-strong -fstack-clash-protection \
	-fcf-protection -ffunction-sections -fdata-sections
RELRO = -Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections
INCLUDE = -I../../src -I../.. -I. -I/usr/include/bearssl
COMPILE = $(CC) -std=c11 -D_POSIX_C_SOURCE=200809L $(WARN) $(INCLUDE) $(CFLAGS)
BEARSSL = -lbearssl

all: bide

# -- inside a flavour's folder ------------------------------------------------

.c.o:
	$(COMPILE) -c $<

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

# musl-gcc's own -static-pie makes a dynamic program without a word; rcrt1.o
# by hand makes a true static one.
bide-static: main.o libbide.a
	m=$$(sed -n 's/.*-specs "\(.*\)\/musl-gcc.specs".*/\1/p' \
	    "$$(command -v musl-gcc)") && gcc() { cc "$$@"; } && \
	gcc -nostdlib -static-pie $(RELRO) -s $(LDFLAGS) -o $@ \
	    "$$m/rcrt1.o" "$$m/crti.o" "$$(gcc -print-file-name=crtbeginS.o)" \
	    main.o libbide.a "$$(gcc -print-file-name=libbearssl.a)" \
	    -Wl,--start-group "$$m/libc.a" "$$(gcc -print-libgcc-file-name)" \
	    -Wl,--end-group "$$(gcc -print-file-name=crtendS.o)" "$$m/crtn.o"

# -- from the top -------------------------------------------------------------

# Runs make inside build/$$t, with what find sees.
IN = mkdir -p build/$$t && cd build/$$t && \
	find ../../src ../../tests -name '*.c' \
	    -exec sh -c 'ln -sf "$$@" .' sh {} + && \
	objs() { find "$$@" | sed 's|.*/||; s|\.c$$|.o|' | sort | tr '\n' ' '; } && \
	$(MAKE) -f ../../Makefile \
	HDR="$$(find ../../src ../../tests -name '*.h' | tr '\n' ' ')" \
	LIB="$$(objs ../../src -name '*.c' ! -name main.c)" \
	DRIVE="$$(objs ../../tests -name 'drive*.c' ! -name drive_tls.c)" \
	FAULTD="$$(objs ../../tests -name 'faultd*.c')"

UNITS = $$(cd tests && ls *_test.c | sed 's/\.c$$//' | tr '\n' ' ')
FUZZERS = $$(cd tests && ls fuzz_*.c | sed 's/\.c$$//' | \
	grep -v '^fuzz_replay$$' | tr '\n' ' ')

# All that make check runs, in flavour $$t.
PARTS = export PROGRAMS="$(UNITS)" FUZZERS="$(FUZZERS)"; ($(IN) \
	PROGRAMS="$$PROGRAMS drive_tls" $$PROGRAMS drive_tls drive faultd) && \
	($(IN) PROGRAMS="$$FUZZERS" WITH=fuzz_replay.o $$FUZZERS)

bide: always
	@if command -v musl-gcc >/dev/null 2>&1; then \
	    t=release; ($(IN) CC=musl-gcc CFLAGS='$(CFLAGS) $(HARDEN)' \
		bide-static) && d=static; \
	else \
	    t=release; ($(IN) CFLAGS='$(CFLAGS) $(HARDEN) -D_FORTIFY_SOURCE=2' \
		LDFLAGS='-pie -s $(RELRO) $(LDFLAGS)' bide-dynamic) && d=dynamic; \
	fi && { cmp -s build/release/bide-$$d bide || \
	    cp build/release/bide-$$d bide; }

programs: always
	@t=check; $(PARTS) CC='$(CC)' CFLAGS='-O1 -g'

setup: always
	@sh tests/setup.sh

demo: bide programs
	@sh tests/demo.sh

check: bide programs
	@sh tests/check.sh

always:
