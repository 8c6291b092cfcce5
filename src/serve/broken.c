#include "serve/broken.h"

#include <string.h>

/* The types of Anthropic's errors, which are OpenAI's as well where those have
 * one; the status that goes with it, and Google's word for that. */
static const struct kind {
	enum fclass class;
	const char *type;
	int status;
	const char *word;
} kinds[] = {
	{ F_RATE, "rate_limit_error", 429, "RESOURCE_EXHAUSTED" },
	{ F_DAILY, "rate_limit_error", 429, "RESOURCE_EXHAUSTED" },
	{ F_QUOTA, "insufficient_quota", 429, "RESOURCE_EXHAUSTED" },
	{ F_OVERLOAD, "overloaded_error", 529, "UNAVAILABLE" },
	{ F_SERVER, "api_error", 500, "INTERNAL" },
	{ F_AUTH, "authentication_error", 401, "UNAUTHENTICATED" },
	{ F_PERMISSION, "permission_error", 403, "PERMISSION_DENIED" },
	{ F_NOT_FOUND, "not_found_error", 404, "NOT_FOUND" },
	{ F_CONTEXT, "invalid_request_error", 400, "INVALID_ARGUMENT" },
	{ F_TOO_LARGE, "request_too_large", 413, "INVALID_ARGUMENT" },
	{ F_POLICY, "invalid_request_error", 400, "INVALID_ARGUMENT" },
	{ F_REQUEST, "invalid_request_error", 400, "INVALID_ARGUMENT" },
	{ F_TIMEOUT, "timeout_error", 504, "DEADLINE_EXCEEDED" },
	{ F_NONE, "api_error", 502, "UNAVAILABLE" },	/* any other */
};

static const struct kind *
kind_of(const struct fault *f)
{
	const struct kind *k = kinds;

	while (k->class != f->class && k->class != F_NONE)
		k++;
	return k;
}

const char *
broken_kind(const struct fault *f)
{
	return kind_of(f)->type;
}

/* The members of an error. */
static void
put_error(struct json_out *w, const struct dialect *d, const struct kind *k,
    const char *code, struct slice text)
{
	json_member(w, "message", text);
	if (d == &dialect_gemini) {
		json_member_num(w, "code", k->status);
		json_member(w, "status", slice_str(k->word));
		return;
	}
	json_member(w, "type", slice_str(k->type));
	if (d == &dialect_messages)
		return;
	json_member(w, "code", slice_str(code));
	json_key(w, "param");
	json_null(w);
}

static void
put_json(struct buf *out, const struct dialect *d, const struct kind *k,
    const char *code, struct slice text, int64_t sequence, int failed)
{
	struct json_out w = { .out = out };

	json_open(&w, '{');
	if (sequence >= 0)
		json_member_num(&w, "sequence_number", sequence);
	if (failed) {
		json_member(&w, "type", SLICE("response.failed"));
		json_key(&w, "response");
		json_open(&w, '{');
		json_member(&w, "status", SLICE("failed"));
	} else if (d == &dialect_messages) {
		json_member(&w, "type", SLICE("error"));
	} else if (d == &dialect_responses) {
		/* as its specification has it, and as it is sent */
		json_member(&w, "type", SLICE("error"));
		json_member(&w, "code", slice_str(code));
		json_member(&w, "message", text);
		json_key(&w, "param");
		json_null(&w);
	}
	json_key(&w, "error");
	json_open(&w, '{');
	put_error(&w, d, k, code, text);
	json_close(&w);
	if (failed)
		json_close(&w);
	json_close(&w);
}

void
broken_event(const struct dialect *d, const struct fault *f, msec wait,
    int64_t sequence, int codex, struct buf *out)
{
	const struct kind *k = kind_of(f);
	const char *code = f->name[0] != '\0' ? f->name : k->type;
	int failed = codex && d == &dialect_responses;
	struct buf text = { 0 };

	buf_printf(&text, "bide: %s", f->text);
	if (wait > 0 && f->retry)
		buf_printf(&text, " Please try again in %.1fs.",
		    (double)wait / 1000);
	if (failed)
		buf_puts(out, "event: response.failed\n");
	else if (d == &dialect_messages || d == &dialect_responses)
		buf_puts(out, "event: error\n");
	buf_puts(out, "data: ");
	put_json(out, d, k, code, buf_slice(&text), sequence, failed);
	buf_puts(out, "\n\n");
	buf_free(&text);
}
