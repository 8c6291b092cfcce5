#include "cmd/batch_line.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/utf8.h"
#include "state/todo.h"

#define CHUNK ((size_t)65536)

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
	in->over = in->skip = in->begun = in->held = 0;
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

	if (in->held) {
		in->held = 0;
		*text = in->text;
		*at = in->text_at;
		return IN_LINE;
	}
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
	if (!in->begun && slice_trim(*text).n > 0) {
		in->begun = 1;
		in->foreign = in->skip ? NULL : line_foreign(*text);
	}
	in->taken = end + !in->torn;
	in->seen = 0;
	in->skip = 0;
	in->line++;
	in->text = *text;
	in->text_at = *at;
	return IN_LINE;
}

void
batch_in_hold(struct batch_in *in)
{
	in->held = 1;
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
