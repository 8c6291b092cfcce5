#include "cmd/proxy_check.h"

#include "api/dialect.h"
#include "cmd/confine.h"
#include "cmd/plan.h"
#include "cmd/report.h"

struct counter {
	struct sink sink;
	uint64_t models;
};

static void
count(struct sink *s, const struct event *e)
{
	struct slice rest = e->text;

	if (e->type != EV_TEXT)
		return;
	for (; rest.n > 0; (void)slice_cut(&rest, '\n'))
		((struct counter *)s)->models++;
}

static int
flush(struct sink *s, struct fault *f)
{
	(void)s;
	(void)f;
	return 0;
}

/* Appends a line about one.  1: it works, 0: it is not at hand, -1. */
static int
check(const struct env *env, struct opts *o, const char *name,
    struct buf *out)
{
	struct counter n = { .sink = { .put = count, .flush = flush } };
	struct complaint c = { 0 };
	struct result res = { 0 };
	struct plan p;
	struct run r = { .job = &p.job, .policy = { 0, 0 } };
	char model[256];
	int rc = -1;

	(void)str_printf(model, sizeof(model), "%s%s", o->base_url == NULL ?
	    name : "", o->base_url == NULL ? ":-" : "-");
	o->model = model;
	buf_printf(out, "%s: ", name);
	if (plan_make(&p, o, NULL, &c) < 0 || plan_models(&p, &c) < 0) {
		buf_printf(out, "%s\n", c.text);
		rc = 0;
		goto out;
	}
	plan_job(&p, env, &n.sink, MSEC_MAX);
	p.job.dialect = &models_ids;
	run(&r, &res);
	buf_printf(out, "%.*s: ", SLICE_FMT(p.base));
	if (res.last.fault.class == F_NONE) {
		buf_printf(out, "works (%llu models)\n",
		    (unsigned long long)n.models);
		rc = 1;
	} else {
		report_fault(&res.last.fault, out);
		buf_putc(out, '\n');
		/* a server on this host need not run */
		if (p.provider.key_optional && o->base_url == NULL &&
		    res.last.fault.class == F_CONNECT)
			rc = 0;
	}
out:
	o->model = NULL;		/* it ends here */
	plan_free(&p);
	return rc;
}

int
proxy_check(const struct env *env, const struct opts *o)
{
	struct opts mine = *o;
	struct buf out = { 0 };
	int rc, works = 0, fails = 0;
	struct sandbox box;
	size_t rows = 0, i;

	sandbox_open(&box);
	sandbox_read(&box, o->key_file);
	confine_net(&box, o);
	confine(&box, o, CALLS_NET | CALLS_FORK);
	while (provider_row(rows) != NULL)
		rows++;
	for (i = 0; i < rows + o->nproviders; i++) {
		rc = check(env, &mine, o->base_url != NULL ? "server" :
		    i < rows ? provider_row(i)->name :
		    o->providers[i - rows].name, &out);
		works += rc > 0;
		fails += rc < 0;
		if (o->base_url != NULL)
			break;
	}
	rc = show(env, buf_slice(&out));
	buf_free(&out);
	return rc != 0 ? rc : works > 0 && fails == 0 ? 0 : EXIT_CONFIG;
}
