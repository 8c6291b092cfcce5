/*
 * The start of the static program.  The C library's rcrt1.o knows neither
 * DT_RELR, which holds in some bytes what takes 24 a pointer in DT_RELA, nor
 * RELRO.  So crt1.o's _start comes here (by --wrap), and what that file has
 * read from the GOT is left alone: nothing was relocated yet.  static.ld sets
 * the bounds; all relocations of such a program are relative.  Where the
 * Makefile does not know that this is so, rcrt1.o starts and nobody comes.
 *
 * Until relocate() is done no constant with a pointer in it and no function
 * by its address may be used, and until the C library has set up its own no
 * stack protector: neither function has an array.
 */

#define _GNU_SOURCE

#include <elf.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>

#if UINTPTR_MAX == UINT64_MAX
#define RELA Elf64_Rela
#else
#define RELA Elf32_Rela
#endif
#define HIDDEN __attribute__((visibility("hidden")))
#define WORD_BITS (sizeof(uintptr_t) * CHAR_BIT)

extern HIDDEN const char __ehdr_start[];
extern HIDDEN const RELA static_rela[], static_rela_end[];
extern HIDDEN const uintptr_t static_relr[], static_relr_end[];
extern HIDDEN char static_relro[], static_relro_end[];

int main(int argc, char **argv);
int __real___libc_start_main(int (*run)(int, char **, char **), int argc,
    char **argv, void (*init)(void), void (*fini)(void), void (*ld)(void));
int __wrap___libc_start_main(int (*run)(int, char **, char **), int argc,
    char **argv, void (*init)(void), void (*fini)(void), void (*ld)(void));

static size_t
bytes(const void *from, const void *end)
{
	return (uintptr_t)end - (uintptr_t)from;
}

/* An even word of DT_RELR is the address of a pointer, an odd one has a bit
 * for each of the words that follow. */
static void
relocate(uintptr_t base)
{
	uintptr_t word, *at = (uintptr_t *)base;
	const RELA *a;
	size_t i, n, bit;

	n = bytes(static_rela, static_rela_end) / sizeof(*a);
	for (i = 0; i < n; i++) {
		a = &static_rela[i];
		*(uintptr_t *)(base + a->r_offset) =
		    base + (uintptr_t)a->r_addend;
	}
	n = bytes(static_relr, static_relr_end) / sizeof(word);
	for (i = 0; i < n; i++) {
		word = static_relr[i];
		if ((word & 1) == 0) {
			at = (uintptr_t *)(base + word);
			*at++ += base;
			continue;
		}
		for (bit = 1; bit < WORD_BITS; bit++, at++)
			if ((word >> bit & 1) != 0)
				*at += base;
	}
	/* what reads a pointer comes after */
	__asm__ __volatile__("" : : : "memory");
}

/* musl keeps a pointer to the kernel's clock from the first use on: made
 * before its page is closed, it is closed, too. */
static int
begin(int argc, char **argv, char **envp)
{
	struct timespec ts;

	(void)envp;
	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	(void)mprotect(static_relro, bytes(static_relro, static_relro_end),
	    PROT_READ);
	return main(argc, argv);
}

int
__wrap___libc_start_main(int (*run)(int, char **, char **), int argc,
    char **argv, void (*init)(void), void (*fini)(void), void (*ld)(void))
{
	(void)run;
	relocate((uintptr_t)__ehdr_start);
	return __real___libc_start_main(begin, argc, argv, init, fini, ld);
}
