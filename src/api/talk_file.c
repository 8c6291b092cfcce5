/* A conversation from a file: talk_parse(). */

#include "api/media.h"
#include "api/talk.h"
#include "base/bug.h"
#include "wire/b64.h"
#include "wire/json.h"

/* What is in the copies from there on. */
static struct slice
copied(const struct talk *t, size_t from)
{
	return slice_sub(buf_slice(&t->text), from, t->text.n);
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
		if (p.type != PART_TEXT && talk_last(t)->role != ROLE_USER)
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
	if (why == NULL && talk_last(t)->nparts == 0)
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
	must(!t->text.full);
	t->name = (struct slice){ 0 };
	return NULL;
}
