#include "api/talk.h"

#include <string.h>

#include "api/encode.h"
#include "api/media.h"
#include "api/thoughts.h"
#include "base/bug.h"
#include "wire/b64.h"

/* -- turns ----------------------------------------------------------------- */

struct message *
talk_messages(const struct talk *t, size_t *n)
{
	const struct part *p = (void *)t->parts.p;
	struct message *m = (void *)t->messages.p;
	size_t i;

	*n = t->messages.n / sizeof(*m);
	for (i = 0; i < *n; i++) {
		m[i].parts = p;
		p += m[i].nparts;
	}
	return m;
}

static struct message *
last_message(const struct talk *t)
{
	struct message *m = (void *)t->messages.p;
	size_t n = t->messages.n / sizeof(*m);

	return n == 0 ? NULL : &m[n - 1];
}

void
talk_turn(struct talk *t, enum role role)
{
	struct message m = { .role = role };
	const struct message *last = last_message(t);

	if (role != ROLE_TOOL || last == NULL || last->role != ROLE_TOOL)
		buf_put(&t->messages, (struct slice){ (void *)&m, sizeof(m) });
}

void
talk_part(struct talk *t, const struct part *p)
{
	buf_put(&t->parts, (struct slice){ (const void *)p, sizeof(*p) });
	last_message(t)->nparts++;
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
			p->name.n = 0;		/* no dialect's */
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

/* -- reading --------------------------------------------------------------- */

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

/* What was copied since offset from. */
static struct slice
copied(const struct talk *t, size_t from)
{
	return slice_sub(buf_slice(&t->text), from, t->text.n);
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

/* Takes an http(s) URL, or the data of a data: URL (RFC 2397, without
 * parameters); for a file also bare base64. */
static const char *
take_url(struct talk *t, struct slice raw, struct part *p)
{
	struct slice url = talk_text(t, raw), head;
	const char *mime;
	size_t from;

	if (slice_starts(url, "https://") || slice_starts(url, "http://")) {
		p->url = url;
		return NULL;
	}
	if (slice_starts(url, "data:")) {
		slice_skip(&url, 5);
		head = slice_cut(&url, ',');
		p->mime = slice_cut(&head, ';');
		if (!slice_is(head, "base64"))
			return "a data: URL that is not in base64";
	} else if (p->type == PART_IMAGE) {
		return "neither an http(s) nor a data: URL";
	}
	from = t->text.n;
	b64_take(url, &t->text);
	p->data = copied(t, from);
	if (p->data.n == 0)
		return "broken base64";
	/* the declared type counts only where the content is not recognised:
	 * providers look at the content, too */
	mime = media_mime(media_of(p->data));
	if (*mime != '\0')
		p->mime = slice_str(mime);
	p->type = slice_starts(p->mime, "image/") ? PART_IMAGE : PART_FILE;
	return p->type == PART_IMAGE || slice_is(p->mime, "application/pdf") ?
	    NULL : "data that is neither an image nor a PDF";
}

/* Takes one part of a content array. */
static const char *
take_part(struct talk *t, struct slice doc, struct part *p)
{
	enum { TEXT, REFUSAL, IMAGE, INNER, TYPE, NAME, DATA, URL, N };
	static const char keys[] = "text refusal image_url file type "
	    "filename file_data file_url";
	struct json_want w[N], url = { .key = "url" };
	struct slice type;

	if (json_take(doc, keys, w, N) < 0 || w[TYPE].type != JSON_STRING)
		return "a part without a type";
	type = w[TYPE].tok;
	if (json_is(type, "image_url") || json_is(type, "input_image")) {
		p->type = PART_IMAGE;
		if (w[IMAGE].type == JSON_OBJECT &&
		    json_pick(w[IMAGE].tok, &url, 1) == 0)
			w[IMAGE] = url;
		return w[IMAGE].type == JSON_STRING ?
		    take_url(t, w[IMAGE].tok, p) : "an image without a URL";
	}
	if (json_is(type, "file") && w[INNER].type == JSON_OBJECT) {
		json_take(w[INNER].tok, "filename file_data file_url",
		    &w[NAME], 3);
	} else if (!json_is(type, "input_file")) {
		if (w[TEXT].type != JSON_STRING)
			w[TEXT] = w[REFUSAL];
		if (w[TEXT].type != JSON_STRING)
			return "a part of an unknown type";
		p->text = talk_text(t, w[TEXT].tok);
		return NULL;
	}
	p->type = PART_FILE;
	if (w[NAME].type == JSON_STRING)
		p->name = talk_text(t, w[NAME].tok);
	if (w[DATA].type != JSON_STRING)
		w[DATA] = w[URL];
	return w[DATA].type == JSON_STRING ? take_url(t, w[DATA].tok, p) :
	    "a file without its data";
}

static const char *
take_call(struct talk *t, struct slice doc)
{
	struct json_want f[2], w[4];
	struct part p = { .type = PART_CALL };

	if (json_take(doc, "id function " THOUGHTS_EXTRA, w, 4) < 0 ||
	    w[0].type != JSON_STRING || w[1].type != JSON_OBJECT ||
	    json_take(w[1].tok, "name arguments", f, 2) < 0 ||
	    f[0].type != JSON_STRING || f[1].type != JSON_STRING)
		return "a tool call is {\"id\", \"type\": \"function\", "
		    "\"function\": {\"name\", \"arguments\"}}";
	p.id = talk_text(t, w[0].tok);
	p.name = talk_text(t, f[0].tok);
	p.text = slice_trim(talk_text(t, f[1].tok));
	if (p.text.n == 0)
		p.text = SLICE("{}");
	t->name = p.id;
	if (w[2].type == JSON_OBJECT || w[3].type == JSON_OBJECT)
		p.signature = doc;
	if (*p.text.p != '{' || !json_valid(p.text))
		return "a tool call's arguments are not a JSON object";
	talk_part(t, &p);
	return NULL;
}

/* Takes a tool's message; joins its texts if there are several. */
static const char *
take_result(struct talk *t, const struct json_want *id,
    const struct json_want *content)
{
	struct json_want w = { .key = "text" };
	struct slice one;
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
	while (json_items(content, &at, &one) > JSON_END) {
		if (json_pick(one, &w, 1) < 0 || w.type != JSON_STRING)
			return "a tool's result is not text";
		json_unescape(w.tok, &t->text, NULL);
	}
	talk_result(t, t->name, copied(t, from));
	return NULL;
}

static const char *
take_message(struct talk *t, struct slice doc)
{
	static const char *const roles[] = { "system", "user", "assistant",
	    "tool", "developer" };
	enum { ROLE, CONTENT, TOOL_CALLS, TOOL_CALL_ID, REASONING, DETAILS, N };
	static const char keys[] = "role content tool_calls tool_call_id "
	    "reasoning_content reasoning_details";
	struct json_want w[N];
	struct slice one;
	struct part p;
	enum role role;
	const char *why;
	size_t i, at = 0;

	if (json_take(doc, keys, w, N) < 0)
		return "not an object";
	for (i = 0; i < 5 && !json_is(w[ROLE].tok, roles[i]); i++)
		;
	if (w[ROLE].type != JSON_STRING || i == 5)
		return "no role that is known";
	role = i == 4 ? ROLE_SYSTEM : (enum role)i;
	if (role == ROLE_TOOL)
		return take_result(t, &w[TOOL_CALL_ID], &w[CONTENT]);
	talk_turn(t, role);
	if (w[TOOL_CALLS].type != JSON_ARRAY || role != ROLE_ASSISTANT)
		w[TOOL_CALLS] = (struct json_want){ 0 };
	if (w[TOOL_CALLS].tok.n > 0 && (w[REASONING].type == JSON_STRING ||
	    w[DETAILS].type == JSON_ARRAY)) {
		p = (struct part){ .type = PART_OWN, .text = doc,
		    .name = SLICE("chat") };
		talk_part(t, &p);
	}
	if (w[CONTENT].type == JSON_STRING &&
	    (w[CONTENT].tok.n > 0 || w[TOOL_CALLS].tok.n == 0)) {
		p = (struct part){ .type = PART_TEXT,
		    .text = talk_text(t, w[CONTENT].tok) };
		talk_part(t, &p);
	}
	while (json_items(&w[CONTENT], &at, &one) > JSON_END) {
		p = (struct part){ .type = PART_TEXT };
		if ((why = take_part(t, one, &p)) != NULL)
			return why;
		if (p.type != PART_TEXT && role != ROLE_USER)
			return "an image or file that is not a user's";
		talk_part(t, &p);
	}
	at = 0;
	while (json_items(&w[TOOL_CALLS], &at, &one) > JSON_END)
		if ((why = take_call(t, one)) != NULL)
			return why;
	return last_message(t)->nparts == 0 ? "no content" : NULL;
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
	must(!t->text.full);
	t->name = (struct slice){ 0 };
	return NULL;
}

/* -- writing (providers.md 2.1) -------------------------------------------- */

static void
put_part(struct json_out *w, enum role role, const struct part *p)
{
	const char *type = p->type == PART_IMAGE ? "image_url" : "file";

	(void)role;
	if (p->type == PART_TEXT) {
		encode_type(w, "text");
		json_member(w, "text", p->text);
		return;
	}
	encode_type(w, type);
	encode_in(w, type, '{');
	if (p->type == PART_FILE && p->name.n > 0)
		json_member(w, "filename", p->name);
	encode_url(w, p->type == PART_IMAGE ? "url" : "file_data", p);
	json_close(w);
}

/* A call's .signature of this dialect holds members of it; another dialect's is
 * no object. */
static void
put_extra(struct json_out *w, const struct part *call)
{
	struct json_want v[2];

	if (json_take(call->signature, THOUGHTS_EXTRA, v, 2) == 0)
		thoughts_extra(w, v);
}

void
talk_put(struct json_out *w, const struct message *m, size_t n)
{
	const struct message *open = m + n;
	const struct part *p;
	size_t i, calls;

	while (open > m && open[-1].role != ROLE_USER)
		open--;
	for (; n > 0; n--, m++) {
		/* each result is a message */
		for (i = 0; m->role == ROLE_TOOL && i < m->nparts; i++) {
			p = &m->parts[i];
			json_open(w, '{');
			encode_role(w, ROLE_TOOL);
			json_member(w, "tool_call_id", p->id);
			json_member(w, "content", p->text);
			json_close(w);
		}
		calls = message_count(m, PART_CALL, PART_CALL);
		if (m->role == ROLE_TOOL ||
		    message_count(m, PART_TEXT, PART_CALL) == 0)
			continue;
		json_open(w, '{');
		encode_role(w, m->role);
		/* DeepSeek refuses that of earlier turns */
		if (m >= open)
			thoughts_encode(w, m);
		encode_content(w, m, put_part);
		if (calls > 0)
			encode_in(w, "tool_calls", '[');
		for (i = 0; i < m->nparts; i++) {
			p = &m->parts[i];
			if (p->type != PART_CALL)
				continue;
			json_open(w, '{');
			json_member(w, "id", p->id);
			encode_type(w, "function");
			encode_in(w, "function", '{');
			json_member(w, "name", p->name);
			json_member(w, "arguments", p->text);
			json_close(w);
			put_extra(w, p);
			json_close(w);
		}
		if (calls > 0)
			json_close(w);
		json_close(w);
	}
}
