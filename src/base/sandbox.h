#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

/*
 * Gives up what a process no longer needs, so that an error in the code that
 * reads a peer's bytes does not put the rest of the system within reach.
 *
 *	sandbox_open(&s);
 *	sandbox_system(&s);
 *	sandbox_write(&s, folder);
 *	in_force = sandbox_close(&s, CALLS_NET | CALLS_FILES);
 *
 * Nothing is closed that is open.  Children inherit it; they may have less,
 * never more.
 *
 * On Linux files are limited by Landlock, which also forbids to listen on TCP
 * ports and to signal processes outside, and system calls by seccomp: one that
 * is not in the table fails with ENOSYS, so that a C library that tries a new
 * one uses the old.  On OpenBSD by unveil() and pledge().  Where the kernel
 * has no such thing, or refuses, nothing happens.  Built with NO_SANDBOX, or
 * with a sanitizer, which needs more calls, it does nothing.
 */

struct sandbox {
	int fd;			/* Landlock's rules; -1: none */
	unsigned abi;		/* its version */
};

/* What else is needed besides memory, clocks, signals, open descriptors, and
 * files to read. */
#define CALLS_NET 1U		/* sockets */
#define CALLS_ACCEPT 2U		/* and those of clients */
#define CALLS_FILES 4U		/* to create, write, rename and remove files */
#define CALLS_OUTPUT 8U		/* and to sync them, and set their mode */
#define CALLS_FORK 16U		/* children, which may be confined further */

/* What sandbox_close() says is in force. */
#define SANDBOX_CALLS 1U
#define SANDBOX_FILES 2U

void sandbox_open(struct sandbox *s);

/* What may be opened from then on: a file, or all files below a folder.  A path
 * that is NULL or leads nowhere is passed over. */
void sandbox_read(struct sandbox *s, const char *path);
void sandbox_write(struct sandbox *s, const char *path);

/* To read: what the C library needs to resolve names, and the places where
 * systems keep certificates.  These are folders, because such files are
 * replaced while a process runs. */
void sandbox_system(struct sandbox *s);

/* Gives up all other files, and all system calls but the usual ones and those
 * that calls is made of.  Returns what is in force. */
unsigned sandbox_close(struct sandbox *s, unsigned calls);

#endif
