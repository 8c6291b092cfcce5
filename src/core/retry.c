#include "core/retry.h"

#include <signal.h>

#include "api/error_words.h"

/* A random part of v. */
static msec
share(msec v, uint32_t rnd)
{
	return (msec)((double)v * rnd / 4294967296.0);
}

/* The pause after f; *least: what it has to be at least. */
static msec
pause_after(const struct retry *st, const struct fault *f, uint32_t rnd,
    msec *least)
{
	msec top = f->class == F_OVERLOAD ? RETRY_BASE_OVERLOAD : RETRY_BASE;
	msec wait, most;
	unsigned i;

	for (i = 0; i < st->steps && top < RETRY_CAP; i++)
		top *= 2;
	*least = top < RETRY_CAP ? top / 2 : RETRY_CAP * 4 / 5;
	if (top > RETRY_CAP)
		top = RETRY_CAP;
	wait = *least + share(top - *least, rnd);
	if (f->wait <= 0)	/* a wait of 0 says nothing */
		return wait;
	*least = f->wait;
	if (wait < f->wait)
		wait = f->wait;
	wait += share(wait / 5, rnd);
	most = f->wait + f->wait / 5 + RETRY_SLACK;
	return st->hinted < RETRY_TRUST && wait > most ? most : wait;
}

/* The class, status and text of a server's error as a number (FNV-1a), without
 * digits, which count requests; 0 for any other fault. */
static uint64_t
number_of(const struct fault *f)
{
	uint64_t h = UINT64_C(14695981039346656037) + f->class;
	const char *s;

	if (f->status == 0)
		return 0;
	h = (h ^ (uint64_t)f->status) * UINT64_C(1099511628211);
	for (s = f->text; *s != '\0'; s++)
		if (*s < '0' || *s > '9')
			h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	return h;
}

/* Counts the same errors in a row; whether f is the one before. */
static int
is_same(struct retry *st, const struct fault *f)
{
	uint64_t error = number_of(f);
	int same = error != 0 && error == st->error;

	st->same = same ? st->same + 1 : 1;
	st->error = error;
	return same;
}

struct decision
retry_next(const struct policy *p, struct retry *st, const struct fault *f,
    enum advance advance, uint32_t rnd)
{
	msec left = p->patience - st->waited, least, wait;

	if (is_same(st, f) && advance == ADVANCE_FURTHER)
		advance = ADVANCE_SOME;
	if (advance != ADVANCE_NONE)
		st->count = 0;
	if (advance == ADVANCE_FURTHER)
		st->steps = st->hinted = 0;
	if (!f->retry)
		return (struct decision){ RETRY_FATAL, f->wait };
	if (f->retry == FAULT_ONCE || f->status == 409)
		st->dull++;
	else
		st->dull = 0;
	if (st->dull > (f->retry == FAULT_ONCE ? 1 : RETRY_CONFLICTS))
		return (struct decision){ RETRY_FATAL, f->wait };
	if (f->status == 500 && f->class == F_SERVER &&
	    st->same >= RETRY_SAME && !error_passing(slice_str(f->text)))
		return (struct decision){ RETRY_BELIEVED, MSEC_NONE };
	wait = pause_after(st, f, rnd, &least);
	if (f->retry != FAULT_BRIEF)
		st->brief = 0;
	if (st->count >= p->retries || st->brief >= RETRY_BRIEF)
		return (struct decision){ RETRY_SPENT, wait };
	if (least > left)
		return (struct decision){ RETRY_IMPATIENT, least };
	if (wait > left)
		wait = left;
	if (f->retry == FAULT_BRIEF) {
		if (wait > RETRY_BRIEF - st->brief)
			wait = RETRY_BRIEF - st->brief;
		st->brief += wait;
	}
	st->count++;
	st->steps++;
	st->hinted = f->wait > 0 ? st->hinted + 1 : 0;
	return (struct decision){ RETRY_AGAIN, wait };
}

int
retry_later(const struct fault *f)
{
	if (f->class == F_CANCEL)
		return f->code != SIGINT;
	return f->retry || f->class == F_OUTPUT;
}

int
retry_elsewhere(enum fclass class)
{
	switch (class) {
	case F_DNS:
	case F_CONNECT:
	case F_TLS:
	case F_IO:
	case F_TIMEOUT:
	case F_RATE:
	case F_DAILY:
	case F_OVERLOAD:
	case F_SERVER:
	case F_QUOTA:
	case F_NOT_FOUND:
	case F_CONTEXT:
	case F_TOO_LARGE:
	case F_EMPTY:
		return 1;
	case F_NONE:
	case F_CERT:
	case F_PROTO:
	case F_AUTH:
	case F_PERMISSION:
	case F_POLICY:
	case F_REQUEST:
	case F_OUTPUT:
	case F_CANCEL:
		break;
	}
	return 0;
}
