#ifndef BASE_BUG_H
#define BASE_BUG_H

/*
 * must(x) checks what our own code guarantees, never what a peer sends.  When
 * x is false it prints the place and exits with status 70.  It is used instead
 * of assert() because that ends with a signal, and NDEBUG turns it off.
 */

#define must(x) ((x) ? (void)0 : bug(__FILE__, __LINE__))

/* Prints file and line to stderr and exits with status 70. */
void bug(const char *file, int line) __attribute__((noreturn));

#endif
