#include "api/answer.h"


/* A text behind what stands before it. */
static void
put(struct buf *out, const char *before, struct slice text)
{
	struct json_out w = { .out = out };

	buf_puts(out, before);
	json_str(&w, text);
}

/* What the provider sent, as a value: JSON as it came, but for line breaks;
 * anything else as a text. */
static void
put_body(struct buf *out, struct slice body)
{
	/* as deep as it will stand there */
	struct json_out w = { .out = out, .depth = 3, .arrays = 7 };

	if (body.n == 0)
		json_null(&w);
	else if (json_line(&w, body) < 0)
		json_str(&w, body);
}

static void
put_error(struct buf *out, const char *before, const struct fault *f)
{
	put(out, before, slice_str(fault_name(f->class)));
	put(out, ",\"message\":", slice_str(f->text));
	buf_puts(out, "}}");
}

static void
put_openai(struct buf *out, const struct answer *a, int bare)
{
	buf_printf(out, "{\"id\":\"batch_req_%llu\"",
	    (unsigned long long)a->line);
	put(out, ",\"custom_id\":", a->id);
	buf_puts(out, ",\"response\":");
	if (a->status > 0) {
		buf_printf(out, "{\"status_code\":%d", a->status);
		put(out, ",\"request_id\":", slice_str(a->request_id));
		buf_puts(out, ",\"body\":");
		put_body(out, a->body);
		buf_putc(out, '}');
	} else {
		buf_puts(out, "null");
	}
	if (bare)
		put_error(out, ",\"error\":{\"code\":", a->fault);
	else
		buf_puts(out, ",\"error\":null}");
}

static void
put_anthropic(struct buf *out, const struct answer *a, int bare)
{
	put(out, "{\"custom_id\":", a->id);
	buf_puts(out, a->fault->class == F_NONE ?
	    ",\"result\":{\"type\":\"succeeded\",\"message\":" :
	    ",\"result\":{\"type\":\"errored\",\"error\":");
	if (bare)
		put_error(out, "{\"type\":\"error\",\"error\":{\"type\":",
		    a->fault);
	else
		put_body(out, a->body);
	buf_puts(out, "}}");
}

static void
put_plain(struct buf *out, const struct answer *a)
{
	struct json_out w = { .out = out };

	put(out, "{\"custom_id\":", a->id);
	if (a->fault->class != F_NONE) {
		buf_puts(out, ",\"error\":");
		json_open(&w, '{');
		event_put_fault(&w, a->fault);
	} else {
		put(out, ",\"text\":", a->body);
		put(out, ",\"finish\":", slice_str(finish_name(a->finish)));
		if (a->calls.n > 0)
			buf_puts(out, ",\"calls\":");
		buf_put(out, a->calls);
		buf_puts(out, ",\"usage\":");
		json_open(&w, '{');
		event_put_usage(&w, &a->usage);
	}
	json_close(&w);
	buf_putc(out, '}');
}

void
answer_put(struct buf *out, const struct answer *a)
{
	int bare = a->fault->class != F_NONE && (a->status == 0 ||
	    a->body.n == 0 || *a->body.p != '{' || !json_valid(a->body));

	if (a->family == FAMILY_OPENAI)
		put_openai(out, a, bare);
	else if (a->family == FAMILY_ANTHROPIC)
		put_anthropic(out, a, bare);
	else
		put_plain(out, a);
	buf_putc(out, '\n');
}

int
answer_read(struct slice text, struct slice *id)
{
	struct json_want code = { .key = "status_code" };
	struct json_want message = { .key = "message" };
	struct json_want w[] = { { .key = "custom_id" }, { .key = "text" },
	    { .key = "response", .sub = &code, .nsub = 1 },
	    { .key = "result", .sub = &message, .nsub = 1 },
	    { .key = "error" } };

	if (json_pick(text, w, 5) < 0 || w[0].type != JSON_STRING)
		return -1;
	*id = w[0].tok;
	if (w[4].type != JSON_BAD && w[4].type != JSON_NULL)
		return 1;
	if (w[1].type == JSON_STRING)
		return 0;
	if (w[2].type == JSON_OBJECT)
		return json_int(code.tok, 0) / 100 != 2;
	if (w[3].type == JSON_OBJECT)
		return message.type == JSON_BAD;
	return -1;
}
