#ifndef BASE_RELRO_H
#define BASE_RELRO_H

/*
 * Makes the part of the program that only relocation writes to (PT_GNU_RELRO)
 * read-only.  A dynamic loader does this; the start-up code of musl's static
 * PIE does not (musl 1.2.3).  To be called first in main().
 */
void relro_close(void);

#endif
