#define _GNU_SOURCE	/* MAP_ANONYMOUS */

#include "serve/metrics.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "base/clean.h"

/* Single counters of a provider, in the order of sums[] below. */
enum sum {
	ATTEMPTS, HEALED, PASSED, BROKEN, GONE, COMMITTED, WAITED, BYTES,
	INPUT, OUTPUT, CACHED, REASONING, TOOK, FIRST, FIRSTS,
	SUMS
};

#define CODES 600

struct tally {
	_Atomic uint64_t sum[SUMS];
	_Atomic uint64_t code[CODES];	/* responses; 0: none */
	_Atomic uint64_t fault[F_CANCEL + 1][P_DONE + 1];
};

struct metrics {
	const struct relay *relay;
	size_t n;
	struct tally tally[];	/* of no provider, then of each */
};

static const struct {
	char name[36], label[20];
	const char *help;
	unsigned per;		/* the figure's unit in the counted one */
} sums[SUMS] = {
	[ATTEMPTS] = { "bide_attempts_total", "",
	    "Requests sent to the upstream.", 1 },
	[HEALED] = { "bide_healed_total", "",
	    "Faults of the upstream that the client did not see.", 1 },
	[PASSED] = { "bide_passed_on_total", "",
	    "Requests that ended with a fault of the upstream.", 1 },
	[BROKEN] = { "bide_broken_total", "",
	    "Responses that broke off after content, visibly.", 1 },
	[GONE] = { "bide_client_gone_total", "",
	    "Requests whose client left before the end.", 1 },
	[COMMITTED] = { "bide_committed_total", "",
	    "Responses begun before there was content, to keep a client "
	    "waiting.", 1 },
	[WAITED] = { "bide_wait_seconds_total", "",
	    "Time spent in pauses before attempts.", 1000 },
	[BYTES] = { "bide_response_bytes_total", "",
	    "Content sent to clients.", 1 },
	[INPUT] = { "bide_tokens_total", ",type=\"input\"",
	    "Tokens as the provider counts them.", 1 },
	[OUTPUT] = { "bide_tokens_total", ",type=\"output\"", NULL, 1 },
	[CACHED] = { "bide_tokens_total", ",type=\"cached\"", NULL, 1 },
	[REASONING] = { "bide_tokens_total", ",type=\"reasoning\"", NULL, 1 },
	[TOOK] = { "bide_request_seconds_total", "",
	    "Time from a request's last byte to the end of its response.",
	    1000 },
	[FIRST] = { "bide_first_content_seconds_total", "",
	    "Time from a request's last byte to the first content, of those "
	    "with content.", 1000 },
	[FIRSTS] = { "bide_first_content_total", "",
	    "Requests that got content.", 1 },
};

struct metrics *
metrics_open(const struct relay *r)
{
	size_t n = r->nup + 1;
	struct metrics *m = mmap(NULL, sizeof(*m) + n * sizeof(m->tally[0]),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (m == MAP_FAILED)
		err_oom();
	m->relay = r;
	m->n = n;
	return m;
}

static void
add(_Atomic uint64_t *to, int64_t n)
{
	if (n > 0)
		atomic_fetch_add_explicit(to, (uint64_t)n,
		    memory_order_relaxed);
}

void
metrics_count(struct metrics *m, const struct account *a, msec took)
{
	struct tally *t = m->tally;
	size_t i, k;

	for (i = 0; i < m->relay->nup && a->provider != NULL; i++)
		if (strcmp(m->relay->up[i].name, a->provider) == 0)
			t = &m->tally[i + 1];
	add(&t->code[a->status < CODES ? a->status : 0], 1);
	add(&t->sum[ATTEMPTS], a->attempts);
	add(&t->sum[HEALED], a->healed);
	add(&t->sum[PASSED], a->fault.class != F_NONE && !a->gone);
	add(&t->sum[BROKEN], a->broken);
	add(&t->sum[GONE], a->gone);
	add(&t->sum[COMMITTED], a->committed);
	add(&t->sum[WAITED], a->waited);
	add(&t->sum[BYTES], (int64_t)a->bytes);
	add(&t->sum[INPUT], a->usage.input);
	add(&t->sum[OUTPUT], a->usage.output);
	add(&t->sum[CACHED], a->usage.cached);
	add(&t->sum[REASONING], a->usage.reasoning);
	add(&t->sum[TOOK], took);
	add(&t->sum[FIRST], a->first);
	add(&t->sum[FIRSTS], a->first != MSEC_NONE);
	for (i = 0; i <= F_CANCEL; i++)
		for (k = 0; k <= P_DONE; k++)
			add(&t->fault[i][k], a->faults[i][k]);
}

/* -- writing --------------------------------------------------------------- */

void
metrics_head(struct buf *out, const char *name, const char *type,
    const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
	    type);
}

/* What is no UTF-8 would spoil the whole page. */
void
metrics_label(struct buf *out, struct slice value)
{
	struct buf clean = { 0 };
	size_t i;

	clean_put(&clean, value, 0);
	for (i = 0; i < clean.n; i++) {
		if (clean.p[i] == '"' || clean.p[i] == '\\')
			buf_putc(out, '\\');
		buf_putc(out, clean.p[i]);
	}
	buf_free(&clean);
}

static void
put_line(const struct metrics *m, size_t i, const char *name,
    const char *labels, uint64_t n, unsigned per, struct buf *out)
{
	buf_printf(out, "%s{provider=\"", name);
	metrics_label(out, slice_str(i == 0 ? "" :
	    m->relay->up[i - 1].name));
	buf_printf(out, "\"%s} %llu", labels, (unsigned long long)n / per);
	if (per > 1)
		buf_printf(out, ".%03llu", (unsigned long long)n % per);
	buf_putc(out, '\n');
}

/* Whether a request named the provider. */
static int
was_used(const struct tally *t)
{
	size_t k;

	for (k = 0; k < CODES; k++)
		if (t->code[k] != 0)
			return 1;
	return 0;
}

static void
put_codes(const struct metrics *m, struct buf *out)
{
	char labels[32];
	size_t i, k;

	metrics_head(out, "bide_requests_total", "counter",
	    "Requests by the status that the client got, 0 for none.");
	for (i = 0; i < m->n; i++)
		for (k = 0; k < CODES; k++) {
			if (m->tally[i].code[k] == 0)
				continue;
			(void)str_printf(labels, sizeof(labels),
			    ",code=\"%zu\"", k);
			put_line(m, i, "bide_requests_total", labels,
			    m->tally[i].code[k], 1, out);
		}
}

static void
put_faults(const struct metrics *m, struct buf *out)
{
	static const char phases[][8] = { "none", "sent", "head", "content",
	    "done" };
	char labels[64];
	size_t i, class, k;

	metrics_head(out, "bide_faults_total", "counter",
	    "Attempts that failed, by class and by how far they got.");
	for (i = 0; i < m->n; i++)
		for (class = 0; class <= F_CANCEL; class++)
			for (k = 0; k <= P_DONE; k++) {
				if (m->tally[i].fault[class][k] == 0)
					continue;
				(void)str_printf(labels, sizeof(labels),
				    ",class=\"%s\",phase=\"%s\"",
				    fault_name((enum fclass)class),
				    phases[k]);
				put_line(m, i, "bide_faults_total", labels,
				    m->tally[i].fault[class][k], 1, out);
			}
}

void
metrics_put(const struct metrics *m, struct buf *out)
{
	size_t s, i, first;

	put_codes(m, out);
	put_faults(m, out);
	for (s = 0; s < SUMS; s++) {
		if (sums[s].help != NULL)
			metrics_head(out, sums[s].name, "counter",
			    sums[s].help);
		/* what no provider saw was not attempted either */
		first = s == BYTES || s == TOOK ? 0 : 1;
		for (i = first; i < m->n; i++)
			if (was_used(&m->tally[i]))
				put_line(m, i, sums[s].name, sums[s].label,
				    m->tally[i].sum[s], sums[s].per, out);
	}
}

void
metrics_gauge(struct buf *out, const char *name, const char *help,
    int64_t value)
{
	metrics_head(out, name, "gauge", help);
	buf_printf(out, "%s %lld\n", name, (long long)value);
}
