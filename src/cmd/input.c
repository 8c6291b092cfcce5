#include "cmd/input.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "api/media.h"
#include "base/file.h"
#include "base/utf8.h"
#include "cmd/prompt.h"
#include "cmd/report.h"
#include "wire/record.h"
#include "wire/when.h"

#define INPUT_MAX ((size_t)256 << 20)	/* of a file, and of stdin */
#define TEXT_MAX ((size_t)64 << 20)	/* of instructions, schema, tools */
#define SILENCE 2000			/* ms; then a notice, once */

/* -- instructions, schema, tools ------------------------------------------- */

static int
read_file(const struct opts *o, const char *option, const char *path,
    struct buf *to)
{
	return file_text(o->env, path, opts_end(o), to) == 0 ? 0 :
	    fail_read(o->env, option, path);
}

/* Reads a JSON file, which must be of that type. */
static int
read_json(const struct opts *o, const char *option, const char *path,
    enum json_type type, struct buf *to)
{
	int rc;
	struct json j;
	struct slice tok;

	to->max = TEXT_MAX;
	if ((rc = read_file(o, option, path, to)) != 0)
		return rc;
	json_init(&j, buf_slice(to));
	if (json_next(&j, &tok) != type || !json_valid(buf_slice(to)))
		return fail(EXIT_CONFIG, "%s: %s is not a JSON %s", option,
		    path, type == JSON_ARRAY ? "array" : "object");
	return 0;
}

/* Each tool is an object with a name, and its parameters are an object. */
static int
read_tools(struct input *in, const struct opts *o, const char *path)
{
	static const char keys[] = "name parameters";
	struct json_want want[2];
	struct slice key, tool;
	enum json_type type;
	size_t at = 0;
	int rc = read_json(o, "--tools", path, JSON_ARRAY, &in->tools);

	while (rc == 0 && (type = json_each(buf_slice(&in->tools), &at, &key,
	    &tool)) != JSON_END)
		if (type != JSON_OBJECT || json_take(tool, keys, want, 2) < 0 ||
		    want[0].type != JSON_STRING ||
		    (want[1].type != JSON_BAD && want[1].type != JSON_OBJECT))
			rc = fail(EXIT_CONFIG, "--tools: %s: each tool is "
			    "{\"name\": \"...\", \"description\": \"...\", "
			    "\"parameters\": {...}}", path);
	return rc;
}

int
input_texts(struct input *in, const struct opts *o)
{
	int rc = 0;

	in->system.max = TEXT_MAX;
	if (o->system != NULL && o->system[0] != '@')
		buf_puts(&in->system, o->system);
	else if (o->system == NULL)
		rc = prompt_system(o, &in->system);
	else
		rc = prompt_read(o, "--system", o->system + 1, &in->system);
	if (rc == 0 && o->schema != NULL)
		rc = read_json(o, "--schema", o->schema, JSON_OBJECT,
		    &in->schema);
	if (rc == 0 && o->tools != NULL)
		rc = read_tools(in, o, o->tools);
	return rc;
}

/* -- the messages ---------------------------------------------------------- */

/* Waits for data on stdin, with a notice if it takes long.  -1 when a signal
 * asks to stop. */
static int
await_stdin(const struct env *env, int quiet, int *noticed)
{
	struct pollfd fds[2] = {
		{ .fd = 0, .events = POLLIN },
		{ .fd = env->wakefd, .events = POLLIN },
	};
	int n;

	for (;;) {
		n = poll(fds, 2, *noticed ? -1 : SILENCE);
		if (n > 0)
			return fds[1].revents != 0 ? -1 : 0;
		if (n == 0 && !quiet)
			say(SLICE("waiting for input on stdin; use -n if "
			    "there is none"));
		*noticed |= n == 0;
	}
}

static int
read_stdin(const struct env *env, const struct opts *o, struct buf *in)
{
	ssize_t n = 1;
	int noticed = 0;
	char *to;

	while (n != 0) {
		if (await_stdin(env, o->quiet, &noticed) < 0)
			return fail(EXIT_SIGNAL + env->cancelled(env->ctx),
			    "interrupted while reading stdin: nothing was "
			    "sent");
		noticed = 1;
		to = buf_room(in, 65536);
		if (to == NULL)
			return fail(EXIT_NEVER, "stdin is larger than %zu MiB",
			    in->max >> 20);
		n = file_read_some(0, to, 65536);
		if (n > 0)
			in->n += (size_t)n;
		else if (n == -1 && errno == EBADF)
			return 0;	/* closed by the parent: as if empty */
		else if (n < 0 && n != FILE_AGAIN)
			return fail(EXIT_OUTPUT, "stdin: %s", strerror(errno));
	}
	return 0;
}

/* Reads a file, or stdin for "-". */
static int
slurp(const struct env *env, const struct opts *o, const char *option,
    const char *path, struct buf *to)
{
	int rc;

	to->max = INPUT_MAX;
	if (strcmp(path, "-") == 0) {
		rc = read_stdin(env, o, to);
		buf_drop(to, utf8_mark(buf_slice(to)));
		return rc;
	}
	return read_file(o, option, path, to);
}

/* Attaches in->file[in->nfiles]. */
static int
attach(struct input *in, const char *option, const char *path)
{
	size_t n = in->nfiles++;
	struct slice data = buf_slice(&in->file[n]);
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;

	in->path[n] = strcmp(path, "-") == 0 ? "stdin" : path;
	/* servers look at the suffix of a PDF */
	if (strcmp(path, "-") == 0)
		name = media_of(data) == MEDIA_PDF ? "stdin.pdf" : "stdin";
	if (media_part(slice_str(name), data, &in->fenced[n],
	    &in->part[n]) < 0)
		return fail(EXIT_CONFIG, "%s%s: %s", option, in->path[n],
		    media_refusal(data));
	return 0;
}

static int
read_files(struct input *in, const struct env *env, const struct opts *o)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < o->nfiles; i++) {
		rc = slurp(env, o, "--file", o->files[i],
		    &in->file[in->nfiles]);
		if (rc == 0)
			rc = attach(in, "--file: ", o->files[i]);
	}
	return rc;
}

/* --messages FILE and --tool-result ID=FILE. */
static int
read_talk(struct input *in, const struct env *env, const struct opts *o)
{
	struct slice path, id;
	const char *why;
	size_t i;
	int rc;

	if (o->messages != NULL) {
		rc = slurp(env, o, "--messages", o->messages, &in->messages);
		if (rc != 0)
			return rc;
		why = talk_parse(&in->talk, buf_slice(&in->messages));
		if (why != NULL)
			return fail(EXIT_CONFIG, "--messages: %s: message "
			    "%zu: %s", o->messages, in->talk.at + 1, why);
	}
	for (i = 0; i < o->nresults; i++) {
		path = slice_str(o->results[i]);
		id = slice_cut(&path, '=');
		rc = slurp(env, o, "--tool-result", path.p, &in->result[i]);
		if (rc != 0)
			return rc;
		talk_result(&in->talk, id, buf_slice(&in->result[i]));
	}
	return 0;
}

static int
read_prompt(struct input *in, const struct env *env, const struct opts *o)
{
	struct buf *b = &in->prompt;
	struct buf *piped = &in->file[in->nfiles];
	size_t i;
	int rc;

	for (i = 0; i < o->nwords; i++) {
		if (i > 0)
			buf_putc(b, ' ');
		buf_puts(b, o->words[i]);
	}
	if (!o->no_stdin && !isatty(0)) {
		rc = slurp(env, o, "stdin", "-", piped);
		if (rc != 0)
			return rc;
		if (media_of(buf_slice(piped)) != MEDIA_TEXT) {
			rc = attach(in, "", "-");
			if (rc != 0)
				return rc;
		} else if (piped->n > 0) {
			if (b->n > 0)
				buf_puts(b, "\n\n");
			buf_put(b, buf_slice(piped));
			buf_free(piped);
		}
	}
	rc = prompt_fill(o, in->nfiles > 0, b);
	if (rc != 0 || slice_trim(buf_slice(b)).n > 0)
		return rc;
	buf_clear(b);
	if (o->messages == NULL && in->nfiles == 0 && o->nresults == 0)
		return fail(EXIT_USAGE, "no prompt: give it as words, on "
		    "stdin, or both; see bide --help");
	return 0;
}

int
input_read(struct input *in, const struct env *env, const struct opts *o)
{
	int rc;

	if ((rc = input_texts(in, o)) != 0 ||
	    (rc = read_files(in, env, o)) != 0 ||
	    (rc = read_talk(in, env, o)) != 0 ||
	    (rc = read_prompt(in, env, o)) != 0)
		return rc;
	if (in->prompt.n > 0 || in->nfiles > 0)
		talk_user(&in->talk, buf_slice(&in->prompt), in->part,
		    in->nfiles);
	return 0;
}

int
input_check(const struct input *in, const char *dialect)
{
	size_t i, most, all = 0;
	enum media m;

	for (i = 0; i < in->nfiles; i++) {
		all += in->file[i].n / 3 * 4;	/* as base64 */
		m = media_of(buf_slice(&in->file[i]));
		most = media_limit(dialect, m);
		if (m == MEDIA_TEXT || in->file[i].n <= most)
			continue;
		if (most == 0)
			return fail(EXIT_NEVER, "%s: this provider does not "
			    "accept %s", in->path[i], media_mime(m));
		return fail(EXIT_NEVER, "%s: %zu bytes; this provider accepts "
		    "at most %zu of %s", in->path[i], in->file[i].n, most,
		    media_mime(m));
	}
	if (all > media_total(dialect))
		return fail(EXIT_NEVER, "the files take %zu bytes of the "
		    "request; this provider accepts at most %zu", all,
		    media_total(dialect));
	return 0;
}

/* -- the record of a turn -------------------------------------------------- */

/* JSON that is nested too deep for a record cannot be sent either. */
static void
put_raw(struct json_out *w, const char *name, struct slice json)
{
	json_key(w, name);
	if (json_raw(w, json) < 0)
		json_null(w);
}

/* Puts a member of the turn before, which holds until another is given. */
static void
put_again(struct json_out *w, const struct history *h, const char *name)
{
	struct slice tok;
	enum json_type type = history_member(h, name, &tok);

	if (type != JSON_BAD)
		put_raw(w, name, json_text(type, tok));
}

static size_t
begin_record(struct session *s, struct json_out *w, const char *type,
    msec wall)
{
	size_t start = record_open(w, &s->turn, type);
	struct buf at = { 0 };

	when_put_rfc3339(&at, wall);
	json_member(w, "at", buf_slice(&at));
	buf_free(&at);
	return start;
}

void
input_record(const struct input *in, const struct opts *o, msec wall,
    struct session *s)
{
	const struct history *h = &s->history;
	const struct message *m;
	struct json_out w;
	size_t start, n;

	if (s->records.n == 0) {
		start = begin_record(s, &w, "session", wall);
		json_member_num(&w, "version", 1);
		record_close(&w, &s->journal.crc, start);
	}
	start = begin_record(s, &w, "turn", wall);
	json_member_num(&w, "turn", (int64_t)h->turns + 1);
	if (h->state == TURN_DONE) {
		json_key(&w, "after");
		json_open(&w, '{');
		json_member_num(&w, "text_bytes", (int64_t)h->text_bytes);
		json_member_num(&w, "items", (int64_t)h->items);
		json_close(&w);
	}
	json_key(&w, "options");
	json_open(&w, '{');
	opts_put(o, &w);
	json_close(&w);
	if (o->system != NULL || in->system.n > 0)
		json_member(&w, "system", buf_slice(&in->system));
	else
		put_again(&w, h, "system");
	if (in->schema.n > 0)
		put_raw(&w, "schema", slice_trim(buf_slice(&in->schema)));
	if (in->tools.n > 0)
		put_raw(&w, "tools", slice_trim(buf_slice(&in->tools)));
	if (o->tools == NULL)
		put_again(&w, h, "tools");
	json_key(&w, "messages");
	json_open(&w, '[');
	m = talk_messages(&in->talk, &n);
	talk_put(&w, m, n);
	json_close(&w);
	record_close(&w, &s->journal.crc, start);
}

void
input_free(struct input *in)
{
	size_t i;

	talk_free(&in->talk);
	buf_free(&in->messages);
	buf_free(&in->prompt);
	buf_free(&in->system);
	buf_free(&in->schema);
	buf_free(&in->tools);
	for (i = 0; i <= FILES_MAX; i++) {
		buf_free(&in->file[i]);
		buf_free(&in->fenced[i]);
	}
	for (i = 0; i < RESULTS_MAX; i++)
		buf_free(&in->result[i]);
}
