#ifndef LIMIT_LEARN_H
#define LIMIT_LEARN_H

/* What servers say of their token buckets, entered into the cells of a page. */

#include "limit/limit.h"

/* The head of a response.  Sets .explained if a bucket has too little. */
void learn_head(struct limit *l, struct ticket *t, const struct quota *q,
    int status, msec now);

/* The text of a refusal; whether it has figures. */
int learn_text(struct limit *l, struct ticket *t, const struct fault *f,
    msec now);

/* An answer.  Where the server does not report what is left, the real usage
 * counts.  It is not known to return what was reserved and not used. */
void learn_usage(struct limit *l, struct ticket *t, const struct usage *u);

#endif
