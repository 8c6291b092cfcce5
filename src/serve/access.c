#include "serve/access.h"

#include "wire/when.h"

/* Of a method or path. */
#define SHOWN_MAX ((size_t)256)

struct line {
	struct buf *out;
	struct json_out *json;	/* NULL: logfmt */
};

static void
key(struct line *l, const char *name)
{
	if (l->json != NULL) {
		json_key(l->json, name);
		return;
	}
	if (l->out->n > 0)
		buf_putc(l->out, ' ');
	buf_puts(l->out, name);
	buf_putc(l->out, '=');
}

static void
text(struct line *l, const char *name, struct slice s)
{
	struct json_out quoted = { .out = l->out };
	size_t i;

	key(l, name);
	s = slice_sub(s, 0, SHOWN_MAX);
	for (i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == '"' ||
		    s.p[i] == '=' || s.p[i] == '\\')
			break;
	if (l->json != NULL)
		json_str(l->json, s);
	else if (s.n == 0 || i < s.n)
		json_str(&quoted, s);
	else
		buf_put(l->out, s);
}

/* Left out if negative: unknown. */
static void
number(struct line *l, const char *name, int64_t n)
{
	if (n < 0)
		return;
	key(l, name);
	if (l->json != NULL)
		json_num(l->json, n);
	else
		buf_put_num(l->out, n);
}

static void
flag(struct line *l, const char *name, int set)
{
	if (!set)
		return;
	key(l, name);
	if (l->json != NULL)
		json_bool(l->json, 1);
	else
		buf_puts(l->out, "true");
}

void
access_put(struct buf *out, const struct access *a, const struct client *c,
    int json)
{
	const struct account *k = &c->account;
	struct json_out w = { .out = out };
	struct line l = { out, json ? &w : NULL };
	struct slice target = c->target;
	struct buf time = { 0 };

	when_put_rfc3339(&time, a->wall);
	if (json)
		json_open(&w, '{');
	text(&l, "time", buf_slice(&time));
	text(&l, "client", slice_str(a->peer));
	text(&l, "method", c->method);
	text(&l, "path", slice_cut(&target, '?'));
	text(&l, "provider", slice_str(k->provider));
	number(&l, "status", k->status);
	number(&l, "ms", a->took);
	number(&l, "first_ms", k->first);
	number(&l, "attempts", k->attempts);
	number(&l, "healed", k->healed);
	number(&l, "waited_ms", k->waited);
	number(&l, "bytes_in", (int64_t)c->body.n);
	number(&l, "bytes_out", (int64_t)k->bytes);
	number(&l, "input", k->usage.input);
	number(&l, "output", k->usage.output);
	if (k->fault.class != F_NONE)
		text(&l, "fault", slice_str(fault_name(k->fault.class)));
	flag(&l, "committed", k->committed);
	flag(&l, "broken", k->broken);
	flag(&l, "gone", k->gone);
	if (json)
		json_close(&w);
	buf_free(&time);
}
