#ifndef CORE_OUTPUT_H
#define CORE_OUTPUT_H

/* Writes the answer: to a descriptor, or as a whole file. */

#include <limits.h>
#include <sys/types.h>

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

/* Resolves symbolic links, the last of which may dangle.  real has PATH_MAX
 * bytes.  0, or -1 with errno. */
int output_real(const char *path, char *real);

/*
 * The same in steps, for a plain file: begin opens the temporary file for
 * reading and appending, commit puts it in place of the other, abandon removes
 * it.  The descriptor stays open but after abandon.  0; -1 with F_OUTPUT, and
 * then there is nothing left of it.  tag is for its name: with the same one a
 * run replaces what one that was killed has left.
 */
struct replacement {
	int fd;
	mode_t mode;
	char real[PATH_MAX], temp[PATH_MAX];
};

int output_begin(struct replacement *r, const char *path, uint32_t tag,
    struct fault *f);
int output_commit(struct replacement *r, struct fault *f);
void output_abandon(struct replacement *r);

/* Opens a pipe or device for writing, non-blocking unless it is stdout.  A FIFO
 * without a reader is waited for, at most five minutes.  Returns the
 * descriptor; or -1 with F_OUTPUT or F_CANCEL. */
int output_open(const struct env *env, const char *path, msec until,
    struct fault *f);

/* Whether output_replace() is likely to succeed, or with path NULL a write to
 * stdout, checked before a request is paid for: 0, or -1 with F_OUTPUT. */
int output_check(const char *path, struct fault *f);

#endif
