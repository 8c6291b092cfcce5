#include "cmd/batch_out.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/answer.h"
#include "base/file.h"
#include "cmd/batch_line.h"
#include "cmd/report.h"
#include "core/output.h"
#include "state/place.h"

#define SYNC_EACH ((msec)1000)

static int
failed(const struct batch_out *out)
{
	return fail(EXIT_OUTPUT, "%s: %s: %s", out->option, out->path,
	    strerror(errno));
}

/* Opens and locks a file.  Another batch may have put another one in its place
 * meanwhile (see replace()). */
static int
lock(struct batch_out *out)
{
	struct stat own, st;

	for (;;) {
		out->fd = open(out->path, O_RDWR | O_CREAT | O_APPEND |
		    O_CLOEXEC | O_NOCTTY, 0666);
		if (out->fd < 0 || fstat(out->fd, &own) < 0)
			return failed(out);
		if (flock(out->fd, LOCK_EX | LOCK_NB) < 0 &&
		    errno == EWOULDBLOCK)
			return fail(EXIT_LATER, "%s: another batch is writing "
			    "to it; each shard needs an output file of its "
			    "own", out->path);
		if (stat(out->path, &st) == 0 && st.st_dev == own.st_dev &&
		    st.st_ino == own.st_ino)
			return 0;
		(void)close(out->fd);
	}
}

int
batch_out_open(struct batch_out *out, const char *path, const struct opts *o,
    msec until)
{
	struct stat st;
	struct fault f;
	int exists = path != NULL && stat(path, &st) == 0;
	int plain = exists && S_ISREG(st.st_mode), rc;

	*out = (struct batch_out){ .fd = 1, .old = -1, .option =
	    path == o->errors ? "--errors" : "--output" };
	if (path == NULL || (o->dry_run && !plain))
		return 0;
	if (exists && !plain) {
		out->fd = output_open(o->env, path, until, &f);
		return out->fd >= 0 ? 0 : fail(f.class == F_CANCEL ?
		    EXIT_SIGNAL + f.code : EXIT_OUTPUT, "%s: %s", out->option,
		    f.text);
	}
	out->path = path;
	if ((rc = lock(out)) != 0)
		return rc;
	out->end = lseek(out->fd, 0, SEEK_END);
	if (out->end == 0)
		(void)place_sync(path);
	return 0;
}

/* -- loading --------------------------------------------------------------- */

/* A file that is being read, and the one that takes its place. */
struct load {
	struct batch_out *out, *errors;
	const struct opts *o;
	struct batch_in in;
	struct replacement next;	/* .fd -1: nothing was removed yet */
	struct buf kept;		/* for it, not yet written */
};

#define CHUNK ((size_t)65536)

/* Completes a last line that lacks only its newline, or removes it. */
static int
mend(struct batch_out *out, int whole, int64_t at)
{
	if (whole) {
		out->end++;
		return write(out->fd, "\n", 1) == 1 ? 0 : failed(out);
	}
	sayf("%s: removed an incomplete last line; its request will be sent "
	    "again", out->path);
	out->end = at;
	return file_truncate(out->fd, (off_t)at) < 0 ? failed(out) : 0;
}

/* Writes what was kept, if that is much or with all set. */
static int
flush(struct load *l, int all)
{
	struct fault f;

	if (l->kept.n == 0 || (!all && l->kept.n < CHUNK))
		return 0;
	if (output_write(l->o->env, l->next.fd, buf_slice(&l->kept), &f) < 0)
		return fail(EXIT_OUTPUT, "%s: %s", l->next.temp,
		    strerror(f.code));
	buf_clear(&l->kept);
	return 0;
}

static int
keep(struct load *l, struct slice text)
{
	if (l->next.fd < 0)
		return 0;
	buf_put(&l->kept, text);
	buf_putc(&l->kept, '\n');
	return flush(l, 0);
}

/* Removes the line at that offset: begins the new file, with all before it. */
static int
leave_out(struct load *l, int64_t at)
{
	struct fault f;
	int64_t from = 0;
	ssize_t n;
	int rc = 0;

	if (l->next.fd >= 0 || l->o->dry_run)
		return 0;
	if (output_begin(&l->next, l->out->path, 0, &f) < 0)
		return fail(EXIT_OUTPUT, "%s", f.text);
	for (; rc == 0 && from < at; from += n) {
		n = (ssize_t)(at - from < (int64_t)CHUNK ? at - from :
		    (int64_t)CHUNK);
		if (file_get(l->out->fd, buf_room(&l->kept, CHUNK), (size_t)n,
		    from) != n)
			return failed(l->out);
		l->kept.n += (size_t)n;
		rc = flush(l, 1);
	}
	return rc;
}

/* Moves a failure to the other file. */
static int
move(struct load *l, struct slice text, int64_t at)
{
	struct buf line = { 0 };
	struct fault f;
	int rc = 0;

	if (!l->o->dry_run) {
		buf_put(&line, text);
		buf_putc(&line, '\n');
		rc = batch_out_put(l->errors, l->o->env, buf_slice(&line), &f);
		buf_free(&line);
	}
	if (rc < 0)
		return fail(EXIT_OUTPUT, "%s", f.text);
	return leave_out(l, at);
}

/* Takes one line.  .torn: it has no newline.  0, or an exit status. */
static int
take(struct load *l, struct slice text, int64_t at, struct todo *todo)
{
	struct slice raw;
	struct buf id = { 0 };
	int known = answer_read(text, &raw), rc = 0;
	int moved = 0;		/* by a run that was killed before the end */

	if (known == ANSWER_NONE && l->in.torn && text.n > 0 &&
	    *text.p == '{' && !json_valid(text))
		return l->next.fd >= 0 ? 0 : mend(l->out, 0, at);
	if (known == ANSWER_NONE && slice_trim(text).n > 0)
		return fail(EXIT_NEVER, "%s: line %llu is not a batch result; "
		    "is this the right file?", l->out->path,
		    (unsigned long long)l->in.line);
	if (known == ANSWER_NONE)
		return keep(l, text);
	if (l->in.torn && l->next.fd < 0 && (rc = mend(l->out, 1, at)) != 0)
		return rc;
	if (known == ANSWER_EXPIRED ||
	    (known == ANSWER_FAILED && l->o->retry_failed))
		return leave_out(l, at);
	json_unescape(raw, &id, NULL);
	if (known == ANSWER_FAILED && l->errors != NULL)
		moved = todo_failed(todo, buf_slice(&id));
	if (moved < 0 || (moved == 0 && todo_result(todo, buf_slice(&id),
	    known == ANSWER_FAILED) < 0))
		rc = failed(l->out);
	buf_free(&id);
	if (rc != 0)
		return rc;
	if (moved)
		return leave_out(l, at);
	l->out->results++;
	return known == ANSWER_FAILED && l->errors != NULL ?
	    move(l, text, at) : keep(l, text);
}

/* Puts the new file in place of the old one. */
static int
replace(struct load *l)
{
	struct batch_out *out = l->out;
	struct fault f;
	int rc = flush(l, 1);

	if (rc == 0 && l->errors != NULL &&
	    batch_out_sync(l->errors, 0, 1, &f) < 0)
		rc = fail(EXIT_OUTPUT, "%s", f.text);
	if (rc != 0)
		return rc;
	/* locked before it can be found */
	(void)flock(l->next.fd, LOCK_EX | LOCK_NB);
	if (output_commit(&l->next, &f) < 0)
		return fail(EXIT_OUTPUT, "%s", f.text);
	out->old = out->fd;
	out->fd = l->next.fd;
	out->end = lseek(out->fd, 0, SEEK_END);
	return 0;
}

int
batch_out_load(struct batch_out *out, const struct opts *o, struct todo *todo,
    struct batch_out *errors)
{
	struct load l = { .out = out, .errors = errors, .o = o,
	    .next = { .fd = -1 } };
	struct slice text;
	int64_t at;
	int rc = 0;

	if (out->path == NULL)
		return 0;
	batch_in_init(&l.in, out->fd);
	batch_in_rewind(&l.in, 0);
	while (rc == 0 && batch_in_next(&l.in, &text, &at) == IN_LINE)
		rc = o->env->cancelled(o->env->ctx) != 0 ?
		    fail(EXIT_SIGNAL + o->env->cancelled(o->env->ctx),
		    "%s: interrupted while it was read", out->path) :
		    take(&l, text, at, todo);
	if (rc == 0 && todo_end(todo) < 0)
		rc = failed(out);
	errno = l.in.error;
	if (rc == 0 && errno != 0)
		rc = failed(out);
	if (rc == 0 && l.next.fd >= 0)
		rc = replace(&l);
	if (l.next.fd >= 0 && l.next.fd != out->fd)
		output_abandon(&l.next);
	batch_in_free(&l.in);
	buf_free(&l.kept);
	return rc;
}

/* -- writing --------------------------------------------------------------- */

int
batch_out_put(struct batch_out *out, const struct env *env, struct slice line,
    struct fault *f)
{
	int rc = output_write(env, out->fd, line, f), code = f->code;

	if (rc < 0 && out->path != NULL) {
		(void)file_truncate(out->fd, (off_t)out->end);
		fault_set(f, f->class, 0, "%s: %s", out->path, strerror(code));
		f->code = code;
	}
	if (rc == 0)
		out->end += (int64_t)line.n;
	out->dirty = out->path != NULL;
	return rc;
}

int
batch_out_sync(struct batch_out *out, msec now, int all, struct fault *f)
{
	if (!out->dirty || (!all && now - out->synced < SYNC_EACH))
		return 0;
	out->synced = now;
	out->dirty = 0;
	if (fdatasync(out->fd) == 0 || errno == EINVAL || errno == EROFS)
		return 0;
	return fault_set(f, F_OUTPUT, 0, "%s: %s", out->path, strerror(errno));
}

void
batch_out_leave(struct batch_out *out)
{
	if (out->old >= 0)
		(void)close(out->old);
	if (out->fd > 1)
		(void)close(out->fd);
}
