#ifndef STATE_PLACE_H
#define STATE_PLACE_H

/* Where bide keeps its state.  All functions return 0, or -1 with errno. */

#include <stddef.h>

/* Writes "DIR/bide/NAME" to path, where DIR is $XDG_STATE_HOME or else
 * ~/.local/state.  ENOENT: there is no home; ENAMETOOLONG. */
int place_state(const char *name, char *path, size_t size);

/* Creates a directory and its missing parents with mode 0700, as mkdir -p. */
int place_make(const char *path);

/* Writes the directory part of path to dir, as dirname(1). */
int place_folder(const char *path, char *dir, size_t size);

/* fsync() of the directory that path is in, where the file system can. */
int place_sync(const char *path);

#endif
