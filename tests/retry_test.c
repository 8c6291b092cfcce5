#include "core/retry.h"
#include "tests/t.h"

#define MAX UINT32_MAX
#define PATIENCE ((msec)600000)

static const struct policy usual = { PATIENCE, 40 };

static struct fault
fault(enum fclass class, int status, msec wait)
{
	struct fault f;

	fault_set(&f, class, 1, "x");
	f.status = status;
	f.wait = wait;
	return f;
}

/* The first ceiling of each class: a new one does not compile without. */
static msec
base_of(enum fclass class)
{
	switch (class) {
	case F_OVERLOAD:
		return 2000;
	case F_NONE: case F_DNS: case F_CONNECT: case F_TLS: case F_CERT:
	case F_IO: case F_TIMEOUT: case F_PROTO: case F_EMPTY: case F_RATE:
	case F_DAILY: case F_SERVER: case F_QUOTA: case F_AUTH:
	case F_PERMISSION: case F_NOT_FOUND: case F_CONTEXT: case F_TOO_LARGE:
	case F_POLICY: case F_REQUEST: case F_OUTPUT: case F_CANCEL:
		return 500;
	}
	return -1;
}

static const struct row {
	const char *name;
	enum fclass class;
	int status;
	msec hint;
	struct retry st;
	int progressed;
	msec patience;
	unsigned retries;
	uint32_t rnd;
	enum verdict verdict;
	msec wait;
} rows[] = {
	/* backoff: half fixed, half random */
	{ "first, least", F_IO, 0, -1, { 0 }, 0, PATIENCE, 40, 0,
	    RETRY_AGAIN, 250 },
	{ "first, most", F_IO, 0, -1, { 0 }, 0, PATIENCE, 40, MAX,
	    RETRY_AGAIN, 499 },
	{ "fifth, least", F_SERVER, 500, -1, { .steps = 4 }, 0, PATIENCE, 40,
	    0, RETRY_AGAIN, 4000 },
	{ "fifth, most", F_SERVER, 500, -1, { .steps = 4 }, 0, PATIENCE, 40,
	    MAX, RETRY_AGAIN, 7999 },
	{ "the ceiling, least", F_IO, 0, -1, { .steps = 30 }, 0, PATIENCE, 40,
	    0, RETRY_AGAIN, 48000 },
	{ "the ceiling, most", F_IO, 0, -1, { .steps = 30 }, 0, PATIENCE, 40,
	    MAX, RETRY_AGAIN, 59999 },
	{ "overload, least", F_OVERLOAD, 529, -1, { 0 }, 0, PATIENCE, 40, 0,
	    RETRY_AGAIN, 1000 },
	{ "overload, most", F_OVERLOAD, 529, -1, { 0 }, 0, PATIENCE, 40, MAX,
	    RETRY_AGAIN, 1999 },
	{ "progress begins anew", F_IO, 0, -1, { .steps = 30 }, 1, PATIENCE,
	    40, 0, RETRY_AGAIN, 250 },
	/* the server's figure */
	{ "hint, least", F_RATE, 429, 7000, { 0 }, 0, PATIENCE, 40, 0,
	    RETRY_AGAIN, 7000 },
	{ "hint, most", F_RATE, 429, 7000, { 0 }, 0, PATIENCE, 40, MAX,
	    RETRY_AGAIN, 8399 },
	{ "hint below the backoff", F_RATE, 429, 1000, { .steps = 6 }, 0,
	    PATIENCE, 40, 0, RETRY_AGAIN, 1400 },
	{ "the third in a row", F_RATE, 429, 1000, { .steps = 6,
	    .hinted = 2 }, 0, PATIENCE, 40, MAX, RETRY_AGAIN, 1400 },
	{ "its word was not good", F_RATE, 429, 1000, { .steps = 6,
	    .hinted = 3 }, 0, PATIENCE, 40, 0, RETRY_AGAIN, 16000 },
	{ "but after progress it is again", F_RATE, 429, 1000, { .steps = 6,
	    .hinted = 3 }, 1, PATIENCE, 40, 0, RETRY_AGAIN, 1000 },
	{ "a tiny hint", F_RATE, 429, 1, { 0 }, 0, PATIENCE, 40, 0,
	    RETRY_AGAIN, 201 },
	{ "at once is no figure", F_RATE, 429, 0, { 0 }, 0, PATIENCE, 40, 0,
	    RETRY_AGAIN, 250 },
	/* patience */
	{ "a hint that just fits", F_RATE, 429, 7000, { .waited = 593000 }, 0,
	    PATIENCE, 40, MAX, RETRY_AGAIN, 7000 },
	{ "a hint that does not", F_RATE, 429, 7001, { .waited = 593000 }, 0,
	    PATIENCE, 40, MAX, RETRY_IMPATIENT, 7001 },
	{ "a day", F_DAILY, 429, 86400000, { 0 }, 0, PATIENCE, 40, 0,
	    RETRY_IMPATIENT, 86400000 },
	{ "a day, and patience for it", F_DAILY, 429, 86400000, { 0 }, 0,
	    MSEC_MAX, 40, 0, RETRY_AGAIN, 86400000 },
	{ "backoff cut to what is left", F_IO, 0, -1, { .waited = 599700 }, 0,
	    PATIENCE, 40, MAX, RETRY_AGAIN, 300 },
	{ "not enough left", F_IO, 0, -1, { .waited = 599751 }, 0, PATIENCE,
	    40, MAX, RETRY_IMPATIENT, 250 },
	{ "no patience", F_IO, 0, -1, { 0 }, 0, 0, 40, 0, RETRY_IMPATIENT,
	    250 },
	{ "no patience, at once", F_RATE, 429, 0, { 0 }, 0, 0, 40, 0,
	    RETRY_IMPATIENT, 250 },
	/* counts */
	{ "the last retry", F_IO, 0, -1, { .count = 2, .steps = 2 }, 0,
	    PATIENCE, 3, 0, RETRY_AGAIN, 1000 },
	{ "one too many", F_IO, 0, -1, { .count = 3, .steps = 3 }, 0,
	    PATIENCE, 3, 0, RETRY_SPENT, 2000 },
	{ "one too many, but progress", F_IO, 0, -1, { .count = 3 }, 1,
	    PATIENCE, 3, 0, RETRY_AGAIN, 250 },
	{ "no retries", F_RATE, 429, 9000, { 0 }, 0, PATIENCE, 0, 0,
	    RETRY_SPENT, 9000 },
	{ "409", F_SERVER, 409, -1, { .dull = 2 }, 0, PATIENCE, 40, 0,
	    RETRY_AGAIN, 250 },
	{ "409 once more", F_SERVER, 409, -1, { .dull = 3 }, 0, PATIENCE,
	    40, 0, RETRY_FATAL, -1 },
	{ "not a 409", F_SERVER, 500, -1, { .dull = 3 }, 0, PATIENCE, 40,
	    0, RETRY_AGAIN, 250 },
};

static void
test_rows(void)
{
	const struct row *r;
	struct policy p;
	struct fault f;
	struct retry st;
	struct decision d;

	for (r = rows; r < rows + sizeof(rows) / sizeof(rows[0]); r++) {
		p = (struct policy){ r->patience, r->retries };
		f = fault(r->class, r->status, r->hint);
		st = r->st;
		d = retry_next(&p, &st, &f, r->progressed ?
		    ADVANCE_FURTHER : ADVANCE_NONE, r->rnd);
		EQ(d.verdict, r->verdict, r->name);
		EQ(d.wait, r->wait, r->name);
		EQ(st.waited, r->st.waited, r->name);
	}
}

/* .retry decides, whatever the class. */
/* FAULT_BRIEF: a name that does not exist is asked for half a minute. */
static void
test_brief(void)
{
	struct fault none = fault(F_DNS, 0, MSEC_NONE);
	struct retry st = { 0 };
	struct decision d;
	msec waited = 0;
	unsigned n = 0;

	none.retry = FAULT_BRIEF;
	while ((d = retry_next(&usual, &st, &none, ADVANCE_NONE, MAX / 2)).
	    verdict == RETRY_AGAIN && n < 40) {
		waited += d.wait;
		n++;
	}
	EQ(d.verdict, RETRY_SPENT, "given up");
	EQ(waited, RETRY_BRIEF, "after half a minute");
	OK(n > 4 && n < 12, "backed off");
	OK(d.wait > 0, "and when it makes sense again is said");
	none.retry = 1;
	d = retry_next(&usual, &st, &none, ADVANCE_NONE, 0);
	EQ(d.verdict, RETRY_AGAIN, "a name server that fails is asked on");
	none.retry = FAULT_BRIEF;
	d = retry_next(&usual, &st, &none, ADVANCE_NONE, 0);
	EQ(d.verdict, RETRY_AGAIN, "and begins a new half minute");
}

/* FAULT_ONCE: one retry in a row. */
static void
test_once(void)
{
	struct fault once = fault(F_SERVER, 0, MSEC_NONE);
	struct fault other = fault(F_IO, 0, MSEC_NONE);
	struct retry st = { 0 };

	once.retry = FAULT_ONCE;
	EQ(retry_next(&usual, &st, &once, ADVANCE_NONE, 0).verdict,
	    RETRY_AGAIN, "once");
	EQ(retry_next(&usual, &st, &once, ADVANCE_FURTHER, 0).verdict,
	    RETRY_FATAL, "not twice, whatever came");
	st = (struct retry){ 0 };
	EQ(retry_next(&usual, &st, &once, ADVANCE_NONE, 0).verdict,
	    RETRY_AGAIN, "once");
	EQ(retry_next(&usual, &st, &other, ADVANCE_NONE, 0).verdict,
	    RETRY_AGAIN, "something else");
	EQ(retry_next(&usual, &st, &once, ADVANCE_NONE, 0).verdict,
	    RETRY_AGAIN, "once more");
}

/* The same 500, with words of its own, is believed the third time. */
static void
test_same(void)
{
	static const struct {
		const char *first, *then;
		int status;
		enum advance advance;
		enum verdict third;
	} said[] = {
		{ "cannot do this", "cannot do this", 500, ADVANCE_NONE,
		    RETRY_BELIEVED },
		{ "no (request 17)", "no (request 4)", 500, ADVANCE_FURTHER,
		    RETRY_BELIEVED },
		{ "cannot do this", "nor that", 500, ADVANCE_NONE,
		    RETRY_AGAIN },
		{ "cannot do this", "cannot do this", 503, ADVANCE_NONE,
		    RETRY_AGAIN },
		{ "Internal server error", "Internal server error", 500,
		    ADVANCE_NONE, RETRY_AGAIN },
		{ "The server had an error. Sorry!",
		    "The server had an error. Sorry!", 500, ADVANCE_NONE,
		    RETRY_AGAIN },
		{ "Oops", "Oops", 500, ADVANCE_NONE, RETRY_AGAIN },
		{ "", "", 500, ADVANCE_NONE, RETRY_AGAIN },
	};
	struct retry st;
	struct fault f;
	size_t i;
	int n;

	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		st = (struct retry){ 0 };
		for (n = 1; n <= 3; n++) {
			fault_set(&f, F_SERVER, 1, "%s", n < 3 ?
			    said[i].first : said[i].then);
			f.status = said[i].status;
			EQ(retry_next(&usual, &st, &f, said[i].advance, 0)
			    .verdict, n < 3 ? RETRY_AGAIN : said[i].third,
			    said[i].first);
		}
	}
}

/* More text before the same error of a server does not begin anew; more before
 * the stream is cut does. */
static void
test_random_text(void)
{
	struct retry server = { 0 }, cut = { 0 };
	struct fault f;
	msec first = 0, last = 0;
	int i;

	for (i = 0; i < 5; i++) {
		fault_set(&f, F_OVERLOAD, 1, "no slot");
		f.status = 503;
		last = retry_next(&usual, &server, &f, ADVANCE_FURTHER, 0).wait;
		if (i == 0)
			first = last;
		fault_set(&f, F_IO, 1, "cut");
		EQ(retry_next(&usual, &cut, &f, ADVANCE_FURTHER, 0).wait,
		    RETRY_BASE / 2, "a stream that is cut");
	}
	EQ(last, first * 16, "an error of the server");
}

static void
test_classes(void)
{
	int class, bad = 0;
	struct retry st;
	struct fault f;
	struct decision d;

	for (class = F_NONE; class <= F_CANCEL; class++) {
		st = (struct retry){ 0 };
		f = fault((enum fclass)class, 0, MSEC_NONE);
		d = retry_next(&usual, &st, &f, ADVANCE_NONE, 0);
		bad += d.verdict != RETRY_AGAIN ||
		    d.wait != base_of((enum fclass)class) / 2;
		f.retry = 0;
		f.wait = 1000;
		d = retry_next(&usual, &st, &f, ADVANCE_FURTHER, 0);
		bad += d.verdict != RETRY_FATAL || d.wait != 1000;
	}
	EQ(bad, 0, "every class");
	EQ(base_of((enum fclass)class), -1, "every class is listed");
}

/* Part of an answer allows more retries, but no shorter wait. */
static void
test_no_further(void)
{
	struct retry st = { .count = 3, .steps = 3 };
	struct fault f = fault(F_IO, 0, MSEC_NONE);
	struct policy three = { PATIENCE, 3 };
	struct decision d;

	d = retry_next(&three, &st, &f, ADVANCE_SOME, 0);
	EQ(d.verdict, RETRY_AGAIN, "what came no further is retried");
	EQ(d.wait, 2000, "and waits as long");
	EQ(st.count, 1, "its retries begin anew");
	EQ(st.steps, 4, "its backoff does not");
}

static msec
wait_for(enum fclass class, msec hint, unsigned count, unsigned hinted,
    uint32_t rnd)
{
	static const struct policy endless = { MSEC_MAX, 1000000 };
	struct retry st = { .count = count, .steps = count,
	    .hinted = hinted };
	struct fault f = fault(class, 0, hint);

	return retry_next(&endless, &st, &f, ADVANCE_NONE, rnd).wait;
}

static const enum fclass kinds[] = { F_IO, F_RATE, F_OVERLOAD };

#define STEP 1000000007u

static int
rises(enum fclass class, msec hint, unsigned n, uint32_t rnd)
{
	return wait_for(class, hint, n, 3, rnd) <=
	    wait_for(class, hint, n + 1, 3, rnd) &&
	    wait_for(class, hint, n, 0, rnd) <=
	    wait_for(class, hint, n, 0, rnd + STEP);
}

/* The wait grows with failures and with the random bits. */
static void
test_monotone(void)
{
	msec hints[] = { MSEC_NONE, 1, 250, 3000, 40000, 90000 };
	int bad = 0;
	size_t k, h;
	unsigned n;
	uint32_t rnd;

	for (k = 0; k < 3; k++)
		for (h = 0; h < sizeof(hints) / sizeof(hints[0]); h++)
			for (n = 0; n < 40; n++)
				for (rnd = 0; rnd < MAX - STEP; rnd += STEP)
					bad += !rises(kinds[k], hints[h], n,
					    rnd);
	EQ(bad, 0, "monotone");
}

/* Promise 3. */
static void
test_hints(void)
{
	int early = 0, late = 0;
	unsigned n, hinted;
	uint32_t rnd;
	msec w, got;

	for (w = 1; w < 40 * 86400000LL; w = w * 3 / 2 + 1)
		for (n = 0; n < 20; n++)
			for (hinted = 0; hinted < 6; hinted++)
				for (rnd = 0; rnd < MAX - 500000003;
				    rnd += 500000003) {
					got = wait_for(kinds[n % 3], w, n,
					    hinted, n % 2 == 0 ? rnd : MAX);
					early += got < w;
					late += hinted < 3 && got > w + w / 5 +
					    250;
				}
	EQ(early, 0, "never before the server's figure");
	EQ(late, 0, "nor much after it, three times in a row");
}

struct dice {
	uint64_t state;
	int fixed;			/* 0: none, 1: all 0, 2: all 1 */
};

static uint32_t
throw(struct dice *d)
{
	d->state = d->state * 6364136223846793005u + 1442695040888963407u;
	return d->fixed == 1 ? 0 : d->fixed == 2 ? MAX :
	    (uint32_t)(d->state >> 32);
}

/* Requests to a server that never recovers; the time in *waited. */
static unsigned
requests(enum fclass class, msec hint, int fixed, uint64_t seed,
    msec *waited)
{
	struct dice dice = { seed, fixed };
	struct retry st = { 0 };
	struct fault f = fault(class, 0, hint);
	struct decision d;
	unsigned n = 0;

	do {
		n++;
		d = retry_next(&usual, &st, &f, ADVANCE_NONE, throw(&dice));
		if (d.verdict == RETRY_AGAIN)
			st.waited += d.wait;
	} while (d.verdict == RETRY_AGAIN && n < 1000);
	*waited = st.waited;
	return n;
}

/* Promise 5, without a wait from the server and with one that is wrong. */
static void
test_dead(void)
{
	msec hints[] = { MSEC_NONE, 1, 1000, 20000 }, waited;
	unsigned n, most = 0, least = 1000, over = 0;
	uint64_t seed;
	size_t k, h;

	for (seed = 1; seed <= 20000; seed++)
		for (k = 0; k < 3; k++)
			for (h = 0; h < 4; h++) {
				n = requests(kinds[k], hints[h], seed < 3 ?
				    (int)seed : 0, seed, &waited);
				if (n > most)
					most = n;
				if (n < least)
					least = n;
				over += waited > PATIENCE;
			}
	OK(most <= 20, "at most 20 requests to a dead server in 10 minutes");
	OK(least >= 10, "nor does it give up early");
	EQ(over, 0, "never past patience");
	printf("# from %u to %u requests\n", least, most);
}

int
main(void)
{
	test_rows();
	test_once();
	test_brief();
	test_same();
	test_random_text();
	test_classes();
	test_no_further();
	test_monotone();
	test_hints();
	test_dead();
	return DONE();
}
