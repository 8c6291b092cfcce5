#ifndef BASE_BUG_H
#define BASE_BUG_H

/*
 * assert() for what our own code guarantees, never for what a peer sends.
 * The C library's would bring all of stdio with it, and ends with a signal
 * where a bug has an exit status of its own.  It is not to be turned off.
 */

#define assert(true) ((true) ? (void)0 : bug(__FILE__, __LINE__))

/* Says where, and ends the program with status 70. */
void bug(const char *file, int line) __attribute__((noreturn));

#endif
