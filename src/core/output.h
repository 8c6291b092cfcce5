#ifndef CORE_OUTPUT_H
#define CORE_OUTPUT_H

/* Bytes out of the program: to a descriptor, or as a whole file. */

#include "base/env.h"

/*
 * Writes all of s to fd, waiting as long as the reader wants.  0; -1 with
 * F_OUTPUT (.code is the errno: EPIPE is a reader that has gone) or F_CANCEL.
 */
int output_write(const struct env *env, int fd, struct slice s,
    struct fault *f);

/*
 * Makes s the content of the file path: a temporary file beside it, fsync,
 * rename, fsync of the folder; readers see the old file or the new one.  A
 * symbolic link is followed; what is no plain file (a device, a FIFO) is
 * written as it is.  An existing file keeps its mode.
 */
int output_replace(const struct env *env, const char *path, struct slice s,
    struct fault *f);

/* Whether output_replace() has a chance: 0, or -1 with F_OUTPUT.  For asking
 * before money is spent. */
int output_check(const char *path, struct fault *f);

#endif
