#ifndef TESTS_DRIVE_H
#define TESTS_DRIVE_H

/*
 * The driver's parts.  argv[0] is the part's name.  Each reads stdin, writes
 * JSON lines and returns the exit status: 0, 1 where the input was refused,
 * 64 on wrong usage.
 */

#include "base/buf.h"

/* Leaves as [path, kind, value] lines; 1 when the text is not JSON. */
int drive_json(int argc, char **argv);

/* --split N: feed N bytes at a time.  {"event","data","id","retry"} lines. */
int drive_sse(int argc, char **argv);

/* --method M, --split N: one line, the corpus's form. */
int drive_http(int argc, char **argv);

/* Lines of errors.jsonl's form in, {"id","class","retry","wait_s"} out. */
int drive_classify(int argc, char **argv);

/* DIALECT [--split N]: one line, the sidecars' form. */
int drive_decode(int argc, char **argv);

/* Shared (drive_io.c): all of stdin; the number after option name, or
 * fallback (exits with 64 when it is no number from 1 on). */
void drive_slurp(struct buf *in);
size_t drive_size(int argc, char **argv, const char *name, size_t fallback);
const char *drive_option(int argc, char **argv, const char *name);

#endif
