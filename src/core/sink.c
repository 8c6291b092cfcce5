#include "core/sink.h"

#include "base/clean.h"
#include "core/output.h"
#include "wire/json.h"
#include "wire/when.h"

/* -- text ------------------------------------------------------------------ */

/* Only of an answer that is complete and has no tool calls. */
static int
not_json(int check, const struct buf *text, enum finish finish)
{
	return check && (finish == FIN_STOP || finish == FIN_NONE) &&
	    !json_valid(slice_trim(buf_slice(text)));
}

/* Leaves a code block of the answer, which must be held.  One that calls tools
 * needs none. */
static void
extract(struct text_sink *t, enum finish finish)
{
	struct buf block = { 0 };

	t->no_block = fence_find(buf_slice(&t->out), t->which,
	    finish != FIN_LENGTH && finish != FIN_FILTER, &block) < 0 &&
	    t->calls.n == 0;
	buf_clear(&t->out);
	if (t->tty)
		clean_put(&t->out, buf_slice(&block), 1);
	else
		buf_put(&t->out, buf_slice(&block));
	buf_free(&block);
}

/* Ends the last line before tool calls and on a terminal. */
static void
text_end_line(struct text_sink *t)
{
	if ((t->tty || t->calls.n > 0) && (t->out.n > 0 ?
	    t->out.p[t->out.n - 1] != '\n' : t->midline))
		buf_putc(&t->out, '\n');
}

static void
text_put(struct sink *s, const struct event *e)
{
	struct text_sink *t = (struct text_sink *)s;
	struct json_out w;

	switch (e->type) {
	case EV_TEXT:
		if (t->tty && !t->extract)
			clean_put(&t->out, e->text, 1);
		else
			buf_put(&t->out, e->text);
		break;
	case EV_TOOL_CALL:
		w = (struct json_out){ .out = &t->calls };
		json_open(&w, '{');
		event_put_call(&w, e);
		json_close(&w);
		buf_putc(&t->calls, '\n');
		break;
	case EV_RETRY:
	case EV_FALLBACK:
	case EV_ERROR:
		if (e->type == EV_ERROR || e->discard)
			buf_clear(&t->out);	/* discard undelivered text */
		if (!e->kept)
			buf_clear(&t->calls);
		t->done = 0;		/* -o keeps the file as it was */
		if (t->live)
			text_end_line(t);
		break;
	case EV_DONE:
		if (t->extract)
			extract(t, e->finish);
		t->not_json = not_json(t->check, &t->out, e->finish);
		text_end_line(t);
		buf_put(&t->out, buf_slice(&t->calls));
		t->done = !t->no_block;
		break;
	case EV_START:
	case EV_REASONING:
	case EV_ITEM:
	case EV_USAGE:
	case EV_WAIT:
		break;
	}
}

static int
text_flush(struct sink *s, struct fault *f)
{
	struct text_sink *t = (struct text_sink *)s;
	int rc;

	if (!t->done && (!t->live || t->path != NULL))
		return 0;
	if (t->path != NULL)
		return output_replace(t->env, t->path, t->end,
		    buf_slice(&t->out), f);
	if (t->out.n == 0)
		return 0;
	rc = output_write(t->env, t->fd, buf_slice(&t->out), f);
	t->midline = t->out.p[t->out.n - 1] != '\n';
	s->delivered += t->out.n;
	buf_clear(&t->out);
	return rc;
}

void
text_sink_init(struct text_sink *t)
{
	t->sink = (struct sink){ .put = text_put, .flush = text_flush };
	t->out = t->calls = (struct buf){ 0 };
	t->done = t->midline = t->not_json = t->no_block = 0;
}

void
text_sink_free(struct text_sink *t)
{
	buf_free(&t->out);
	buf_free(&t->calls);
}

/* -- JSON lines ------------------------------------------------------------ */

static void
put_members(struct json_sink *j, struct json_out *w, const struct event *e)
{
	struct buf when = { 0 };

	switch (e->type) {
	case EV_START:
		json_member_num(w, "attempt", e->attempt);
		json_member(w, "provider", slice_str(j->provider));
		json_member(w, "model", slice_str(j->model));
		break;
	case EV_TEXT:
	case EV_REASONING:
		json_member(w, "text", e->text);
		break;
	case EV_TOOL_CALL:
		event_put_call(w, e);
		break;
	case EV_ITEM:
		break;
	case EV_RETRY:
		event_put_fault(w, e->fault);
		json_member_num(w, "wait_ms", e->wait);
		json_member_num(w, "attempt", e->attempt);
		json_key(w, "discard");
		json_bool(w, e->discard);
		break;
	case EV_WAIT:
		json_member(w, "reason", e->text);
		json_member_num(w, "wait_ms", e->wait);
		json_member_num(w, "attempt", e->attempt);
		break;
	case EV_USAGE:
		event_put_usage(w, e->usage);
		break;
	case EV_DONE:
		json_member(w, "finish", slice_str(finish_name(e->finish)));
		json_member_num(w, "text_bytes", (int64_t)e->text_bytes);
		json_member_num(w, "attempts", e->attempt);
		json_member_num(w, "elapsed_ms", e->elapsed);
		json_member(w, "request_id", slice_str(e->request_id));
		break;
	case EV_FALLBACK:
		event_put_fault(w, e->fault);
		json_member(w, "provider", e->name);
		json_member(w, "model", e->text);
		break;
	case EV_ERROR:
		event_put_fault(w, e->fault);
		json_key(w, "retry_at");
		if (e->wait == MSEC_NONE) {
			json_null(w);
			break;
		}
		when_put_rfc3339(&when, j->env->wall(j->env->ctx) + e->wait);
		json_str(w, buf_slice(&when));
		buf_free(&when);
		break;
	}
}

static void
json_put(struct sink *s, const struct event *e)
{
	static const char *const names[] = {
		[EV_START] = "start", [EV_TEXT] = "text",
		[EV_REASONING] = "reasoning", [EV_TOOL_CALL] = "tool_call",
		[EV_RETRY] = "retry", [EV_WAIT] = "wait",
		[EV_USAGE] = "usage", [EV_DONE] = "done",
		[EV_FALLBACK] = "fallback", [EV_ERROR] = "error",
	};
	struct json_sink *j = (struct json_sink *)s;
	struct json_out w = { .out = &j->out };

	if (e->type == EV_ITEM)		/* of use to its provider only */
		return;
	json_open(&w, '{');
	json_member(&w, "type", slice_str(names[e->type]));
	put_members(j, &w, e);
	json_close(&w);
	buf_putc(&j->out, '\n');
	/* the flush comes before the attempt ends */
	if (e->type == EV_TEXT)
		s->delivered += e->text.n;
	if (j->path == NULL && !j->check)
		return;
	/* the text for -o and --schema */
	if (e->type == EV_TEXT)
		buf_put(&j->text, e->text);
	else if ((e->type == EV_RETRY || e->type == EV_FALLBACK) && e->discard)
		buf_clear(&j->text);
	else if (e->type == EV_DONE || e->type == EV_ERROR)
		j->done = e->type == EV_DONE;
	if (e->type == EV_DONE)
		j->not_json = not_json(j->check, &j->text, e->finish);
}

static int
json_flush(struct sink *s, struct fault *f)
{
	struct json_sink *j = (struct json_sink *)s;
	int rc;

	rc = output_write(j->env, j->fd, buf_slice(&j->out), f);
	buf_clear(&j->out);
	if (rc == 0 && j->done && j->path != NULL)
		rc = output_replace(j->env, j->path, j->end,
		    buf_slice(&j->text), f);
	return rc;
}

void
json_sink_init(struct json_sink *j)
{
	j->sink = (struct sink){ .put = json_put, .flush = json_flush };
	j->out = j->text = (struct buf){ 0 };
	j->done = j->not_json = 0;
}

void
json_sink_free(struct json_sink *j)
{
	buf_free(&j->out);
	buf_free(&j->text);
}
