#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"

/* Appends all of a file.  0; -1 with errno: EFBIG when out->max does not let
 * it in. */
int file_read(const char *path, struct buf *out);

/* The same for what open() has returned, which it closes. */
int file_take(int fd, struct buf *out);

#endif
