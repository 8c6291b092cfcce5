#ifndef BASE_FILE_H
#define BASE_FILE_H

/*
 * Files and plain descriptors.  Calls that a signal interrupts are repeated
 * here, so callers see no EINTR.  All return -1 with errno on failure.
 */

#include <sys/types.h>

#include "base/buf.h"
#include "base/env.h"

/* open() with mode 0600 for new files; O_CLOEXEC is added. */
int file_open(const char *path, int flags);

/* A file without a name, on the disk of path, for who has locked that.  It has
 * the same one each time, until that is removed: a process may die before. */
int file_scratch(const char *path);

/* Appends a whole file to out.  0, or -1; EFBIG: out->max is too small. */
int file_read(const char *path, struct buf *out);

/*
 * Reads a file that a user names into an empty out, without a byte order mark.
 * It may be a pipe, which is read to its end, but not beyond until, nor if
 * nothing comes for five minutes (ETIMEDOUT), nor after a signal that asks to
 * stop (ECANCELED).
 */
int file_text(const struct env *env, const char *path, msec until,
    struct buf *out);

/* file_read() of an open descriptor (or the -1 of a failed open()), which is
 * closed. */
int file_take(int fd, struct buf *out);

/* Reads n bytes at offset at, or from the current position if at is -1.
 * Returns how many there were: fewer than n only at the end of the file. */
ssize_t file_get(int fd, void *p, size_t n, off_t at);

/* Writes s in one call at offset at, or at the current position if at is -1.
 * A short write counts as ENOSPC.  0 or -1. */
int file_put(int fd, struct slice s, off_t at);

/* ftruncate(), fsync() and flock() of fd; 0 or -1.  file_sync() accepts
 * files that cannot be synced (EINVAL). */
int file_truncate(int fd, off_t size);
int file_sync(int fd);
int file_lock(int fd, int how);

/*
 * One read() or write().  FILE_AGAIN: a signal came first, or a non-blocking
 * descriptor is not ready; check for cancellation, wait, and try again.
 */
#define FILE_AGAIN ((ssize_t)-2)
ssize_t file_read_some(int fd, void *p, size_t n);
ssize_t file_write_some(int fd, const void *p, size_t n);

#endif
