#include "tests/script_run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sink.h"
#include "limit/hold.h"
#include "tests/splits.h"

/* Passes everything on and logs it. */
struct log_sink {
	struct sink sink;
	struct sink *to;
	struct trial *t;
	off_t seen;			/* of the output */
};

static int
to_fd(const struct trial *t)
{
	return fileno(t->file);
}

static void
note_output(struct log_sink *l)
{
	off_t end = lseek(to_fd(l->t), 0, SEEK_CUR);
	char bytes[4096];
	size_t n;

	while (l->t->script.log != NULL && l->seen < end) {
		n = (size_t)(end - l->seen);
		if (n > sizeof(bytes))
			n = sizeof(bytes);
		if (pread(to_fd(l->t), bytes, n, l->seen) != (ssize_t)n)
			abort();
		script_output(&l->t->script, (struct slice){ bytes, n });
		l->seen += (off_t)n;
	}
}

static void
put_span(struct buf *b, const char *name, msec v)
{
	if (v == MSEC_NONE)
		buf_printf(b, " %s=none", name);
	else
		buf_printf(b, " %s=%lld.%03d", name, (long long)(v / 1000),
		    (int)(v % 1000));
}

static void
put_fault(struct buf *b, const struct fault *f)
{
	buf_printf(b, "%s", fault_name(f->class));
	if (f->status != 0)
		buf_printf(b, " %d", f->status);
	if (f->name[0] != '\0')
		buf_printf(b, " %s", f->name);
}

static void
describe(struct buf *b, const struct event *e)
{
	switch (e->type) {
	case EV_START:
		buf_printf(b, "start %u", e->attempt);
		break;
	case EV_TEXT:
		break;
	case EV_REASONING:
		buf_printf(b, "reasoning %.*s", SLICE_FMT(e->text));
		break;
	case EV_ITEM:
		buf_printf(b, "item %.*s %.*s", SLICE_FMT(e->name),
		    SLICE_FMT(e->text));
		break;
	case EV_TOOL_CALL:
		buf_printf(b, "call %.*s %.*s", SLICE_FMT(e->name),
		    SLICE_FMT(e->text));
		break;
	case EV_RETRY:
		buf_puts(b, "retry ");
		put_fault(b, e->fault);
		put_span(b, "wait", e->wait);
		buf_puts(b, e->discard ? " discard" : "");
		break;
	case EV_WAIT:
		buf_printf(b, "slot %.*s", SLICE_FMT(e->text));
		put_span(b, "wait", e->wait);
		break;
	case EV_USAGE:
		if (e->usage->input >= 0)
			buf_printf(b, "usage %lld %lld",
			    (long long)e->usage->input,
			    (long long)e->usage->output);
		break;
	case EV_DONE:
		buf_printf(b, "done %s", finish_name(e->finish));
		break;
	case EV_FALLBACK:
		buf_printf(b, "fallback %.*s ", SLICE_FMT(e->text));
		put_fault(b, e->fault);
		break;
	case EV_ERROR:
		buf_puts(b, "error ");
		put_fault(b, e->fault);
		put_span(b, "wait", e->wait);
	}
}

static void
log_put(struct sink *s, const struct event *e)
{
	struct log_sink *l = (struct log_sink *)s;
	struct buf b = { 0 };

	if (l->t->script.log != NULL)
		describe(&b, e);
	if (b.n > 0)
		script_log(&l->t->script, "%.*s", SLICE_FMT(b));
	buf_free(&b);
	l->to->put(l->to, e);
}

static int
log_flush(struct sink *s, struct fault *f)
{
	struct log_sink *l = (struct log_sink *)s;
	int rc = l->to->flush(l->to, f);

	s->delivered = l->to->delivered;
	note_output(l);
	return rc;
}

static void
log_tick(struct sink *s, msec left)
{
	struct buf b = { 0 };

	put_span(&b, "left", left);
	script_log(&((struct log_sink *)s)->t->script, "tick%.*s",
	    SLICE_FMT(b));
	buf_free(&b);
}

static void
log_end(struct trial *t)
{
	static const char *const verdicts[] = { "again", "fatal", "impatient",
	    "spent" };
	const struct result *res = &t->res;
	struct buf b = { 0 }, text = { 0 };

	if (res->last.fault.class == F_NONE) {
		buf_printf(&b, "whole %s", finish_name(res->last.finish));
	} else {
		buf_printf(&b, "%s ", verdicts[res->verdict]);
		put_fault(&b, &res->last.fault);
		put_span(&b, "wait", res->wait);
	}
	put_span(&b, "waited", res->waited);
	buf_printf(&b, " attempts=%u requests=%u", res->attempts,
	    t->script.requests);
	script_log(&t->script, "%.*s", SLICE_FMT(b));
	if (res->last.fault.class != F_NONE) {
		log_text(&text, slice_str(res->last.fault.text));
		script_log(&t->script, "why %.*s", SLICE_FMT(text));
	}
	buf_free(&b);
	buf_free(&text);
}

static void
run_with(struct trial *t, struct sink *to)
{
	struct log_sink l = { .sink = { .put = log_put, .flush = log_flush,
	    .tick = t->ticks ? log_tick : NULL }, .to = to, .t = t };
	struct job job = { .env = &t->script.env, .net = &t->script.net,
	    .dialect = t->script.dialect, .exchange = { .method = "POST",
	    .target = t->target, .body = t->body,
	    .fields = SLICE("Authorization: Bearer not-a-key\r\n") },
	    .limit = t->limit, .max_answer = t->max_answer,
	    .sink = &l.sink };
	struct pace pace = { .limit = { .ops = &limit_local } };
	struct run r = { .job = &job, .policy = t->policy,
	    .on_break = t->on_break };

	if (url_parse(SLICE("http://h.test"), &job.to.url) != NULL)
		abort();
	if (job.limit.end < MSEC_MAX)
		job.limit.end += t->script.now;
	if (t->paced) {
		pace.limit.page = page_alone();
		hold_set(pace.limit.page, SCRIPT_WALL + t->held, 0,
		    SCRIPT_WALL);
		job.pace = &pace;
	}
	run(&r, &t->res);
	job_close(&job);
	limit_close(&pace.limit);
}

static void
collect(struct trial *t)
{
	off_t n = lseek(to_fd(t), 0, SEEK_CUR);

	buf_clear(&t->out);
	if (n > 0 && pread(to_fd(t), buf_room(&t->out, (size_t)n), (size_t)n,
	    0) != n)
		abort();
	t->out.n += (size_t)n;
}

void
trial_init(struct trial *t)
{
	memset(t, 0, sizeof(*t));
	t->policy = (struct policy){ 600000, 40 };
	t->limit = (struct deadlines){ 10000, 600000, 300000, MSEC_MAX };
	t->max_answer = (size_t)64 << 20;
	t->target = SLICE("/v1/responses");
	t->body = SLICE("{\"model\":\"m\"}");
	script_init(&t->script);
	t->file = tmpfile();
	if (t->file == NULL)
		abort();
}

void
trial_run(struct trial *t)
{
	struct text_sink text = { .env = &t->script.env, .fd = to_fd(t),
	    .live = t->mode == OUT_LIVE, .tty = t->tty };
	struct json_sink json = { .env = &t->script.env, .fd = to_fd(t),
	    .provider = "p", .model = "m" };

	if (lseek(to_fd(t), 0, SEEK_SET) < 0)	/* the offset is the length */
		abort();
	t->script.now = 0;
	t->script.next = t->script.requests = t->script.open = 0;
	t->script.amiss = 0;
	t->script.state = (uint64_t)t->script.rnd;
	if (t->mode == OUT_JSON) {
		json_sink_init(&json);
		run_with(t, &json.sink);
		json_sink_free(&json);
	} else {
		text_sink_init(&text);
		run_with(t, &text.sink);
		text_sink_free(&text);
	}
	collect(t);
	if (t->script.open != 0)
		script_log(&t->script, "AMISS: %u connections left open",
		    t->script.open);
	t->script.amiss |= t->script.open != 0;
	log_end(t);
}

void
trial_free(struct trial *t)
{
	fclose(t->file);
	buf_free(&t->out);
	buf_free(&t->script.output);
}
