#include "serve/rest.h"

#include "core/pipeline.h"
#include "serve/rest_form.h"

void
rest_init(struct rest *r, const struct dialect *d)
{
	*r = (struct rest){ .index = -1, .form = rest_form(d) };
}

void
rest_free(struct rest *r)
{
	buf_free(&r->body);
	buf_free(&r->text);
	buf_free(&r->kept[0]);
	buf_free(&r->kept[1]);
	buf_free(&r->item);
	buf_free(&r->part);
	buf_free(&r->items);
	buf_free(&r->head);
	buf_free(&r->like);
}

/* Puts other bytes in the place of what doc has at, which points into it. */
static void
splice(struct buf *doc, struct slice at, struct slice with)
{
	size_t from = (size_t)(at.p - doc->p);
	struct buf end = { 0 };

	buf_put(&end, slice_sub(buf_slice(doc), from + at.n, doc->n));
	doc->n = from;
	buf_put(doc, with);
	buf_put(doc, buf_slice(&end));
	buf_free(&end);
}

/* The value that doc has at that path, a string with its quotes.  0: none. */
static int
find(struct slice doc, const char *path, struct slice *value)
{
	enum json_type type = json_find(doc, path, value);

	if (type == JSON_STRING) {
		value->p--;
		value->n += 2;
	}
	return type > JSON_END;
}

/* Puts another value in its place, if it has one. */
static void
set(struct buf *doc, const char *path, struct slice with)
{
	struct slice value;

	if (find(buf_slice(doc), path, &value))
		splice(doc, value, with);
}

static void
set_num(struct buf *doc, const char *path, int64_t n)
{
	char text[24];

	(void)str_printf(text, sizeof(text), "%lld", (long long)n);
	set(doc, path, slice_str(text));
}

/* Copies it, if it has one. */
static void
get(struct buf *to, struct slice doc, const char *path)
{
	struct slice value;

	if (!find(doc, path, &value))
		return;
	buf_clear(to);
	buf_put(to, value);
}

/* -- the events ------------------------------------------------------------ */

static void
put_event(struct rest *r, struct slice name, struct buf *event,
    struct buf *out)
{
	struct slice data;

	set_num(event, "sequence_number", ++r->sequence);
	data = buf_slice(event);
	if (!slice_is(name, "message")) {
		buf_puts(out, "event: ");
		buf_put(out, name);
		buf_putc(out, '\n');
	}
	while (data.n > 0) {
		buf_puts(out, "data: ");
		buf_put(out, slice_cut(&data, '\n'));
		buf_putc(out, '\n');
	}
	buf_putc(out, '\n');
}

static void
remember(struct rest *r, struct slice raw, unsigned kind)
{
	json_unescape(raw, &r->text, &r->half);
	/* more would not fit into a request */
	r->never |= (kind & OVER) != 0 || r->text.n > SEAM_KEEP;
}

static int64_t
index_of(const struct rest *r, struct slice data)
{
	struct slice tok;

	return r->form->index != NULL && json_find(data, r->form->index,
	    &tok) == JSON_NUMBER ? json_int(tok, -1) : -1;
}

static void
set_block(struct rest *r, int64_t index, unsigned kind)
{
	if (index < 0)
		return;
	r->index = index;
	r->open = (kind & STOP) == 0;
}

/* An item of responses that the client has from start to end. */
static void
keep_item(struct rest *r, struct slice data)
{
	struct slice tok;

	if (json_find(data, "item", &tok) != JSON_OBJECT)
		return;
	buf_putc(&r->items, r->items.n > 0 ? ',' : '[');
	buf_put(&r->items, tok);
}

/* An event of the first life. */
static void
note(struct rest *r, unsigned kind, struct slice data, struct slice text)
{
	size_t i;

	for (i = 0; i < COUNT(r->kept); i++)
		if (r->form->kept[i] != NULL && r->kept[i].n == 0)
			get(&r->kept[i], data, r->form->kept[i]);
	set_block(r, index_of(r, data), kind);
	if ((kind & START) != 0)
		get(&r->item, data, "item");
	if ((kind & PART) != 0)
		get(&r->part, data, "part");
	if ((kind & STOP) != 0)
		keep_item(r, data);
	remember(r, text, kind);
}

/* The end of a block of messages. */
static void
close_block(struct rest *r, struct buf *out)
{
	struct buf b = { 0 };

	buf_printf(&b, "{\"type\":\"content_block_stop\",\"index\":%lld}",
	    (long long)r->index);
	put_event(r, SLICE("content_block_stop"), &b, out);
	buf_free(&b);
}

/* The place of an event of messages: its block gets the next index. */
static int
place_block(struct rest *r, unsigned kind, int64_t index, struct buf *out)
{
	int same;

	if (!r->placed) {
		same = r->open && (kind & (START | TEXT)) != 0;
		r->placed = 1;
		r->shift = r->index + !same - index;
		if (same && (kind & START) != 0)
			return 0;
		if (r->open && !same)
			close_block(r, out);
	}
	set_block(r, index + r->shift, kind);
	return 1;
}

static void
put_done(struct rest *r, const char *type, const char *member,
    struct slice value, struct buf *out)
{
	struct buf b = { 0 }, id = { 0 };

	get(&id, buf_slice(&r->item), "id");
	buf_printf(&b, "{\"type\":\"%s\",\"sequence_number\":0,\"item_id\":"
	    "%.*s,\"output_index\":%lld,\"content_index\":0,"
	    "\"logprobs\":[],\"%s\":", type, SLICE_FMT(buf_slice(&id)),
	    (long long)r->index, member);
	buf_put(&b, value);
	buf_putc(&b, '}');
	put_event(r, slice_str(type), &b, out);
	keep_item(r, buf_slice(&b));
	buf_free(&b);
	buf_free(&id);
}

/* The end of the item of responses that has the text. */
static void
close_item(struct rest *r, struct buf *out)
{
	struct buf quoted = { 0 };
	struct json_out w = { .out = &quoted };
	struct buf content = { 0 };

	if (!r->open)
		return;
	r->open = r->joining = 0;
	r->never = 1;
	json_unescape_end(&r->text, &r->half);
	json_str(&w, buf_slice(&r->text));
	set(&r->part, "text", buf_slice(&quoted));
	set(&r->item, "status", SLICE("\"completed\""));
	buf_putc(&content, '[');
	buf_put(&content, buf_slice(&r->part));
	buf_putc(&content, ']');
	set(&r->item, "content", buf_slice(&content));
	put_done(r, "response.output_text.done", "text", buf_slice(&quoted),
	    out);
	put_done(r, "response.content_part.done", "part", buf_slice(&r->part),
	    out);
	put_done(r, "response.output_item.done", "item", buf_slice(&r->item),
	    out);
	buf_free(&quoted);
	buf_free(&content);
}

/* The place of an event of responses: the first message is the one that the
 * client is reading, and what comes before it is not for the client. */
static int
place_item(struct rest *r, unsigned kind, int64_t index, struct buf *out)
{
	struct buf id = { 0 };

	if (!r->placed) {
		if ((kind & (START | TEXT)) == 0)
			return 0;
		r->placed = 1;
		r->mine = index;
		r->shift = r->index - index;
		if ((kind & START) != 0 && (kind & OVER) != 0) {
			close_item(r, out);
			r->mine = -1;
			r->shift++;
		}
	}
	if (index != r->mine) {
		if ((kind & STOP) != 0)
			keep_item(r, buf_slice(&r->like));
		return 1;
	}
	if ((kind & STOP) != 0)
		close_item(r, out);
	if ((kind & TEXT) == 0)
		return 0;
	get(&id, buf_slice(&r->item), "id");
	set(&r->like, "item_id", buf_slice(&id));
	set(&r->like, "content_index", SLICE("0"));
	buf_free(&id);
	return 1;
}

/* Gives an event of the rest, in .like, the ids of the first part, and its
 * block or item the next index.  0: it is nothing new to the client. */
static int
adopt(struct rest *r, unsigned kind, struct buf *out)
{
	struct buf *data = &r->like;
	int64_t index = index_of(r, buf_slice(data));
	size_t i;

	for (i = 0; i < COUNT(r->kept); i++)
		if (r->kept[i].n > 0)
			set(data, r->form->kept[i], buf_slice(&r->kept[i]));
	if (index >= 0) {
		if (!(r->item.n > 0 ? place_item : place_block)(r, kind, index,
		    out))
			return 0;
		set_num(data, r->form->index, index + r->shift);
	} else if (r->item.n > 0 && (kind & OVER) != 0) {
		close_item(r, out);
		buf_putc(&r->items, ']');
		set(data, "response.output", buf_slice(&r->items));
	}
	return 1;
}

/* Gives .like the text held back, without what the client has of it. */
static size_t
join(struct rest *r)
{
	struct slice text;
	struct buf quoted = { 0 };
	struct json_out w = { .out = &quoted };

	r->joining = 0;
	json_unescape_end(&r->head, &r->head_half);
	text = buf_slice(&r->head);
	slice_skip(&text, seam_overlap(buf_slice(&r->text), text));
	buf_put(&r->text, text);
	json_str(&w, text);
	set(&r->like, r->form->text, buf_slice(&quoted));
	buf_free(&quoted);
	buf_clear(&r->head);
	return text.n;
}

static void
put_joined(struct rest *r, struct buf *out)
{
	if (join(r) > 0)
		put_event(r, slice_str(r->form->name), &r->like, out);
}

/* An event of a later one. */
static void
follow(struct rest *r, unsigned kind, const struct sse_event *e,
    struct slice text, struct buf *out)
{
	/* .like is still an event with the text that is held */
	if (r->joining && r->head.n > 0 && (kind & TEXT) == 0 && kind != 0)
		put_joined(r, out);
	if (kind == 0)
		return;
	buf_clear(&r->like);
	buf_put(&r->like, e->data);
	if (!adopt(r, kind, out))
		return;
	if (r->joining && (kind & TEXT) != 0) {
		json_unescape(text, &r->head, &r->head_half);
		if ((kind & PASS) == 0) {
			if (r->head.n >= SEAM_WINDOW && r->head_half == 0)
				put_joined(r, out);
			return;
		}
		(void)join(r);
		text.n = 0;
	}
	put_event(r, e->name, &r->like, out);
	remember(r, text, kind);
}

void
rest_events(struct rest *r, struct slice events, struct buf *out)
{
	struct sse sse = { .error_field = 1, .raw_json = 1 };
	struct sse_event e;
	struct slice text;
	unsigned kind;

	while (r->form != NULL && (r->lives > 0 || !r->never) &&
	    (sse_push(&sse, &events, &e) == SSE_EVENT ||
	    sse_eof(&sse, &e) == SSE_EVENT)) {
		text = SLICE("");
		kind = r->form->read(e.data, &text);
		if (r->lives > 0)
			follow(r, kind, &e, text, out);
		else
			note(r, kind, e.data, text);
	}
	sse_free(&sse);
}

/* -- the request ----------------------------------------------------------- */

int
rest_request(struct rest *r, struct slice asked)
{
	const struct rest_form *f = r->form;
	struct buf quote = { 0 }, list = { 0 };
	struct json_out w = { .out = &list };
	struct slice tok;
	enum json_type type;
	size_t i;

	if (f == NULL || r->never || r->half != 0 || r->text.n == 0 ||
	    (f->dialect == &dialect_responses && (r->part.n == 0 ||
	    json_find(buf_slice(&r->item), "id", &tok) != JSON_STRING ||
	    json_find(buf_slice(&r->item), "content", &tok) != JSON_ARRAY)))
		return -1;
	for (i = 0; i < COUNT(f->odd) && f->odd[i] != NULL; i++) {
		type = json_find(asked, f->odd[i], &tok);
		if (type > JSON_FALSE && !slice_is(tok, "1") &&
		    !slice_is(tok, "text"))
			return -1;
	}
	if (!json_valid(asked))
		return -1;
	buf_clear(&r->body);
	buf_put(&r->body, asked);
	type = json_find(asked, f->list, &tok);
	if ((type != JSON_STRING && type != JSON_ARRAY) ||
	    !find(buf_slice(&r->body), f->list, &tok))
		return -1;
	if (type == JSON_STRING)	/* responses: one turn */
		buf_printf(&list, "[%s%.*s%s", f->before, SLICE_FMT(tok),
		    f->after);
	else
		buf_put(&list, slice_sub(tok, 0, tok.n - 1));
	if (slice_trim(buf_slice(&list)).n > 1)
		buf_putc(&list, ',');
	seam_quote(buf_slice(&r->text), &quote);
	buf_puts(&list, f->before);
	json_str(&w, buf_slice(&quote));
	buf_puts(&list, f->after);
	buf_putc(&list, ']');
	splice(&r->body, tok, buf_slice(&list));
	buf_free(&quote);
	buf_free(&list);
	return 0;
}

void
rest_begin(struct rest *r, int64_t sequence)
{
	r->lives++;
	r->sequence = sequence;
	r->joining = 1;
	r->placed = 0;
	buf_clear(&r->head);
	r->head_half = 0;
}
