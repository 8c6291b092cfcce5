#include "api/answer.h"

/* What the provider sent: JSON unchanged but for line breaks, anything else as
 * a string. */
static void
put_body(struct json_out *w, struct slice body)
{
	if (body.n == 0)
		json_null(w);
	else if (json_line(w, body) < 0)
		json_str(w, body);
}

/* An error object of our own in the provider's form. */
static void
put_error(struct json_out *w, const char *key, const struct fault *f)
{
	json_open(w, '{');
	json_member(w, key, slice_str(fault_name(f->class)));
	json_member(w, "message", slice_str(f->text));
	json_close(w);
}

static void
put_openai(struct json_out *w, const struct answer *a, int own_error)
{
	struct buf id = { 0 };

	buf_printf(&id, "batch_req_%llu", (unsigned long long)a->line);
	json_member(w, "id", buf_slice(&id));
	buf_free(&id);
	json_member(w, "custom_id", a->id);
	json_key(w, "response");
	if (a->status > 0) {
		json_open(w, '{');
		json_member_num(w, "status_code", a->status);
		json_member(w, "request_id", slice_str(a->request_id));
		json_key(w, "body");
		put_body(w, a->body);
		json_close(w);
	} else {
		json_null(w);
	}
	json_key(w, "error");
	if (own_error)
		put_error(w, "code", a->fault);
	else
		json_null(w);
}

static void
put_anthropic(struct json_out *w, const struct answer *a, int own_error)
{
	int failed = a->fault->class != F_NONE;

	json_member(w, "custom_id", a->id);
	json_key(w, "result");
	json_open(w, '{');
	json_member(w, "type", slice_str(failed ? "errored" : "succeeded"));
	json_key(w, failed ? "error" : "message");
	if (own_error) {
		json_open(w, '{');
		json_member(w, "type", SLICE("error"));
		json_key(w, "error");
		put_error(w, "type", a->fault);
		json_close(w);
	} else {
		put_body(w, a->body);
	}
	json_close(w);
}

static void
put_plain(struct json_out *w, const struct answer *a)
{
	json_member(w, "custom_id", a->id);
	if (a->fault->class != F_NONE) {
		json_key(w, "error");
		json_open(w, '{');
		event_put_fault(w, a->fault);
	} else {
		json_member(w, "text", a->body);
		json_member(w, "finish", slice_str(finish_name(a->finish)));
		if (a->calls.n > 0) {
			json_key(w, "calls");
			json_raw(w, a->calls);
		}
		json_key(w, "usage");
		json_open(w, '{');
		event_put_usage(w, &a->usage);
	}
	json_close(w);
}

void
answer_put(struct buf *out, const struct answer *a)
{
	int own_error = a->fault->class != F_NONE && (a->status == 0 ||
	    a->body.n == 0 || *a->body.p != '{' || !json_valid(a->body));
	struct json_out w = { .out = out };

	json_open(&w, '{');
	if (a->family == FAMILY_OPENAI)
		put_openai(&w, a, own_error);
	else if (a->family == FAMILY_ANTHROPIC)
		put_anthropic(&w, a, own_error);
	else
		put_plain(&w, a);
	json_close(&w);
	buf_putc(out, '\n');
}

int
answer_read(struct slice text, struct slice *id)
{
	enum { ID, TEXT, RESPONSE, RESULT, ERROR, N };
	struct json_want w[N], code = { .key = "status_code" };
	struct json_want message = { .key = "message" };

	json_keys(w, "custom_id text response result error", N);
	json_want_in(&w[RESPONSE], &code, 1);
	json_want_in(&w[RESULT], &message, 1);
	if (json_pick(text, w, N) < 0 || w[ID].type != JSON_STRING)
		return -1;
	*id = w[ID].tok;
	if (w[ERROR].type != JSON_BAD && w[ERROR].type != JSON_NULL)
		return 1;
	if (w[TEXT].type == JSON_STRING)
		return 0;
	if (w[RESPONSE].type == JSON_OBJECT)
		return json_int(code.tok, 0) / 100 != 2;
	if (w[RESULT].type == JSON_OBJECT)
		return message.type == JSON_BAD;
	return -1;
}
