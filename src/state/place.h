#ifndef STATE_PLACE_H
#define STATE_PLACE_H

/* Where what outlives the process is kept. */

#include <stddef.h>

/*
 * Writes "DIR/bide/NAME" to path, DIR being $XDG_STATE_HOME, or
 * ~/.local/state.  0, or -1 with errno: there is no home, or it is too long.
 */
int place_state(const char *name, char *path, size_t size);

/* Makes a folder, and those above it that are missing, with mode 0700.  0 also
 * when it is there; -1 with errno. */
int place_make(const char *path);

/* The folder that path is in, to the array dir.  -1 with errno. */
int place_folder(const char *path, char *dir, size_t size);

/* fsync() of that folder; what file systems cannot do is no error. */
int place_sync(const char *path);

#endif
