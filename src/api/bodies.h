#ifndef API_BODIES_H
#define API_BODIES_H

/* The request side of the dialects (dialect.h: .encode and .prefill). */

#include "api/request.h"

void chat_body(const struct request *r, struct buf *body);
void responses_body(const struct request *r, struct buf *body);
void messages_body(const struct request *r, struct buf *body);
int messages_prefill(struct slice model);
void gemini_body(const struct request *r, struct buf *body);

#endif
