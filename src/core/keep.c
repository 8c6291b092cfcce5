#include "core/keep.h"

#include <string.h>

#include "api/price.h"
#include "core/retry.h"
#include "wire/when.h"

static size_t
begin(struct keep *k, struct json_out *w, const char *type)
{
	size_t start = record_open(w, &k->records, type);

	json_member_num(w, "turn", (int64_t)k->turn);
	return start;
}

static void
end(struct keep *k, struct json_out *w, size_t start)
{
	record_close(w, &k->journal->crc, start);
}

/* The time of day span ms from now, to the millisecond, so that another run
 * waits exactly as long as the server asks. */
static void
put_time(struct keep *k, struct json_out *w, const char *key, msec span)
{
	msec at = k->env->wall(k->env->ctx) + span;
	struct buf when = { 0 };

	when_put_rfc3339(&when, at / 1000 * 1000);
	when.n--;		/* the Z */
	buf_printf(&when, ".%03dZ", (int)(at % 1000));
	json_member(w, key, buf_slice(&when));
	buf_free(&when);
}

static void
fail(struct keep *k)
{
	if (k->told)
		return;
	k->told = 1;
	k->broken(k->broken_ctx);
}

/* Writes all pending records at once. */
static void
write_records(struct keep *k)
{
	if (k->records.n > 0 &&
	    journal_append(k->journal, buf_slice(&k->records)) < 0)
		fail(k);
	buf_clear(&k->records);
	if (k->records.cap > KEEP_MEMORY)
		buf_free(&k->records);
}

static void
sync(struct keep *k)
{
	write_records(k);
	if (journal_sync(k->journal, 0) < 0)
		fail(k);
}

/* -- records --------------------------------------------------------------- */

/* The position in the stream, if the stream can be resumed. */
static void
put_cursor(struct keep *k, struct json_out *w)
{
	if (k->cursor->sequence < 0)
		return;
	json_member_num(w, "seq", k->cursor->sequence);
	if (k->cursor->half != 0)
		json_member_num(w, "half", k->cursor->half);
}

static void
put_text(struct keep *k)
{
	struct json_out w;
	size_t start;

	if (k->text.n == 0)
		return;
	start = begin(k, &w, "text");
	json_member_num(&w, "from", (int64_t)k->from);
	json_member(&w, "text", buf_slice(&k->text));
	put_cursor(k, &w);
	end(k, &w, start);
	k->from += k->text.n;
	buf_clear(&k->text);
}

static void
put_attempt(struct keep *k, const struct event *e)
{
	struct json_out w;
	size_t start = begin(k, &w, "attempt");

	put_time(k, &w, "at", 0);
	json_member_num(&w, "n", e->attempt);
	json_member(&w, "provider", slice_str(k->provider));
	json_member(&w, "model", slice_str(k->model));
	json_member_num(&w, "from", (int64_t)k->from);
	if (k->cursor->resuming) {
		json_key(&w, "resumed");
		json_bool(&w, 1);
	} else {
		k->items = 0;		/* a model can continue text only */
	}
	end(k, &w, start);
}

/* The server's id of the response, once known; 1: a record was added. */
static int
put_response(struct keep *k)
{
	struct json_out w;
	size_t start;

	if (strcmp(k->cursor->id, k->named) == 0 || k->cursor->id[0] == '\0')
		return 0;
	memcpy(k->named, k->cursor->id, sizeof(k->named));
	start = begin(k, &w, "response");
	put_time(k, &w, "at", 0);
	json_member(&w, "id", slice_str(k->cursor->id));
	end(k, &w, start);
	return 1;
}

/* A tool call, which somebody may act on, is synced to disk before anybody sees
 * it; an item that has to go back to the provider is not shown: a peer that
 * sends many would have the disk work for each. */
static void
put_item(struct keep *k, const struct event *e)
{
	struct json_out w;
	int named = put_response(k);
	size_t start;

	put_text(k);
	k->items++;
	start = begin(k, &w, "item");
	if (e->type == EV_ITEM) {
		json_member(&w, "dialect", e->name);
		/* as a string, so that a peer cannot forge a record */
		json_member(&w, "json", e->text);
	} else {
		json_member(&w, "id", e->id);
		json_member(&w, "name", e->name);
		json_member(&w, "arguments", e->text);
		if (e->signature.n > 0)
			json_member(&w, "signature", e->signature);
	}
	put_cursor(k, &w);
	end(k, &w, start);
	if (named || e->type == EV_TOOL_CALL)
		sync(k);
	else
		write_records(k);
}

static void
put_fault(struct keep *k, const struct event *e)
{
	const struct fault *f = e->fault;
	int later = retry_later(f) || (f->class == F_CANCEL && k->detach);
	struct json_out w;
	int named = put_response(k);
	size_t start;

	put_text(k);
	start = begin(k, &w, "fault");
	put_time(k, &w, "at", 0);
	json_member(&w, "class", slice_str(fault_name(f->class)));
	if (f->status > 0)
		json_member_num(&w, "status", f->status);
	if (f->request_id[0] != '\0')
		json_member(&w, "request_id", slice_str(f->request_id));
	json_member(&w, "message", slice_trim(slice_str(f->text)));
	if (e->wait > 0)
		put_time(k, &w, "not_before", e->wait);
	if (e->type == EV_ERROR)
		json_member(&w, "end", slice_str(later ? "later" :
		    f->class == F_CANCEL ? "dropped" : "failed"));
	end(k, &w, start);
	if (e->discard)		/* the next attempt starts over */
		k->from = 0;
	if (named)
		sync(k);
	else
		write_records(k);
}

static void
put_answer(struct keep *k, const struct event *e)
{
	static const char names[][10] = { "input", "output", "cached",
	    "reasoning" };
	const struct usage *u = &k->usage;
	const int64_t count[] = { u->input, u->output, u->cached,
	    u->reasoning };
	struct json_out w;
	size_t start;
	int i;

	(void)put_response(k);
	put_text(k);
	start = begin(k, &w, "answer");
	put_time(k, &w, "at", 0);
	json_member(&w, "finish", slice_str(finish_name(e->finish)));
	json_key(&w, "usage");
	json_open(&w, '{');
	for (i = 0; i < 4; i++)
		if (count[i] >= 0)
			json_member_num(&w, names[i], count[i]);
	price_put_cost(&w, u->cost);
	json_close(&w);
	json_member_num(&w, "text_bytes", (int64_t)k->from);
	json_member_num(&w, "items", (int64_t)k->items);
	json_member_num(&w, "attempts", e->attempt);
	if (e->request_id[0] != '\0')
		json_member(&w, "request_id", slice_str(e->request_id));
	end(k, &w, start);
	sync(k);
}

/* -- the sink -------------------------------------------------------------- */

static void
put(struct sink *s, const struct event *e)
{
	struct keep *k = (struct keep *)s;

	switch (e->type) {
	case EV_START:
		put_attempt(k, e);
		break;
	case EV_TEXT:
		buf_put(&k->text, e->text);
		/* A large event comes in pieces, which are not collected
		 * here; the position in the stream is that of all of it. */
		if (k->text.n >= KEEP_TEXT && k->cursor->sequence < 0) {
			put_text(k);
			write_records(k);
		}
		break;
	case EV_TOOL_CALL:
	case EV_ITEM:
		put_item(k, e);
		break;
	case EV_RETRY:
	case EV_FALLBACK:
	case EV_ERROR:
		put_fault(k, e);
		break;
	case EV_USAGE:
		k->usage = *e->usage;
		break;
	case EV_DONE:
		put_answer(k, e);
		break;
	case EV_REASONING:
	case EV_WAIT:
		break;
	}
}

static int
flush(struct sink *s, struct fault *f)
{
	struct keep *k = (struct keep *)s;

	(void)f;
	if (put_response(k))
		sync(k);
	if (k->text.n > 0 && (k->live || k->text.n >= KEEP_TEXT ||
	    env_mono(k->env) - k->written >= KEEP_SPAN)) {
		put_text(k);
		k->written = env_mono(k->env);
	}
	write_records(k);
	return 0;
}

void
keep_init(struct keep *k)
{
	k->sink = (struct sink){ .put = put, .flush = flush };
	k->text = k->records = (struct buf){ 0 };
	k->told = 0;
	memcpy(k->named, k->cursor->id, sizeof(k->named));
	k->written = env_mono(k->env);
	k->usage = (struct usage)USAGE_NONE;
}

void
keep_free(struct keep *k)
{
	buf_free(&k->text);
	buf_free(&k->records);
}
