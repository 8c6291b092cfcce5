#include "cmd/turn.h"

#include <errno.h>
#include <string.h>

#include "api/media.h"
#include "base/file.h"
#include "cmd/exits.h"
#include "cmd/input.h"
#include "wire/record.h"
#include "wire/when.h"

#define FILE_MAX ((size_t)256 << 20)
#define TEXT_MAX ((size_t)64 << 20)

/* -- what comes with it ---------------------------------------------------- */

static int
read_text(const char *path, struct buf *to, struct complaint *c)
{
	to->max = TEXT_MAX;
	if (file_read(path, to) < 0)
		return complain(c, EXIT_CONFIG, "%s: %s", path,
		    strerror(errno));
	return 0;
}

static int
read_json(const char *option, const char *path, enum json_type type,
    struct buf *to, struct complaint *c)
{
	struct json j;
	struct slice tok;

	if (read_text(path, to, c) < 0)
		return -1;
	json_init(&j, buf_slice(to));
	if (json_next(&j, &tok) != type || !json_valid(buf_slice(to)))
		return complain(c, EXIT_CONFIG, "%s: %s is not a JSON %s",
		    option, path, type == JSON_ARRAY ? "array" : "object");
	return 0;
}

/* Each tool is an object with a name, and its parameters are an object. */
static int
check_tools(struct slice tools, const char *path, struct complaint *c)
{
	struct slice key, tool;
	enum json_type type;
	size_t at = 0;

	while ((type = json_each(tools, &at, &key, &tool)) != JSON_END) {
		static const char keys[] = "name parameters";
		struct json_want want[2];

		if (type != JSON_OBJECT || json_take(tool, keys, want, 2) < 0 ||
		    want[0].type != JSON_STRING ||
		    (want[1].type != JSON_BAD && want[1].type != JSON_OBJECT))
			return complain(c, EXIT_CONFIG, "--tools: %s: each "
			    "tool is {\"name\": \"...\", \"description\": "
			    "\"...\", \"parameters\": {...}}", path);
	}
	return 0;
}

static int
read_system(struct turn *t, const char *text, struct complaint *c)
{
	if (text[0] == '@')
		return read_text(text + 1, &t->system, c);
	buf_puts(&t->system, text);
	return 0;
}

int
turn_texts(struct turn *t, const struct opts *o, struct complaint *c)
{
	if (o->system != NULL && read_system(t, o->system, c) < 0)
		return -1;
	if (o->schema != NULL && read_json("--schema", o->schema, JSON_OBJECT,
	    &t->schema, c) < 0)
		return -1;
	if (o->tools != NULL && (read_json("--tools", o->tools, JSON_ARRAY,
	    &t->tools, c) < 0 ||
	    check_tools(buf_slice(&t->tools), o->tools, c) < 0))
		return -1;
	return 0;
}

/* -- the messages ---------------------------------------------------------- */

/* A file, or "-" for stdin. */
static int
slurp(const struct env *env, const struct opts *o, const char *option,
    const char *path, struct buf *to, struct complaint *c)
{
	to->max = FILE_MAX;
	if (strcmp(path, "-") == 0)
		return input_stdin(env, o, to, c);
	if (file_read(path, to) < 0)
		return complain(c, EXIT_CONFIG, "%s: %s: %s", option, path,
		    strerror(errno));
	return 0;
}

static int
read_messages(struct turn *t, const struct env *env, const struct opts *o,
    struct complaint *c)
{
	const char *why;

	if (o->messages == NULL)
		return 0;
	if (slurp(env, o, "--messages", o->messages, &t->messages, c) < 0)
		return -1;
	why = talk_parse(&t->talk, buf_slice(&t->messages));
	if (why != NULL)
		return complain(c, EXIT_CONFIG, "--messages: %s: message %zu: "
		    "%s", o->messages, t->talk.at + 1, why);
	return 0;
}

/* ID=FILE: the result of that call. */
static int
read_results(struct turn *t, const struct env *env, const struct opts *o,
    struct complaint *c)
{
	struct slice path, id;
	size_t i;

	for (i = 0; i < o->nresults; i++) {
		path = slice_str(o->results[i]);
		id = slice_cut(&path, '=');
		if (slurp(env, o, "--tool-result", path.p, &t->result[i],
		    c) < 0)
			return -1;
		talk_result(&t->talk, id, buf_slice(&t->result[i]));
	}
	return 0;
}

static struct slice
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slice_str(slash == NULL ? path : slash + 1);
}

static int
read_files(struct turn *t, const struct opts *o, struct complaint *c)
{
	size_t i;

	for (i = 0; i < o->nfiles; i++) {
		t->file[i].max = FILE_MAX;
		if (file_read(o->files[i], &t->file[i]) < 0)
			return complain(c, EXIT_CONFIG, "--file: %s: %s",
			    o->files[i], strerror(errno));
		if (media_part(base_name(o->files[i]), buf_slice(&t->file[i]),
		    &t->fenced[i], &t->part[i]) < 0)
			return complain(c, EXIT_CONFIG, "--file: %s: neither "
			    "text nor png, jpeg, gif, webp or pdf",
			    o->files[i]);
	}
	return 0;
}

int
turn_read(struct turn *t, const struct env *env, const struct opts *o,
    struct complaint *c)
{
	int optional = o->messages != NULL || o->nfiles > 0 || o->nresults > 0;

	if (turn_texts(t, o, c) < 0 || read_files(t, o, c) < 0 ||
	    read_messages(t, env, o, c) < 0 || read_results(t, env, o, c) < 0 ||
	    input_read(env, o, optional, &t->prompt, c) < 0)
		return -1;
	if (t->prompt.n > 0 || o->nfiles > 0)
		talk_user(&t->talk, buf_slice(&t->prompt), t->part, o->nfiles);
	return 0;
}

/* -- its record ------------------------------------------------------------ */

/* What is too deep inside of a record is nothing that anybody sends. */
static void
put_raw(struct json_out *w, const char *name, struct slice json)
{
	json_key(w, name);
	if (json_raw(w, json) < 0)
		json_null(w);
}

/* A member of the turn before, which holds on until it is said otherwise. */
static void
carry_on(struct json_out *w, const struct history *h, const char *name)
{
	struct slice tok;
	enum json_type type = history_member(h, name, &tok);

	if (type == JSON_BAD)
		return;
	if (type == JSON_STRING)	/* its quotes too */
		tok = (struct slice){ tok.p - 1, tok.n + 2 };
	put_raw(w, name, tok);
}

static void
put_json(struct json_out *w, const char *name, const struct buf *json)
{
	if (json->n > 0)
		put_raw(w, name, slice_trim(buf_slice(json)));
}

/* Begins a record of that time. */
static size_t
begin(struct session *s, struct json_out *w, const char *type, msec wall)
{
	size_t start = record_open(w, &s->turn, type);
	struct buf at = { 0 };

	when_put_rfc3339(&at, wall);
	json_member(w, "at", buf_slice(&at));
	buf_free(&at);
	return start;
}

static void
put_session(struct session *s, msec wall)
{
	struct json_out w;
	size_t start = begin(s, &w, "session", wall);

	json_member_num(&w, "version", 1);
	record_close(&w, &s->journal.crc, start);
}

void
turn_record(const struct turn *t, const struct opts *o, msec wall,
    struct session *s)
{
	const struct history *h = &s->history;
	const struct message *m;
	struct json_out w;
	size_t start, n;

	if (s->records.n == 0)
		put_session(s, wall);
	start = begin(s, &w, "turn", wall);
	json_member_num(&w, "turn", (int64_t)h->turns + 1);
	if (h->state == TURN_DONE) {
		json_key(&w, "after");
		json_open(&w, '{');
		json_member_num(&w, "text_bytes", (int64_t)h->text_bytes);
		json_member_num(&w, "items", (int64_t)history_items(h));
		json_close(&w);
	}
	json_key(&w, "options");
	json_open(&w, '{');
	opts_put(o, &w);
	json_close(&w);
	if (o->system != NULL)
		json_member(&w, "system", buf_slice(&t->system));
	else
		carry_on(&w, h, "system");
	put_json(&w, "schema", &t->schema);
	put_json(&w, "tools", &t->tools);
	if (o->tools == NULL)
		carry_on(&w, h, "tools");
	json_key(&w, "messages");
	json_open(&w, '[');
	m = talk_messages(&t->talk, &n);
	talk_put(&w, m, n);
	json_close(&w);
	record_close(&w, &s->journal.crc, start);
}

int
turn_check(const struct turn *t, const struct opts *o, const char *dialect,
    struct complaint *c)
{
	enum media m;
	size_t i, most, all = 0;

	for (i = 0; i < o->nfiles; i++) {
		all += t->file[i].n / 3 * 4;	/* as base64 */
		m = media_of(buf_slice(&t->file[i]));
		most = media_limit(dialect, m);
		if (m == MEDIA_TEXT || t->file[i].n <= most)
			continue;
		if (most == 0)
			return complain(c, EXIT_NEVER, "%s: this provider "
			    "does not accept %s", o->files[i], media_mime(m));
		return complain(c, EXIT_NEVER, "%s: %zu bytes; this provider "
		    "accepts at most %zu of %s", o->files[i], t->file[i].n, most,
		    media_mime(m));
	}
	if (all > media_total(dialect))
		return complain(c, EXIT_NEVER, "the files take %zu bytes of the "
		    "request; this provider accepts at most %zu", all,
		    media_total(dialect));
	return 0;
}

void
turn_free(struct turn *t)
{
	size_t i;

	talk_free(&t->talk);
	buf_free(&t->messages);
	buf_free(&t->prompt);
	buf_free(&t->system);
	buf_free(&t->schema);
	buf_free(&t->tools);
	for (i = 0; i < FILES_MAX; i++) {
		buf_free(&t->file[i]);
		buf_free(&t->fenced[i]);
	}
	for (i = 0; i < RESULTS_MAX; i++)
		buf_free(&t->result[i]);
}
