#ifndef BASE_RELRO_H
#define BASE_RELRO_H

/*
 * Applies the packed relocations (DT_RELR) of a static program, as musl's
 * start-up code does since 1.2.4; then there is nothing left to do.  To be
 * called first in main(): until then no pointer in static data is valid, and
 * nothing that musl runs before main() needs one.
 */
void relro_open(void);

/*
 * Makes the part of the program that only relocation writes to (PT_GNU_RELRO)
 * read-only.  A dynamic loader does this; the start-up code of musl's static
 * PIE does not (musl 1.2.3).  To be called next.
 */
void relro_close(void);

#endif
