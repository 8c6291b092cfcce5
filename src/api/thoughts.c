#include "api/thoughts.h"

#include "api/encode.h"
#include "wire/json.h"

enum { E_TYPE, E_INDEX, E_TEXT, E_SUMMARY, E_DATA, E_SIGNATURE, E_N };

static const char entry_keys[] = "type index text summary data signature";

/* Ends the entry that is open in .details. */
static void
end_entry(struct thoughts *t)
{
	if (t->open != THOUGHT_NONE)
		buf_puts(&t->details, t->open == THOUGHT_BARE ? "}" : "\"}");
	t->open = THOUGHT_NONE;
}

/* Begins one with all but the text and the signature, which pieces follow. */
static void
begin_entry(struct thoughts *t, struct slice entry)
{
	struct slice key, value;
	enum json_type type;
	size_t at = 0;
	int n = 0;

	end_entry(t);
	buf_puts(&t->details, t->details.n > 0 ? ",{" : "{");
	while ((type = json_each(entry, &at, &key, &value)) > JSON_END) {
		if (type == JSON_NULL || json_is(key, "text") ||
		    json_is(key, "summary") || json_is(key, "data") ||
		    json_is(key, "signature"))
			continue;
		buf_printf(&t->details, "%s\"", n++ > 0 ? "," : "");
		buf_put(&t->details, key);
		buf_puts(&t->details, type == JSON_STRING ? "\":\"" : "\":");
		buf_put(&t->details, value);
		buf_puts(&t->details, type == JSON_STRING ? "\"" : "");
	}
	t->open = THOUGHT_BARE;
	t->members = n;
}

/* Begins a string member of the open entry. */
static void
begin_member(struct thoughts *t, const char *key, enum thought now)
{
	buf_printf(&t->details, "%s%s\"%s\":\"",
	    t->open == THOUGHT_BARE ? "" : "\"",
	    t->members++ > 0 ? "," : "", key);
	t->open = now;
	t->text = t->details.n;
}

/* Adds a piece of text, of member i.  MiniMax sends all of it so far each
 * time. */
static void
add_text(struct thoughts *t, int i, struct slice piece)
{
	static const char names[][8] = { "text", "summary", "data" };
	struct slice text;

	if (t->open == THOUGHT_BARE)
		begin_member(t, names[i - E_TEXT], THOUGHT_TEXT);
	text = slice_sub(buf_slice(&t->details), t->text, t->details.n);
	if (piece.n > text.n &&
	    slice_eq(slice_sub(piece, 0, text.n), text))
		slice_skip(&piece, text.n);
	buf_put(&t->details, piece);
}

/* In a whole answer every entry is one of its own, and so is encrypted data. */
static void
take_entry(struct thoughts *t, struct slice entry, int whole)
{
	struct json_want w[E_N];
	struct buf kind = { 0 };
	int i;

	if (json_take(entry, entry_keys, w, E_N) < 0)
		return;
	buf_put(&kind, w[E_TYPE].tok);
	buf_putc(&kind, ' ');
	buf_put(&kind, w[E_INDEX].tok);
	for (i = E_TEXT; i < E_SIGNATURE && !decode_has_text(&w[i]); i++)
		;
	if (whole || t->open == THOUGHT_NONE || i == E_DATA ||
	    !slice_eq(buf_slice(&kind), buf_slice(&t->kind)) ||
	    (t->open == THOUGHT_SIGNATURE && i < E_SIGNATURE)) {
		begin_entry(t, entry);
		buf_clear(&t->kind);
		buf_put(&t->kind, buf_slice(&kind));
	}
	buf_free(&kind);
	if (i < E_SIGNATURE)
		add_text(t, i, w[i].tok);
	if (decode_has_text(&w[E_SIGNATURE])) {
		if (t->open != THOUGHT_SIGNATURE)
			begin_member(t, "signature", THOUGHT_SIGNATURE);
		buf_put(&t->details, w[E_SIGNATURE].tok);
	}
}

void
thoughts_take(struct decode *d, const struct json_want *content,
    const struct json_want *details)
{
	struct thoughts *t = &d->thoughts;
	struct slice key, entry;
	size_t at = 0, before = t->details.n;

	if (!decode_has_text(content) && details->type != JSON_ARRAY)
		return;
	if (t->wanted == 0)	/* to be sent back with calls only */
		t->wanted = json_find(d->request, "tools", &entry) ==
		    JSON_ARRAY ? 1 : -1;
	if (t->wanted < 0)
		return;
	if (decode_has_text(content))
		buf_put(&t->content, content->tok);
	while (details->type == JSON_ARRAY &&
	    json_each(details->tok, &at, &key, &entry) > JSON_END)
		take_entry(t, entry, d->whole);
	d->bytes += t->details.n - before;
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
	t->open = THOUGHT_NONE;
}

void
thoughts_free(struct thoughts *t)
{
	buf_free(&t->content);
	buf_free(&t->details);
	buf_free(&t->kind);
}
