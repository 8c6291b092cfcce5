#include "api/talk.h"

#include <string.h>

#include "api/media.h"
#include "base/bug.h"
#include "wire/b64.h"
#include "wire/json.h"

/* -- the arrays ------------------------------------------------------------ */

static struct message *
messages(const struct talk *t, size_t *n)
{
	*n = t->messages.n / sizeof(struct message);
	return (void *)t->messages.p;
}

static struct message *
last(const struct talk *t)
{
	size_t n;
	struct message *m = messages(t, &n);

	return n == 0 ? NULL : &m[n - 1];
}

void
talk_turn(struct talk *t, enum role role)
{
	struct message m = { .role = role };
	const struct message *before = last(t);

	if (role != ROLE_TOOL || before == NULL || before->role != ROLE_TOOL)
		buf_put(&t->messages, (struct slice){ (void *)&m, sizeof(m) });
}

void
talk_part(struct talk *t, const struct part *p)
{
	buf_put(&t->parts, (struct slice){ (const void *)p, sizeof(*p) });
	last(t)->nparts++;
}

void
talk_user(struct talk *t, struct slice prompt, const struct part *files,
    size_t n)
{
	struct part text = { .type = PART_TEXT, .text = prompt };
	size_t i;

	talk_turn(t, ROLE_USER);
	for (i = 0; i < n; i++)
		talk_part(t, &files[i]);
	talk_part(t, &text);
}

void
talk_result(struct talk *t, struct slice id, struct slice text)
{
	struct part p = { .type = PART_RESULT, .id = id, .text = text };

	talk_turn(t, ROLE_TOOL);
	talk_part(t, &p);
}

void
talk_assistant(struct talk *t, struct slice text)
{
	struct part p = { .type = PART_TEXT, .text = text };

	talk_turn(t, ROLE_ASSISTANT);
	talk_part(t, &p);
}

static void
erase(struct buf *b, const void *from, const void *to)
{
	const char *end = b->p + b->n;

	memmove(b->p + ((const char *)from - b->p), to,
	    (size_t)(end - (const char *)to));
	b->n -= (size_t)((const char *)to - (const char *)from);
}

/* Removes messages from to to - 1. */
static void
cut(struct talk *t, size_t from, size_t to)
{
	size_t n;
	const struct message *m = talk_messages(t, &n), *end = &m[to - 1];

	erase(&t->parts, m[from].parts, end->parts + end->nparts);
	erase(&t->messages, &m[from], &m[to]);
}

/* -- the end --------------------------------------------------------------- */

/* The part of that type and id; NULL. */
static struct part *
find(const struct message *m, enum part_type type, struct slice id)
{
	size_t i;

	for (i = 0; m != NULL && i < m->nparts; i++)
		if (m->parts[i].type == type && slice_eq(m->parts[i].id, id))
			return (struct part *)&m->parts[i];
	return NULL;
}

/* Each call of m has a result in next, and each result of m a call in
 * before, whose name it takes over. */
static const char *
check_calls(struct talk *t, struct message *m, const struct message *before,
    const struct message *next)
{
	struct part *p = (struct part *)m->parts, *call;
	size_t i;

	for (i = 0; i < m->nparts; i++, p++) {
		t->name = p->id;
		if (p->type == PART_CALL && find(next, PART_RESULT, p->id) ==
		    NULL)
			return "a tool call without its result";
		if (p->type != PART_RESULT)
			continue;
		if ((call = find(before, PART_CALL, p->id)) == NULL)
			return "a tool result without its call";
		p->name = call->name;
	}
	return NULL;
}

struct message *
talk_messages(const struct talk *t, size_t *n)
{
	const struct part *p = (void *)t->parts.p;
	struct message *m = messages(t, n);
	size_t i;

	for (i = 0; i < *n; i++) {
		m[i].parts = p;
		p += m[i].nparts;
	}
	return m;
}

/* What is wrong with the calls and results of the messages; *at: of which. */
static const char *
check_all(struct talk *t, size_t *at)
{
	const char *why = NULL;
	size_t n;
	struct message *m = talk_messages(t, &n);

	for (*at = 0; *at < n && why == NULL; ++*at)
		why = check_calls(t, &m[*at], *at == 0 ? NULL : &m[*at - 1],
		    *at + 1 == n ? NULL : &m[*at + 1]);
	return why;
}

void
talk_mend(struct talk *t)
{
	size_t from, to, n;
	struct message *m;

	while (check_all(t, &to) != NULL) {
		m = talk_messages(t, &n);
		from = to - 1;
		for (to = from; to < n && m[to].role != ROLE_ASSISTANT;)
			to++;
		if (to++ == n)
			return;
		while (from > 0 && m[from - 1].role != ROLE_ASSISTANT)
			from--;
		cut(t, from, to);
	}
}

const char *
talk_end(struct talk *t, struct request *r)
{
	size_t n;
	const char *why = check_all(t, &n);
	struct message *m = talk_messages(t, &n);

	if (why != NULL)
		return why;
	t->name = (struct slice){ 0 };
	if (n == 0)
		return "no message";
	if (m[n - 1].role != ROLE_USER && m[n - 1].role != ROLE_TOOL)
		return "the last message is neither a user's nor a tool's";
	r->messages = m;
	r->nmessages = n;
	return NULL;
}

int
talk_disown(struct talk *t)
{
	struct part *p = (void *)t->parts.p;
	size_t n = t->parts.n / sizeof(*p);
	int any = 0;

	for (; n > 0; n--, p++) {
		any |= p->signature.n > 0 ||
		    (p->type == PART_OWN && p->name.n > 0);
		p->signature.n = 0;
		if (p->type == PART_OWN)
			p->name.n = 0;		/* nobody's */
	}
	return any;
}

void
talk_free(struct talk *t)
{
	struct buf *full = (void *)t->full.p;
	size_t n = t->full.n / sizeof(*full);

	while (n > 0)
		buf_free(&full[--n]);
	buf_free(&t->full);
	buf_free(&t->text);
	buf_free(&t->messages);
	buf_free(&t->parts);
	*t = (struct talk){ 0 };
}

/* -- the file -------------------------------------------------------------- */

/* What is in the copies from there on. */
static struct slice
copied(const struct talk *t, size_t from)
{
	return slice_sub(buf_slice(&t->text), from, t->text.n);
}

void
talk_room(struct talk *t, size_t n)
{
	if (t->text.max - t->text.n >= 2 * n && t->text.max > 0)
		return;
	buf_put(&t->full, (struct slice){ (const char *)&t->text,
	    sizeof(t->text) });
	t->text = (struct buf){ .max = 2 * n };
	buf_room(&t->text, t->text.max);
}

struct slice
talk_text(struct talk *t, struct slice raw)
{
	size_t from = t->text.n;

	if (json_plain(raw))
		return raw;
	json_unescape(raw, &t->text, NULL);
	return copied(t, from);
}

/* Base64 as bytes; empty when it is none. */
static struct slice
bytes_of(struct talk *t, struct slice text)
{
	size_t from = t->text.n;

	b64_take(text, &t->text);
	return copied(t, from);
}

/* What data is, its content says, and what was declared where that is not
 * known: providers look, too. */
static const char *
take_type(struct part *p)
{
	const char *mime = media_mime(media_of(p->data));

	if (*mime != '\0')
		p->mime = slice_str(mime);
	p->type = slice_is(p->mime, "application/pdf") ? PART_FILE :
	    PART_IMAGE;
	return p->type == PART_FILE || slice_starts(p->mime, "image/") ?
	    NULL : "data that is neither an image nor a PDF";
}

/* RFC 2397, but parameters: "data:image/png;base64,..." */
static const char *
take_data(struct talk *t, struct slice url, struct part *p)
{
	struct slice head = url;

	if (slice_starts(url, "data:")) {
		url = slice_sub(url, 5, url.n);
		head = slice_cut(&url, ',');
		p->mime = slice_cut(&head, ';');
		if (!slice_is(head, "base64"))
			return "a data: URL that is not in base64";
	} else if (p->type == PART_IMAGE) {
		return "neither an http(s) nor a data: URL";
	}
	p->data = bytes_of(t, url);
	return p->data.n == 0 ? "broken base64" : take_type(p);
}

static const char *
take_url(struct talk *t, const struct json_want *w, struct part *p)
{
	struct slice url = talk_text(t, w->tok);

	if (!slice_starts(url, "https://") && !slice_starts(url, "http://"))
		return take_data(t, url, p);
	p->url = url;
	return NULL;
}

/* "image_url": a string, or an object with it. */
static const char *
take_image(struct talk *t, const struct json_want *w, struct part *p)
{
	struct json_want in = { .key = "url" };

	p->type = PART_IMAGE;
	if (w->type == JSON_OBJECT && json_pick(w->tok, &in, 1) == 0)
		w = &in;
	return w->type == JSON_STRING ? take_url(t, w, p) :
	    "an image without a URL";
}

/* The members that name a file's data, of the part or of its "file". */
static const char *
take_file(struct talk *t, struct slice doc, struct part *p)
{
	static const char keys[] = "filename file_data file_url";
	struct json_want w[3];
	int i;

	p->type = PART_FILE;
	json_take(doc, keys, w, 3);
	if (w[0].type == JSON_STRING)
		p->name = talk_text(t, w[0].tok);
	i = w[1].type == JSON_STRING ? 1 : 2;
	return w[i].type == JSON_STRING ? take_url(t, &w[i], p) :
	    "a file without its data";
}

/* One part of a content array. */
static const char *
take_part(struct talk *t, struct slice doc, struct part *p)
{
	static const char keys[] = "text refusal image_url file type";
	struct json_want w[5];
	struct slice type;

	if (json_take(doc, keys, w, 5) < 0 || w[4].type != JSON_STRING)
		return "a part without a type";
	type = w[4].tok;
	if (json_is(type, "image_url") || json_is(type, "input_image"))
		return take_image(t, &w[2], p);
	if (json_is(type, "input_file"))
		return take_file(t, doc, p);
	if (json_is(type, "file") && w[3].type == JSON_OBJECT)
		return take_file(t, w[3].tok, p);
	if (w[0].type != JSON_STRING)
		w[0] = w[1];
	if (w[0].type != JSON_STRING)
		return "a part of an unknown type";
	*p = (struct part){ .type = PART_TEXT, .text = talk_text(t, w[0].tok) };
	return NULL;
}

/* Content as parts of the last turn. */
static const char *
take_content(struct talk *t, const struct json_want *w)
{
	struct part p = { .type = PART_TEXT };
	const char *why;
	struct slice key, one;
	size_t at = 0;

	if (w->type == JSON_STRING) {
		p.text = talk_text(t, w->tok);
		talk_part(t, &p);
	}
	if (w->type != JSON_ARRAY)
		return NULL;
	while (json_each(w->tok, &at, &key, &one) > JSON_END) {
		p = (struct part){ 0 };
		if ((why = take_part(t, one, &p)) != NULL)
			return why;
		if (p.type != PART_TEXT && last(t)->role != ROLE_USER)
			return "an image or file that is not a user's";
		talk_part(t, &p);
	}
	return NULL;
}

static const char *
take_call(struct talk *t, struct slice doc)
{
	struct json_want f[2], w[2];
	struct part p = { .type = PART_CALL };

	json_keys(f, "name arguments", 2);
	json_keys(w, "id function", 2);
	json_want_in(&w[1], f, 2);
	if (json_pick(doc, w, 2) < 0 || w[0].type != JSON_STRING ||
	    w[1].type != JSON_OBJECT || f[0].type != JSON_STRING ||
	    f[1].type != JSON_STRING)
		return "a tool call is {\"id\", \"type\": \"function\", "
		    "\"function\": {\"name\", \"arguments\"}}";
	p.id = talk_text(t, w[0].tok);
	p.name = talk_text(t, f[0].tok);
	p.text = slice_trim(talk_text(t, f[1].tok));
	if (p.text.n == 0)
		p.text = SLICE("{}");
	t->name = p.id;
	if (*p.text.p != '{' || !json_valid(p.text))
		return "a tool call's arguments are not a JSON object";
	talk_part(t, &p);
	return NULL;
}

static const char *
take_calls(struct talk *t, struct slice calls)
{
	struct slice key, one;
	const char *why = NULL;
	size_t at = 0;

	while (why == NULL && json_each(calls, &at, &key, &one) > JSON_END)
		why = take_call(t, one);
	return why;
}

/* A result's texts, as one. */
static const char *
take_result(struct talk *t, const struct json_want *id,
    const struct json_want *content)
{
	struct json_want w = { .key = "text" };
	struct slice key, one;
	size_t at = 0, from;

	if (id->type != JSON_STRING)
		return "a tool's message without \"tool_call_id\"";
	t->name = talk_text(t, id->tok);
	if (content->type == JSON_STRING) {
		talk_result(t, t->name, talk_text(t, content->tok));
		return NULL;
	}
	if (content->type != JSON_ARRAY && content->type != JSON_NULL)
		return "a tool's result is not text";
	from = t->text.n;
	while (json_each(content->tok, &at, &key, &one) > JSON_END) {
		if (json_pick(one, &w, 1) < 0 || w.type != JSON_STRING)
			return "a tool's result is not text";
		json_unescape(w.tok, &t->text, NULL);
	}
	talk_result(t, t->name, copied(t, from));
	return NULL;
}

static int
role_of(struct slice word)
{
	static const char *const words[] = { "system", "user", "assistant",
	    "tool", "developer" };
	int i;

	for (i = 0; i < 5; i++)
		if (json_is(word, words[i]))
			return i == 4 ? ROLE_SYSTEM : i;
	return -1;
}

enum { ROLE, CONTENT, TOOL_CALLS, TOOL_CALL_ID, W_N };

static const char *
take_message(struct talk *t, struct slice doc)
{
	static const char keys[] = "role content tool_calls tool_call_id";
	struct json_want w[W_N];
	const char *why;
	int role;

	if (json_take(doc, keys, w, W_N) < 0)
		return "not an object";
	role = role_of(w[ROLE].tok);
	if (w[ROLE].type != JSON_STRING || role < 0)
		return "no role that is known";
	if (role == ROLE_TOOL)
		return take_result(t, &w[TOOL_CALL_ID], &w[CONTENT]);
	talk_turn(t, (enum role)role);
	if (w[TOOL_CALLS].type != JSON_ARRAY || role != ROLE_ASSISTANT)
		w[TOOL_CALLS].tok.n = 0;
	else if (w[CONTENT].type == JSON_STRING && w[CONTENT].tok.n == 0)
		w[CONTENT].type = JSON_NULL;	/* no text beside calls */
	if ((why = take_content(t, &w[CONTENT])) == NULL)
		why = take_calls(t, w[TOOL_CALLS].tok);
	if (why == NULL && last(t)->nparts == 0)
		return "no content";
	return why;
}

const char *
talk_parse(struct talk *t, struct slice doc)
{
	struct json_want w = { .key = "messages" };
	const char *why = NULL;
	struct slice key, one;
	size_t at = 0;

	if (!json_valid(doc))
		return "not JSON";
	if (json_pick(doc, &w, 1) == 0 && w.type == JSON_ARRAY)
		doc = w.tok;
	if (*slice_trim(doc).p != '[')
		return "neither an array of messages nor an object with one";
	talk_room(t, doc.n);
	for (; json_each(doc, &at, &key, &one) > JSON_END; t->at++) {
		t->name = (struct slice){ 0 };
		if ((why = take_message(t, one)) != NULL)
			return why;
	}
	assert(!t->text.full);
	t->name = (struct slice){ 0 };
	return NULL;
}
