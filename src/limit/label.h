#ifndef LIMIT_LABEL_H
#define LIMIT_LABEL_H

/* What people are told of the limits. */

#include "limit/limit.h"

/* Appends what the ticket waits for: "TPM 60000", "concurrency limit". */
void limit_why(const struct ticket *t, struct buf *out);

/* What the server allows in a minute; 0: not known. */
int64_t limit_per_minute(const struct limit *l, enum quota_kind kind);

/* Appends "TPM 60000", "RPD 200", "T 2000 in 2.0 s". */
void limit_label(struct buf *out, size_t cell, int64_t limit, msec window);

#endif
