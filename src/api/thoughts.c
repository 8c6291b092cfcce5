#include "api/thoughts.h"

#include "api/encode.h"
#include "wire/json.h"

/* Adds a member to the entry that is open in .details. */
static void
put_member(struct buf *details, struct slice key, struct slice json)
{
	buf_printf(details, "%s\"%.*s\":%.*s",
	    details->p[details->n - 1] == '{' ? "" : ",", SLICE_FMT(key),
	    SLICE_FMT(json));
}

/* Ends that entry, with its text and signature. */
static void
end_entry(struct thoughts *t)
{
	if (!t->open)
		return;
	buf_putc(&t->text, '"');
	buf_putc(&t->signature, '"');
	if (t->text.n > 2)
		put_member(&t->details, slice_str(t->name),
		    buf_slice(&t->text));
	if (t->signature.n > 2)
		put_member(&t->details, SLICE("signature"),
		    buf_slice(&t->signature));
	buf_putc(&t->details, '}');
	t->open = 0;
}

/* Begins one with its other members. */
static void
begin_entry(struct thoughts *t, struct slice entry)
{
	struct slice key, value;
	enum json_type type;
	size_t at = 0;

	end_entry(t);
	buf_puts(&t->details, t->details.n > 0 ? ",{" : "{");
	while ((type = json_each(entry, &at, &key, &value)) > JSON_END) {
		if (type == JSON_NULL || json_is(key, "text") ||
		    json_is(key, "summary") || json_is(key, "data") ||
		    json_is(key, "signature"))
			continue;
		put_member(&t->details, key, json_text(type, value));
	}
	buf_clear(&t->text);
	buf_clear(&t->signature);
	buf_putc(&t->text, '"');
	buf_putc(&t->signature, '"');
	t->open = 1;
}

/* In a whole answer every entry is one of its own, and so is encrypted data. */
static void
take_entry(struct thoughts *t, struct slice entry, int whole)
{
	enum { TYPE, INDEX, TEXT, DATA = TEXT + 2, SIGNATURE, N };
	static const char keys[] = "type index text summary data signature";
	static const char names[][8] = { "text", "summary", "data" };
	struct json_want w[N];
	struct buf kind = { 0 };
	struct slice piece;
	int i;

	if (json_take(entry, keys, w, N) < 0)
		return;
	buf_printf(&kind, "%.*s %.*s", SLICE_FMT(w[TYPE].tok),
	    SLICE_FMT(w[INDEX].tok));
	for (i = TEXT; i < SIGNATURE && !decode_has_text(&w[i]); i++)
		;
	if (whole || !t->open || i == DATA ||
	    !slice_eq(buf_slice(&kind), buf_slice(&t->kind)) ||
	    (t->signature.n > 1 && i < SIGNATURE)) {
		begin_entry(t, entry);
		buf_clear(&t->kind);
		buf_put(&t->kind, buf_slice(&kind));
	}
	buf_free(&kind);
	if (i < SIGNATURE) {
		if (t->text.n == 1)
			t->name = names[i - TEXT];
		piece = w[i].tok;
		/* MiniMax sends all of it so far each time. */
		if (piece.n >= t->text.n &&
		    slice_eq(slice_sub(piece, 0, t->text.n - 1),
		    slice_sub(buf_slice(&t->text), 1, t->text.n)))
			slice_skip(&piece, t->text.n - 1);
		buf_put(&t->text, piece);
	}
	if (decode_has_text(&w[SIGNATURE]))
		buf_put(&t->signature, w[SIGNATURE].tok);
}

void
thoughts_take(struct decode *d, const struct json_want *content,
    const struct json_want *details)
{
	struct thoughts *t = &d->thoughts;
	struct slice entry;
	size_t at = 0, before = t->details.n + t->text.n + t->signature.n;

	if (!decode_has_text(content) && details->type != JSON_ARRAY)
		return;
	if (t->wanted == 0)	/* to be sent back with calls only */
		t->wanted = json_find(d->request, "tools", &entry) ==
		    JSON_ARRAY ? 1 : -1;
	if (t->wanted < 0)
		return;
	if (decode_has_text(content))
		buf_put(&t->content, content->tok);
	while (json_items(details, &at, &entry) > JSON_END)
		take_entry(t, entry, d->whole);
	d->bytes += t->details.n + t->text.n + t->signature.n - before;
}

void
thoughts_put(struct decode *d)
{
	struct thoughts *t = &d->thoughts;
	struct buf item = { 0 };

	end_entry(t);
	if (t->content.n > 0)
		buf_printf(&item, "{\"reasoning_content\":\"%.*s\"%s",
		    SLICE_FMT(t->content), t->details.n > 0 ? "," : "}");
	if (t->details.n > 0)
		buf_printf(&item, "%s\"reasoning_details\":[%.*s]}",
		    item.n > 0 ? "" : "{", SLICE_FMT(t->details));
	if (item.n > 0)
		decode_item(d, "chat", buf_slice(&item));
	buf_free(&item);
	thoughts_clear(t);
}

void
thoughts_encode(struct json_out *w, const struct message *m)
{
	static const char keys[] = "reasoning_content reasoning_details";
	struct json_want v[2];
	const struct part *p;

	for (p = m->parts; p < m->parts + m->nparts; p++) {
		if (p->type != PART_OWN || !slice_is(p->name, "chat") ||
		    json_take(p->text, keys, v, 2) < 0)
			continue;
		encode_given(w, "reasoning_content", &v[0]);
		encode_given(w, "reasoning_details", &v[1]);
		return;
	}
}

void
thoughts_extra(struct json_out *w, const struct json_want *v)
{
	if (v[0].type == JSON_OBJECT)
		encode_given(w, "extra_content", &v[0]);
	if (v[1].type == JSON_OBJECT)
		encode_given(w, "provider_specific_fields", &v[1]);
}

void
thoughts_clear(struct thoughts *t)
{
	buf_clear(&t->content);
	buf_clear(&t->details);
	t->open = 0;
}

void
thoughts_free(struct thoughts *t)
{
	buf_free(&t->content);
	buf_free(&t->details);
	buf_free(&t->kind);
	buf_free(&t->text);
	buf_free(&t->signature);
}
