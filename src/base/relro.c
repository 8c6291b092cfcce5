#define _GNU_SOURCE	/* dl_iterate_phdr() */

#include "base/relro.h"

#if defined(__linux__) && !defined(__GLIBC__)
#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

static int
close_object(struct dl_phdr_info *info, size_t size, void *page)
{
	uintptr_t mask = *(uintptr_t *)page - 1, from, to;
	const ElfW(Phdr) *p = info->dlpi_phdr, *end = p + info->dlpi_phnum;

	(void)size;
	for (; p < end; p++) {
		if (p->p_type != PT_GNU_RELRO)
			continue;
		/* whole pages only, as the loader does */
		from = (info->dlpi_addr + p->p_vaddr) & ~mask;
		to = (info->dlpi_addr + p->p_vaddr + p->p_memsz) & ~mask;
		(void)mprotect((void *)from, to - from, PROT_READ);
	}
	return 0;
}

void
relro_close(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)dl_iterate_phdr(close_object, &page);
}
#else
void
relro_close(void)
{
}
#endif
