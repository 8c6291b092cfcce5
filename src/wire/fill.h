#ifndef WIRE_FILL_H
#define WIRE_FILL_H

/*
 * Texts with variables in them: {{NAME}}, where a name is letters, digits, _
 * and -, and may have blanks around it.  Other braces are text, as are those
 * in values, which are put in as they are.
 */

#include "base/buf.h"

/*
 * Appends text to out, with what value() gives for each variable.  0; -1 with
 * *missing if that is NULL for one.
 */
int fill(struct slice text, const struct slice *(*value)(void *ctx,
    struct slice name), void *ctx, struct buf *out, struct slice *missing);

#endif
