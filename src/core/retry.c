#include "core/retry.h"

/* From 0 up to v. */
static msec
share(msec v, uint32_t rnd)
{
	return (msec)((double)v * rnd / 4294967296.0);
}

static msec
ceiling(const struct retry *st, const struct fault *f)
{
	msec b = f->class == F_OVERLOAD ? RETRY_BASE_OVERLOAD : RETRY_BASE;
	unsigned i;

	for (i = 0; i < st->steps && b < RETRY_CAP; i++)
		b *= 2;
	return b < RETRY_CAP ? b : RETRY_CAP;
}

static msec
least(msec top)
{
	return top < RETRY_CAP ? top / 2 : RETRY_CAP * 4 / 5;
}

/* A server's figure: obeyed, with up to a fifth on top. */
static msec
hinted(const struct retry *st, msec hint, msec backoff, uint32_t rnd)
{
	msec wait = hint > backoff ? hint : backoff;
	msec most = hint + hint / 5 + RETRY_SLACK;

	wait += share(wait / 5, rnd);
	if (st->hinted < RETRY_TRUST && wait > most)
		wait = most;
	return wait;
}

/* The least and the actual wait that comes next. */
static msec
pause_for(const struct retry *st, const struct fault *f, uint32_t rnd,
    msec *floor)
{
	msec top = ceiling(st, f), backoff;

	*floor = least(top);
	backoff = *floor + share(top - *floor, rnd);
	if (f->wait <= 0)	/* "at once" is no figure to be held to */
		return backoff;
	*floor = f->wait;
	return hinted(st, f->wait, backoff, rnd);
}

static int
hopeless(struct retry *st, const struct fault *f)
{
	unsigned most = f->retry == FAULT_ONCE ? 1 : RETRY_CONFLICTS;

	if (!f->retry)
		return 1;
	st->dull = f->retry == FAULT_ONCE || f->status == 409 ? st->dull + 1 :
	    0;
	return st->dull > most;
}

struct decision
retry_next(const struct policy *p, struct retry *st, const struct fault *f,
    enum advance advance, uint32_t rnd)
{
	msec left = p->patience - st->waited, floor, wait;

	if (advance != ADVANCE_NONE)
		st->count = 0;
	if (advance == ADVANCE_FURTHER)
		st->steps = st->hinted = 0;
	if (hopeless(st, f))
		return (struct decision){ RETRY_FATAL, f->wait };
	wait = pause_for(st, f, rnd, &floor);
	if (st->count >= p->retries)
		return (struct decision){ RETRY_SPENT, wait };
	if (floor > left)
		return (struct decision){ RETRY_IMPATIENT, floor };
	if (wait > left)
		wait = left;
	st->count++;
	st->steps++;
	st->hinted = f->wait > 0 ? st->hinted + 1 : 0;
	return (struct decision){ RETRY_AGAIN, wait };
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
