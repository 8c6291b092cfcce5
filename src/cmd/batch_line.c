#include "cmd/batch_line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/answer.h"
#include "base/file.h"
#include "base/utf8.h"
#include "cmd/report.h"
#include "core/output.h"
#include "state/place.h"

#define CHUNK ((size_t)65536)
#define SYNC_EACH ((msec)1000)

/* -- input ----------------------------------------------------------------- */

void
batch_in_init(struct batch_in *in, int fd)
{
	struct stat st;
	off_t at = lseek(fd, 0, SEEK_CUR);

	*in = (struct batch_in){ .fd = fd, .end = INT64_MAX };
	in->file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && at >= 0;
	in->at = in->file ? at : 0;
}

void
batch_in_rewind(struct batch_in *in, int64_t at)
{
	in->at = at;
	in->line = in->taken = in->seen = 0;
	in->over = in->skip = 0;
	buf_clear(&in->buf);
}

/* Reads once.  0; -1 if a pipe has no data. */
static int
fill(struct batch_in *in)
{
	struct pollfd p = { .fd = in->fd, .events = POLLIN };
	size_t want = CHUNK;
	ssize_t n;

	if (!in->file && poll(&p, 1, 0) == 0)
		return -1;
	buf_drop(&in->buf, in->taken);
	in->taken = 0;
	if (in->end - in->at < (int64_t)want)
		want = (size_t)(in->end - in->at);
	(void)buf_room(&in->buf, CHUNK);
	n = in->file ? file_get(in->fd, in->buf.p + in->buf.n, want, in->at) :
	    file_read_some(in->fd, in->buf.p + in->buf.n, want);
	if (n == FILE_AGAIN)
		return -1;
	if (n < 0)
		in->error = errno;
	if (n <= 0) {
		in->over = 1;
		return 0;
	}
	in->buf.n += (size_t)n;
	in->at += n;
	return 0;
}

enum batch_in_ev
batch_in_next(struct batch_in *in, struct slice *text, int64_t *at)
{
	const char *newline;
	size_t from, end;

	in->torn = 0;
	for (;;) {
		from = in->taken + in->seen;
		newline = from == in->buf.n ? NULL :
		    memchr(in->buf.p + from, '\n', in->buf.n - from);
		if (newline != NULL)
			break;
		in->seen = in->buf.n - in->taken;
		if (in->seen > LINE_MAX_BYTES) {
			in->skip = 1;
			in->taken = in->buf.n;
			in->seen = 0;
		}
		if (in->over) {
			if (in->taken == in->buf.n && !in->skip)
				return IN_END;
			in->torn = 1;
			break;
		}
		if (fill(in) < 0)
			return IN_WAIT;
	}
	end = newline != NULL ? (size_t)(newline - in->buf.p) : in->buf.n;
	if (in->skip) {
		*text = SLICE("{");
		*at = -1;
	} else {
		*text = slice_sub(buf_slice(&in->buf), in->taken,
		    end - in->taken);
		*at = in->file ? in->at - (int64_t)(in->buf.n - in->taken) :
		    -1;
	}
	if (in->line == 0)
		*text = slice_sub(*text, utf8_mark(*text), text->n);
	if (in->line == 0 && !in->skip)
		in->foreign = line_foreign(*text);
	in->taken = end + !in->torn;
	in->seen = 0;
	in->skip = 0;
	in->line++;
	return IN_LINE;
}

void
batch_id(const struct line *l, uint64_t number, struct slice text,
    struct buf *id)
{
	line_id(l, number, l->at[L_ID].n > 0 ? 0 :
	    todo_digest(slice_trim(text)), id);
}

void
batch_in_free(struct batch_in *in)
{
	buf_free(&in->buf);
}

/* -- output ---------------------------------------------------------------- */

static int
failed(const struct batch_out *out)
{
	return fail(EXIT_OUTPUT, "%s: %s", out->path, strerror(errno));
}

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

/* Takes the ids of all results in the file. */
static int
load(struct batch_out *out, struct batch_in *in, struct todo *todo)
{
	struct slice text, raw;
	struct buf id = { 0 };
	int64_t at;
	int rc = 0, known;

	while (rc == 0 && batch_in_next(in, &text, &at) == IN_LINE) {
		known = answer_read(text, &raw);
		if (known == ANSWER_DONE || known == ANSWER_FAILED) {
			buf_clear(&id);
			json_unescape(raw, &id, NULL);
			if (todo_result(todo, buf_slice(&id),
			    known == ANSWER_FAILED) < 0)
				rc = failed(out);
		}
		if (rc != 0)
			break;
		if (in->torn && (known != ANSWER_NONE ||
		    (memchr("{", *text.p, 2) != NULL && !json_valid(text)))) {
			rc = mend(out, known != ANSWER_NONE, at);
			break;
		}
		if (known == ANSWER_NONE && slice_trim(text).n > 0)
			rc = fail(EXIT_NEVER, "%s: line %llu is not a batch "
			    "result; is this the right file?", out->path,
			    (unsigned long long)in->line);
	}
	buf_free(&id);
	if (rc == 0 && todo_end(todo) < 0)
		rc = failed(out);
	errno = in->error;
	return rc == 0 && errno != 0 ? failed(out) : rc;
}

int
batch_out_open(struct batch_out *out, const struct opts *o, msec until,
    struct todo *todo)
{
	const char *path = o->output;
	struct batch_in in;
	struct stat st;
	struct fault f;
	int exists = path != NULL && stat(path, &st) == 0;
	int plain = exists && S_ISREG(st.st_mode), rc;

	*out = (struct batch_out){ .fd = 1 };
	if (path == NULL || (o->dry_run && !plain))
		return 0;
	if (exists && !plain) {
		out->fd = output_open(o->env, path, until, &f);
		return out->fd >= 0 ? 0 : fail(f.class == F_CANCEL ?
		    EXIT_SIGNAL + f.code : EXIT_OUTPUT, "%s", f.text);
	}
	out->path = path;
	out->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC |
	    O_NOCTTY, 0666);
	if (out->fd < 0 || fstat(out->fd, &st) < 0)
		return failed(out);
	if (flock(out->fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return fail(EXIT_LATER, "%s: another batch is writing to it; "
		    "each shard needs an output file of its own", path);
	if (st.st_size == 0)
		(void)place_sync(path);
	out->end = lseek(out->fd, 0, SEEK_END);
	batch_in_init(&in, out->fd);
	batch_in_rewind(&in, 0);
	rc = load(out, &in, todo);
	batch_in_free(&in);
	return rc;
}

int
batch_out_put(struct batch_out *out, const struct env *env, struct slice line,
    struct fault *f)
{
	int rc = output_write(env, out->fd, line, f);

	if (rc < 0 && out->path != NULL)
		(void)file_truncate(out->fd, (off_t)out->end);
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
