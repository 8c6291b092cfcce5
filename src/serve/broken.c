#include "serve/broken.h"

#include <string.h>

/* A status, the type of Anthropic's error, which is OpenAI's as well where
 * those have one, and Google's word for it. */
static const struct kind {
	enum fclass class;
	int status;
	char type[24], word[20];
} kinds[] = {
	{ F_RATE, 429, "rate_limit_error", "RESOURCE_EXHAUSTED" },
	{ F_DAILY, 429, "rate_limit_error", "RESOURCE_EXHAUSTED" },
	{ F_QUOTA, 429, "insufficient_quota", "RESOURCE_EXHAUSTED" },
	{ F_OVERLOAD, 529, "overloaded_error", "UNAVAILABLE" },
	{ F_SERVER, 500, "api_error", "INTERNAL" },
	{ F_AUTH, 401, "authentication_error", "UNAUTHENTICATED" },
	{ F_PERMISSION, 403, "permission_error", "PERMISSION_DENIED" },
	{ F_NOT_FOUND, 404, "not_found_error", "NOT_FOUND" },
	{ F_CONTEXT, 400, "invalid_request_error", "INVALID_ARGUMENT" },
	{ F_TOO_LARGE, 413, "request_too_large", "INVALID_ARGUMENT" },
	{ F_POLICY, 400, "invalid_request_error", "INVALID_ARGUMENT" },
	{ F_REQUEST, 400, "invalid_request_error", "INVALID_ARGUMENT" },
	{ F_TIMEOUT, 504, "timeout_error", "DEADLINE_EXCEEDED" },
	{ F_NONE, 502, "api_error", "UNAVAILABLE" },	/* any other */
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
