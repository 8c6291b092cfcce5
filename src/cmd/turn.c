#include "cmd/turn.h"

#include <errno.h>
#include <string.h>

#include "api/media.h"
#include "cmd/exits.h"
#include "cmd/file.h"
#include "cmd/input.h"

#define FILE_MAX ((size_t)256 << 20)

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

static int
put_together(struct turn *t, const struct opts *o, struct complaint *c)
{
	struct request r = { 0 };
	const char *why;

	if (t->prompt.n > 0 || o->nfiles > 0)
		talk_user(&t->talk, buf_slice(&t->prompt), t->part, o->nfiles);
	why = talk_end(&t->talk, &r);
	if (why != NULL)
		return complain(c, EXIT_USAGE, "%s%s%.*s", why,
		    t->talk.name.n > 0 ? ": " : "", SLICE_FMT(t->talk.name));
	return 0;
}

int
turn_read(struct turn *t, const struct env *env, const struct opts *o,
    struct complaint *c)
{
	int optional = o->messages != NULL || o->nfiles > 0;

	*t = (struct turn){ 0 };
	if (read_files(t, o, c) < 0 || read_messages(t, env, o, c) < 0 ||
	    read_results(t, env, o, c) < 0 ||
	    input_read(env, o, optional, &t->prompt, c) < 0)
		return -1;
	return put_together(t, o, c);
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
			return complain(c, EXIT_NEVER, "%s: %s is not taken "
			    "by this provider", o->files[i], media_mime(m));
		return complain(c, EXIT_NEVER, "%s: %zu bytes; this provider "
		    "takes %zu of %s", o->files[i], t->file[i].n, most,
		    media_mime(m));
	}
	if (all > media_total(dialect))
		return complain(c, EXIT_NEVER, "the files are %zu bytes in a "
		    "request; this provider takes %zu", all,
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
	for (i = 0; i < FILES_MAX; i++) {
		buf_free(&t->file[i]);
		buf_free(&t->fenced[i]);
	}
	for (i = 0; i < RESULTS_MAX; i++)
		buf_free(&t->result[i]);
}
