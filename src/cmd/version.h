#ifndef CMD_VERSION_H
#define CMD_VERSION_H

#define BIDE_VERSION "0.1"

/* What bide --version prints: "bide VERSION", then how it is built.  Made by
 * tests/mirror.sh. */
extern const char version_text[];

#endif
