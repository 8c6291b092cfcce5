#ifndef CMD_REQUEST_H
#define CMD_REQUEST_H

/* The body of a plan's request: a question, or what asks for the rest of an
 * answer that broke off. */

#include "cmd/plan.h"

/* Encodes the history's question, which is borrowed. */
void request_question(struct plan *p, struct history *h);

/*
 * Encodes the question and the part of its answer that was delivered, which
 * the model is to continue: as an assistant's turn at the end where the model
 * takes one (a prefill), otherwise quoted in a user's turn.  text is borrowed.
 */
void request_rest(struct plan *p, struct history *h, struct slice text);

/* Whether the server refused a prefill with f; from now on text is quoted. */
int request_refuse_prefill(struct plan *p, const struct fault *f);

/*
 * Whether f refuses items of earlier answers that a server has asked to get
 * back: another model or account made them, or the text before them has
 * changed.  Encodes the question without them, which loses only the model's
 * reasoning.
 */
int request_disown(struct plan *p, struct history *h, const struct fault *f);

/* Whether f refuses what bide wrote unasked (request_amend()).  Encodes
 * p->request without it. */
int request_unasked(struct plan *p, const struct fault *f);

/* Encodes p->request as it is. */
void request_body(struct plan *p);

/* Appends the request as it would be sent, without the key. */
void request_print(const struct plan *p, struct buf *out);

#endif
