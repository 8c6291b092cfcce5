#ifndef CMD_BATCH_ORDER_H
#define CMD_BATCH_ORDER_H

/*
 * --ordered: writes the results of -o in the order of the input.  A table in an
 * unlinked temporary file tells the offset of each result, so that memory does
 * not grow with their number.
 */

#include "cmd/batch_run.h"

/* All lines have a result.  0, or the exit status after a message. */
int batch_order(struct batch *b);

#endif
