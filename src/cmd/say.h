#ifndef CMD_SAY_H
#define CMD_SAY_H

#include "base/buf.h"

/* Writes "bide: ", the text, its control characters made visible, and the end
 * of the line to stderr, at once: lines of several processes do not mix. */
void say(struct slice text);

#endif
