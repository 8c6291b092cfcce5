#include "api/answer.h"

#include "api/encode.h"
#include "api/error_words.h"

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
put_error(struct json_out *w, const char *key, const struct answer *a)
{
	const struct fault *f = a->fault;

	json_open(w, '{');
	if (a->family == FAMILY_GEMINI)
		json_member_num(w, "code", a->status);
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
		put_error(w, "code", a);
	else
		json_null(w);
}

static void
put_anthropic(struct json_out *w, const struct answer *a, int own_error)
{
	int failed = a->fault->class != F_NONE;

	json_member(w, "custom_id", a->id);
	encode_in(w, "result", '{');
	json_member(w, "type", slice_str(failed ? "errored" : "succeeded"));
	json_key(w, failed ? "error" : "message");
	if (own_error) {
		json_open(w, '{');
		json_member(w, "type", SLICE("error"));
		json_key(w, "error");
		put_error(w, "type", a);
		json_close(w);
	} else {
		put_body(w, a->body);
	}
	json_close(w);
}

static void
put_gemini(struct json_out *w, const struct answer *a, int own_error)
{
	const struct fault *f = a->fault;
	struct slice error;

	json_member(w, "key", a->id);
	json_key(w, f->class != F_NONE ? "error" : "response");
	if (f->class == F_NONE) {
		put_body(w, a->body);
	} else if (!own_error && json_find(a->body, "error", &error) ==
	    JSON_OBJECT) {
		put_body(w, error);
	} else {
		put_error(w, "status", a);
	}
}

static void
put_plain(struct json_out *w, const struct answer *a)
{
	json_member(w, "custom_id", a->id);
	if (a->fault->class != F_NONE) {
		encode_in(w, "error", '{');
		event_put_fault(w, a->fault);
	} else {
		json_member(w, "text", a->body);
		if (a->model.n > 0)
			json_member(w, "model", a->model);
		json_member(w, "finish", slice_str(finish_name(a->finish)));
		if (a->calls.n > 0) {
			json_key(w, "calls");
			json_raw(w, a->calls);
		}
		encode_in(w, "usage", '{');
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
	else if (a->family == FAMILY_GEMINI)
		put_gemini(&w, a, own_error);
	else
		put_plain(&w, a);
	json_close(&w);
	buf_putc(out, '\n');
}

/* Whether a member is the provider's word for a line that it has not asked:
 * OpenAI's error codes, Anthropic's types of results. */
static int
is_expired(struct slice object, const char *key)
{
	struct slice word;

	return json_find(object, key, &word) == JSON_STRING && error_listed(
	    word, "batch_expired batch_cancelled expired canceled");
}

int
answer_read(struct slice text, struct slice *id)
{
	enum { ID, KEY, TEXT, RESPONSE, RESULT, ERROR, N };
	static const char keys[] = "custom_id key text response result error";
	struct json_want w[N];
	struct slice inner;

	if (json_take(text, keys, w, N) < 0)
		return ANSWER_NONE;
	*id = w[ID].type == JSON_STRING ? w[ID].tok : w[KEY].tok;
	if (w[ID].type != JSON_STRING && w[KEY].type != JSON_STRING)
		return ANSWER_NONE;
	if (w[ERROR].type != JSON_BAD && w[ERROR].type != JSON_NULL)
		return w[ERROR].type == JSON_OBJECT &&
		    is_expired(w[ERROR].tok, "code") ? ANSWER_EXPIRED :
		    ANSWER_FAILED;
	if (w[TEXT].type == JSON_STRING)
		return ANSWER_DONE;
	if (w[RESPONSE].type == JSON_OBJECT && w[ID].type != JSON_STRING)
		return ANSWER_DONE;	/* Gemini's has no status */
	if (w[RESPONSE].type == JSON_OBJECT)
		return json_find(w[RESPONSE].tok, "status_code", &inner) ==
		    JSON_BAD || json_int(inner, 0) / 100 != 2;
	if (w[RESULT].type == JSON_OBJECT)
		return is_expired(w[RESULT].tok, "type") ? ANSWER_EXPIRED :
		    json_find(w[RESULT].tok, "message", &inner) == JSON_BAD;
	return ANSWER_NONE;
}
