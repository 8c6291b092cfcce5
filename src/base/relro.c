#define _DEFAULT_SOURCE	/* getpagesize() */

#include "base/relro.h"

#if defined(__linux__) && !defined(__GLIBC__)
#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Not in the elf.h of musl 1.2.3. */
#ifndef DT_RELR
#define DT_RELRSZ 35
#define DT_RELR 36
#endif

/* The linker's; hidden, they are found without a relocation. */
extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));
extern const char __ehdr_start[] __attribute__((visibility("hidden")));

/* A word that differs until relocations are applied. */
static const char mark[1];
static const char *const volatile marked = mark;

/* An even entry is the address of a word, an odd one has a bit for each of the
 * words behind the last. */
static void
relocate(uintptr_t base, const uintptr_t *relr, size_t n)
{
	uintptr_t *word = (uintptr_t *)base, bits;
	size_t i;

	for (; n > 0; n--, relr++) {
		if ((*relr & 1) == 0) {
			word = (uintptr_t *)(base + *relr);
			*word++ += base;
			continue;
		}
		for (i = 0, bits = *relr; (bits >>= 1) != 0; i++)
			if (bits & 1)
				word[i] += base;
		word += 8 * sizeof(bits) - 1;
	}
}

void
relro_open(void)
{
	const ElfW(Dyn) *d = _DYNAMIC;
	uintptr_t base = (uintptr_t)__ehdr_start;
	const uintptr_t *relr = NULL;
	size_t bytes = 0;

	if (marked == mark)
		return;
	for (; d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_RELR)
			relr = (const uintptr_t *)(base + d->d_un.d_ptr);
		else if (d->d_tag == DT_RELRSZ)
			bytes = d->d_un.d_val;
	}
	if (relr != NULL)
		relocate(base, relr, bytes / sizeof(*relr));
}

void
relro_close(void)
{
	const ElfW(Ehdr) *ehdr = (const void *)__ehdr_start;
	const ElfW(Phdr) *p, *end;
	uintptr_t mask = (uintptr_t)getpagesize() - 1, from, to;

	p = (const void *)(__ehdr_start + ehdr->e_phoff);
	for (end = p + ehdr->e_phnum; p < end; p++) {
		if (p->p_type != PT_GNU_RELRO)
			continue;
		/* whole pages only, as the loader does */
		from = ((uintptr_t)__ehdr_start + p->p_vaddr) & ~mask;
		to = ((uintptr_t)__ehdr_start + p->p_vaddr + p->p_memsz) &
		    ~mask;
		(void)mprotect((void *)from, to - from, PROT_READ);
	}
}
#else
void
relro_open(void)
{
}

void
relro_close(void)
{
}
#endif
