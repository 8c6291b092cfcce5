#ifndef CORE_OUTPUT_H
#define CORE_OUTPUT_H

/* Writes the answer: to a descriptor, or as a whole file. */

#include "base/env.h"

/*
 * Writes all of s to fd and waits as long as the reader takes.  0; -1 with
 * F_OUTPUT (.code: the errno; EPIPE if the reader has closed the pipe) or
 * F_CANCEL.
 */
int output_write(const struct env *env, int fd, struct slice s,
    struct fault *f);

/*
 * Replaces the contents of the file path with s: writes a temporary file beside
 * it, syncs it, renames it and syncs the folder, so that readers see the old
 * contents or the new.  Follows symbolic links and keeps an existing file's
 * mode.  Pipes and devices are written to directly, and waited for until then.
 */
int output_replace(const struct env *env, const char *path, msec until,
    struct slice s, struct fault *f);

/* Opens a pipe or device for writing, non-blocking unless it is stdout.  A FIFO
 * without a reader is waited for, at most five minutes.  Returns the
 * descriptor; or -1 with F_OUTPUT or F_CANCEL. */
int output_open(const struct env *env, const char *path, msec until,
    struct fault *f);

/* Whether output_replace() is likely to succeed, checked before a request is
 * paid for: 0, or -1 with F_OUTPUT. */
int output_check(const char *path, struct fault *f);

#endif
