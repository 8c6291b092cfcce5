#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

/*
 * Simulates workers that share a limit against a server with a token bucket,
 * in virtual time, with OpenAI's header fields and texts.
 *
 * A worker asks, sends, is answered or refused, and takes the next request
 * when the answer is whole.  Measured are the total time, as a multiple of
 * what the bucket alone requires, and the number of refusals.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/error.h"
#include "limit/limit.h"
#include "tests/t.h"

#define WORKERS 64
#define START ((msec)1767225600 * 1000)

enum act { A_ASK, A_ARRIVE, A_HEAD, A_DONE, A_OVER };

struct worker {
	enum act act;
	msec next;
	struct ticket ticket;
	struct buf body;
	int64_t cost;		/* as the server counts it, */
	int64_t later;		/* of that once the answer is whole */
	msec began;
	msec renew;		/* when it has to ask again under way */
	int status;
	char field[6][32];	/* limit, left, reset; of requests and tokens */
	char text[256];
	msec wait;
};

struct bucket {
	int64_t limit;
	double left;
	msec window, at;
};

struct world {
	/* the load */
	size_t workers, requests;
	int64_t size;		/* average tokens of a request */
	/* the server */
	struct bucket tokens, calls;
	int at_a_time;		/* instead of buckets; no figures are told */
	int silent;		/* no header fields, only texts */
	int azure;		/* only the remaining fields, and a text with
				   whole seconds and no other figures */
	msec latency, think, service;
	msec late;		/* most delay of one in ten: a busy machine */
	double count;		/* its count of tokens by ours */
	int64_t answer;		/* not max_tokens is counted, but this */
	double foreign;		/* what others take, as part of the limit, */
	double eaten;
	int64_t lump;		/* in requests of this size */
	/* ours */
	struct limit limit;
	struct worker worker[WORKERS];
	/* results */
	msec now, end, longest;
	size_t taken, answered, refused, going, most;
	int64_t spent;
	msec foreign_at;
	uint64_t seed;
};

static inline double
chance(struct world *w)
{
	w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
	return (double)(w->seed >> 40) / (double)(1 << 24);
}

static inline void
refill(struct bucket *b, msec now)
{
	if (b->limit == 0)
		return;
	b->left += (double)(now - b->at) * (double)b->limit /
	    (double)b->window;
	if (b->left > (double)b->limit)
		b->left = (double)b->limit;
	b->at = now;
}

static inline void
next_foreign(struct world *w)
{
	msec mean = (msec)((double)w->lump * (double)w->tokens.window /
	    (double)w->tokens.limit / w->foreign);

	w->foreign_at += (msec)((double)mean * (0.5 + chance(w)));
}

/* Takes what others used up to now. */
static inline void
foreign(struct world *w)
{
	if (w->foreign == 0)
		return;
	for (; w->foreign_at <= w->now; next_foreign(w)) {
		refill(&w->tokens, w->foreign_at);
		w->tokens.left -= (double)w->lump;
		w->eaten += (double)w->lump;
	}
}

static inline void
put_span(char *to, size_t size, double ms)
{
	if (ms < 1000)
		snprintf(to, size, "%dms", (int)(ms + 0.5));
	else
		snprintf(to, size, "%.3fs", ms / 1000);
}

static inline void
describe(const struct bucket *b, char field[3][32])
{
	double gone = (double)b->limit - b->left;

	if (b->limit == 0) {
		field[0][0] = '\0';
		return;
	}
	snprintf(field[0], 32, "%lld", (long long)b->limit);
	snprintf(field[1], 32, "%lld", (long long)b->left);
	put_span(field[2], 32, gone * (double)b->window / (double)b->limit);
}

static inline int
refuse(const struct world *w, struct worker *x, const struct bucket *b,
    double cost, const char *what)
{
	double over = cost - b->left;
	char span[32];

	if (b->limit == 0 || over <= 0)
		return 0;
	if (w->azure) {
		snprintf(x->text, sizeof(x->text), "Requests have exceeded "
		    "token rate limit. Please retry after %d seconds.",
		    (int)(over * (double)b->window / (double)b->limit /
		    1000) + 1);
		return 1;
	}
	put_span(span, sizeof(span), over * (double)b->window /
	    (double)b->limit + 0.5);
	snprintf(x->text, sizeof(x->text), "Rate limit reached for gpt-4o in "
	    "organization org-x on %s: Limit %lld, Used %lld, Requested %lld. "
	    "Please try again in %s. Visit https://x to learn more.", what,
	    (long long)b->limit, (long long)((double)b->limit - b->left + 0.5),
	    (long long)cost, span);
	return 1;
}

static inline void
arrive(struct world *w, struct worker *x)
{
	foreign(w);
	refill(&w->tokens, w->now);
	refill(&w->calls, w->now);
	x->status = 200;
	x->text[0] = '\0';
	if (w->at_a_time > 0) {
		if (w->going >= (size_t)w->at_a_time)
			snprintf(x->text, sizeof(x->text), "slow down");
	} else if (!refuse(w, x, &w->calls, 1, "requests per min (RPM)") &&
	    !refuse(w, x, &w->tokens, (double)(x->cost - x->later),
	    "tokens per min (TPM)")) {
		w->tokens.left -= (double)(x->cost - x->later);
		w->calls.left -= 1;
		w->end = w->now;
	}
	if (x->text[0] != '\0')
		x->status = 429;
	else if (w->end = w->now, ++w->going > w->most)
		w->most = w->going;
	describe(&w->calls, x->field);
	describe(&w->tokens, x->field + 3);
	x->act = A_HEAD;
	x->next = w->now + w->latency + (x->status == 200 ? w->think : 0);
}

static inline struct quota
fields(struct world *w, struct worker *x)
{
	static const char *const names[] = { "x-ratelimit-limit-requests",
	    "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests",
	    "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens",
	    "x-ratelimit-reset-tokens" };
	struct http_field field[6];
	struct quota q;
	size_t i, n = 0;

	for (i = 0; i < 6 && !w->silent; i++)
		if ((!w->azure || i % 3 == 1) && x->field[i / 3 * 3][0] != '\0')
			field[n++] = (struct http_field){ slice_str(names[i]),
			    slice_str(x->field[i]) };
	quota_fields(field, n, w->now, &q);
	return q;
}

static inline void
take_next(struct world *w, struct worker *x)
{
	int64_t prompt, most;

	if (w->taken == w->requests) {
		x->act = A_OVER;
		return;
	}
	w->taken++;
	prompt = (int64_t)((double)w->size * (0.1 + chance(w)));
	most = (int64_t)((double)w->size * (0.1 + 0.8 * chance(w)));
	buf_clear(&x->body);
	buf_printf(&x->body, "{\"model\":\"m\",\"stream\":true,\"max_tokens\":"
	    "%lld,\"input\":\"", (long long)most);
	while (prompt-- > 0)
		buf_puts(&x->body, "abc ");
	buf_puts(&x->body, "\"}");
	x->cost = (int64_t)((double)(x->body.n / 4 + (size_t)most) * w->count);
	x->later = w->answer;
	if (w->answer > 0)
		x->cost += w->answer - most;
	w->spent += x->cost;
	x->act = A_ASK;
	x->began = w->now;
}

static inline void
head(struct world *w, struct worker *x)
{
	struct fault f = { .class = F_RATE, .retry = 1, .status = 429,
	    .wait = MSEC_NONE };
	struct usage none = { -1, -1, -1, -1 };
	struct quota q = fields(w, x);
	struct slice body = slice_str(x->text);
	struct reply reply = { 429, NULL, 0, body, w->now };

	limit_local.head(&w->limit, &x->ticket, &q, x->status, w->now);
	if (x->status == 200) {
		x->act = A_DONE;
		x->next = w->now + (msec)((double)w->service *
		    (0.5 + chance(w)));
		if (w->now - x->began > w->longest)
			w->longest = w->now - x->began;
		return;
	}
	classify(&reply, &f);
	w->refused++;
	limit_local.done(&w->limit, &x->ticket, &f, 1, &none, w->now);
	x->act = A_ASK;
	x->next = w->now + (f.wait > 0 ? f.wait : 500) +
	    (msec)(chance(w) * 100);
}

static inline void
done(struct world *w, struct worker *x)
{
	struct fault f = { .class = F_NONE };
	struct usage u = { x->cost / 2, x->cost / 3, -1, -1 };

	limit_local.done(&w->limit, &x->ticket, &f, 1, &u, w->now);
	w->tokens.left -= (double)x->later;
	w->answered++;
	w->going--;
	take_next(w, x);
}

static inline void
ask(struct world *w, struct worker *x)
{
	msec at = limit_local.ask(&w->limit, &x->ticket, buf_slice(&x->body),
	    w->now);

	if (at <= w->now) {
		x->act = A_ARRIVE;
		x->renew = w->now + 1500;
		x->next = w->now + w->latency;
		if (w->late > 0 && chance(w) < 0.1)
			x->next += (msec)(chance(w) * (double)w->late);
	} else {
		x->next = at;
	}
}

/* Those under way ask again in time, as an attempt does. */
static inline void
renew(struct world *w)
{
	struct worker *x;

	for (x = w->worker; x < w->worker + w->workers; x++)
		while (x->ticket.going && x->renew < w->now)
			x->renew = limit_local.ask(&w->limit, &x->ticket,
			    buf_slice(&x->body), x->renew);
}

static inline void
run_world(struct world *w)
{
	struct worker *x;
	size_t i;

	w->now = w->foreign_at = w->tokens.at = w->calls.at = START;
	if (w->limit.page == NULL)
		w->limit.page = page_alone();
	for (i = 0; i < w->workers; i++) {
		take_next(w, &w->worker[i]);
		w->worker[i].next = START + (msec)(chance(w) * 20);
	}
	for (;;) {
		x = NULL;
		for (i = 0; i < w->workers; i++)
			if (w->worker[i].act != A_OVER && (x == NULL ||
			    w->worker[i].next < x->next))
				x = &w->worker[i];
		if (x == NULL)
			break;
		w->now = x->next;
		renew(w);
		switch (x->act) {
		case A_ASK: ask(w, x); break;
		case A_ARRIVE: arrive(w, x); break;
		case A_HEAD: head(w, x); break;
		case A_DONE: done(w, x); break;
		case A_OVER: break;
		}
	}
	for (i = 0; i < w->workers; i++)
		buf_free(&w->worker[i].body);
}

static inline struct world
openai(size_t requests)
{
	return (struct world){ .workers = 32, .requests = requests,
	    .size = 500, .tokens = { 60000, 500, 60000, 0 },
	    .calls = { 500, 500, 60000, 0 }, .latency = 20, .think = 150,
	    .service = 1500, .count = 1 };
}

#endif
