#include "serve/rest.h"

#include "core/pipeline.h"

/* What an event is to a client that reads text. */
enum {
	TEXT = 1,		/* it has some */
	PASS = 2,		/* it has something else to say */
	OVER = 4,		/* after which there is no going on */
	START = 8, STOP = 16	/* of a block of text */
};

/* The APIs whose texts can be joined. */
struct rest_form {
	const struct dialect *dialect;
	unsigned (*read)(struct slice data, struct slice *text);
	const char *text;	/* where a delta has it */
	const char *name;	/* of its event */
	const char *kept[2];	/* members that are the same in all events */
	/* the request: the list of turns, a turn before and after its text, and
	 * members that make an answer something else than one plain text */
	const char *list, *before, *after, *odd[4];
};

static int
is_at(struct slice doc, const char *path, const char *what)
{
	struct slice tok;

	return json_find(doc, path, &tok) > JSON_END && slice_is(tok, what);
}

static int
has(struct slice doc, const char *path, enum json_type type)
{
	struct slice tok;

	return json_find(doc, path, &tok) == type && tok.n > 0;
}

/* Whether a member says nothing: null, "", [] or {}. */
static int
is_empty(enum json_type type, struct slice tok)
{
	return type == JSON_NULL || tok.n == 0 || (tok.n == 2 &&
	    (type == JSON_ARRAY || type == JSON_OBJECT));
}

static unsigned
read_chat(struct slice data, struct slice *text)
{
	struct slice delta, key, tok;
	enum json_type type;
	unsigned kind = 0;
	size_t at = 0;

	if (decode_is_done(data))
		return PASS | OVER;
	if (!has(data, "choices.0", JSON_OBJECT))
		return PASS;	/* usage */
	if (has(data, "choices.1", JSON_OBJECT) ||
	    (has(data, "choices.0.index", JSON_NUMBER) &&
	    !is_at(data, "choices.0.index", "0")) ||
	    json_find(data, "choices.0.delta", &delta) != JSON_OBJECT)
		return PASS | OVER;
	if (has(data, "choices.0.finish_reason", JSON_STRING))
		kind = PASS | OVER;
	while ((type = json_each(delta, &at, &key, &tok)) > JSON_END) {
		if (is_empty(type, tok) || slice_is(key, "role"))
			continue;
		if (slice_is(key, "content") && type == JSON_STRING) {
			*text = tok;
			kind |= TEXT;
		} else {
			kind |= PASS | OVER;
		}
	}
	return kind;
}

static unsigned
read_gemini(struct slice data, struct slice *text)
{
	struct slice part = { 0 }, key, tok;
	enum json_type type;
	unsigned kind = 0;
	size_t at = 0;

	if (!has(data, "candidates.0", JSON_OBJECT))
		return PASS;
	if (has(data, "candidates.1", JSON_OBJECT) ||
	    has(data, "candidates.0.content.parts.1", JSON_OBJECT))
		return PASS | OVER;
	if (has(data, "candidates.0.finishReason", JSON_STRING))
		kind = PASS | OVER;
	(void)json_find(data, "candidates.0.content.parts.0", &part);
	while ((type = json_each(part, &at, &key, &tok)) > JSON_END) {
		if (slice_is(key, "text") && type == JSON_STRING) {
			*text = tok;
			kind |= tok.n > 0 ? TEXT : 0;
		} else if (slice_is(key, "thoughtSignature")) {
			kind |= PASS;
		} else {
			return PASS | OVER;
		}
	}
	return kind;
}

static unsigned
read_messages(struct slice data, struct slice *text)
{
	if (is_at(data, "type", "message_start") || is_at(data, "type", "ping"))
		return 0;
	if (is_at(data, "type", "content_block_start") &&
	    is_at(data, "content_block.type", "text") &&
	    !has(data, "content_block.text", JSON_STRING))
		return START;
	if (is_at(data, "type", "content_block_delta") &&
	    is_at(data, "delta.type", "text_delta") &&
	    json_find(data, "delta.text", text) == JSON_STRING)
		return text->n > 0 ? TEXT : 0;
	if (is_at(data, "type", "content_block_stop"))
		return PASS | STOP;
	if (is_at(data, "type", "error") || (is_at(data, "type",
	    "message_delta") && !has(data, "delta.stop_reason", JSON_STRING)))
		return PASS;
	return PASS | OVER;
}

static const struct rest_form forms[] = {
	{ &dialect_chat, read_chat, "choices.0.delta.content", "message",
	    { "id", "created" }, "messages", "{\"role\":\"user\",\"content\":",
	    "}", { "response_format", "n", "audio", NULL } },
	{ &dialect_messages, read_messages, "delta.text",
	    "content_block_delta", { NULL, NULL }, "messages",
	    "{\"role\":\"user\",\"content\":", "}", { "output_format",
	    "output_config.format", NULL, NULL } },
	{ &dialect_gemini, read_gemini, "candidates.0.content.parts.0.text",
	    "message", { "responseId", NULL }, "contents",
	    "{\"role\":\"user\",\"parts\":[{\"text\":", "}]}",
	    { "generationConfig.responseMimeType",
	    "generationConfig.responseSchema",
	    "generationConfig.candidateCount", "generation_config" } },
};

void
rest_init(struct rest *r, const struct dialect *d)
{
	size_t i;

	*r = (struct rest){ .index = -1 };
	for (i = 0; i < COUNT(forms); i++)
		if (forms[i].dialect == d)
			r->form = &forms[i];
}

void
rest_free(struct rest *r)
{
	buf_free(&r->body);
	buf_free(&r->text);
	buf_free(&r->kept[0]);
	buf_free(&r->kept[1]);
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

/* -- the events ------------------------------------------------------------ */

static void
put_event(struct buf *out, struct slice name, struct slice data)
{
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
index_of(struct slice data)
{
	struct slice tok;

	return json_find(data, "index", &tok) == JSON_NUMBER ?
	    json_int(tok, -1) : -1;
}

static void
set_block(struct rest *r, int64_t index, unsigned kind)
{
	if (index < 0)
		return;
	r->index = index;
	r->open = (kind & STOP) == 0;
}

/* An event of the first life. */
static void
note(struct rest *r, unsigned kind, struct slice data, struct slice text)
{
	struct slice tok;
	size_t i;

	for (i = 0; i < COUNT(r->kept); i++)
		if (r->form->kept[i] != NULL && r->kept[i].n == 0 &&
		    json_find(data, r->form->kept[i], &tok) > JSON_END)
			buf_put(&r->kept[i], tok);
	if (r->form->dialect == &dialect_messages)
		set_block(r, index_of(data), kind);
	remember(r, text, kind);
}

/* Gives an event of the rest, in .like, the ids of the first part, and its
 * block the next index.  0: it is nothing new to the client. */
static int
adopt(struct rest *r, unsigned kind, struct buf *out)
{
	struct buf *data = &r->like, number = { 0 };
	struct slice tok;
	int64_t index;
	size_t i;
	int same;

	for (i = 0; i < COUNT(r->kept); i++)
		if (r->kept[i].n > 0 && json_find(buf_slice(data),
		    r->form->kept[i], &tok) > JSON_END)
			splice(data, tok, buf_slice(&r->kept[i]));
	if (r->form->dialect != &dialect_messages ||
	    (index = index_of(buf_slice(data))) < 0)
		return kind != 0;
	if (!r->placed) {
		same = r->open && (kind & (START | TEXT)) != 0;
		r->placed = 1;
		r->shift = r->index + !same - index;
		if (same && (kind & START) != 0)
			return 0;
		if (r->open && !same) {
			buf_printf(&number, "{\"type\":\"content_block_stop\","
			    "\"index\":%lld}", (long long)r->index);
			put_event(out, SLICE("content_block_stop"),
			    buf_slice(&number));
			buf_clear(&number);
		}
	}
	index += r->shift;
	set_block(r, index, kind);
	buf_put_num(&number, index);
	(void)json_find(buf_slice(data), "index", &tok);
	splice(data, tok, buf_slice(&number));
	buf_free(&number);
	return kind != 0;
}

/* Gives .like the text held back, without what the client has of it. */
static size_t
join(struct rest *r)
{
	struct slice text = buf_slice(&r->head), at;
	struct buf quoted = { 0 };
	struct json_out w = { .out = &quoted };

	r->joining = 0;
	json_unescape_end(&r->head, &r->head_half);
	text = buf_slice(&r->head);
	slice_skip(&text, seam_overlap(buf_slice(&r->text), text));
	buf_put(&r->text, text);
	json_str(&w, text);
	if (json_find(buf_slice(&r->like), r->form->text, &at) == JSON_STRING)
		splice(&r->like, at, slice_sub(buf_slice(&quoted), 1,
		    quoted.n - 2));
	buf_free(&quoted);
	buf_clear(&r->head);
	return text.n;
}

static void
put_joined(struct rest *r, struct buf *out)
{
	if (join(r) > 0)
		put_event(out, slice_str(r->form->name), buf_slice(&r->like));
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
	put_event(out, e->name, buf_slice(&r->like));
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
	struct buf quote = { 0 }, turn = { 0 };
	struct json_out w = { .out = &turn };
	struct slice tok;
	enum json_type type;
	size_t i;

	if (f == NULL || r->never || r->half != 0 || r->text.n == 0)
		return -1;
	for (i = 0; i < COUNT(f->odd) && f->odd[i] != NULL; i++) {
		type = json_find(asked, f->odd[i], &tok);
		if (type > JSON_NULL && !slice_is(tok, "1"))
			return -1;
	}
	if (!json_valid(asked) ||
	    json_find(asked, f->list, &tok) != JSON_ARRAY)
		return -1;
	seam_quote(buf_slice(&r->text), &quote);
	buf_puts(&turn, slice_trim(slice_sub(tok, 1, tok.n - 2)).n > 0 ?
	    "," : "");
	buf_puts(&turn, f->before);
	json_str(&w, buf_slice(&quote));
	buf_puts(&turn, f->after);
	buf_clear(&r->body);
	buf_put(&r->body, slice_sub(asked, 0,
	    (size_t)(tok.p - asked.p) + tok.n - 1));
	buf_put(&r->body, buf_slice(&turn));
	buf_put(&r->body, slice_sub(asked, (size_t)(tok.p - asked.p) + tok.n -
	    1, asked.n));
	buf_free(&quote);
	buf_free(&turn);
	return 0;
}

void
rest_begin(struct rest *r)
{
	r->lives++;
	r->joining = 1;
	r->placed = 0;
	buf_clear(&r->head);
	r->head_half = 0;
}
