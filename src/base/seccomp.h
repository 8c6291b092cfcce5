#ifndef BASE_SECCOMP_H
#define BASE_SECCOMP_H

/* Linux's filter of system calls, for base/sandbox.h: refuses all but those of
 * a table, from now on.  Whether it is in force. */
int seccomp_limit(unsigned calls);

#endif
