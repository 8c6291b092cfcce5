#include "cmd/batch_in.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

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
	in->line = in->taken = 0;
	in->over = in->skip = 0;
	buf_clear(&in->buf);
}

static int
silent(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

/* One read.  0; -1 where nothing is there now. */
static int
fill(struct batch_in *in)
{
	size_t want = CHUNK;
	ssize_t n;

	if (!in->file && silent(in->fd))
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

/* The line that ends before in->buf.p + end; what is skipped of it is gone. */
static enum batch_in_ev
take(struct batch_in *in, size_t end, struct slice *text, int64_t *at)
{
	*text = slice_sub(buf_slice(&in->buf), in->taken, end - in->taken);
	*at = in->file ? in->at - (int64_t)(in->buf.n - in->taken) : -1;
	if (in->skip) {
		*text = SLICE("{");
		*at = -1;
	}
	in->taken = end + !in->torn;
	in->skip = 0;
	in->line++;
	return IN_LINE;
}

enum batch_in_ev
batch_in_next(struct batch_in *in, struct slice *text, int64_t *at)
{
	size_t from = in->taken;	/* where no newline was seen yet */
	const char *end;

	in->torn = 0;
	for (;;) {
		end = from == in->buf.n ? NULL :
		    memchr(in->buf.p + from, '\n', in->buf.n - from);
		if (end != NULL)
			return take(in, (size_t)(end - in->buf.p), text, at);
		if (in->buf.n - in->taken > LINE_MAX_BYTES) {
			in->skip = 1;
			in->taken = in->buf.n;
		}
		if (in->over) {
			if (in->taken == in->buf.n && !in->skip)
				return IN_END;
			in->torn = 1;
			return take(in, in->buf.n, text, at);
		}
		from = in->buf.n - in->taken;
		if (fill(in) < 0)
			return IN_WAIT;
	}
}

void
batch_in_free(struct batch_in *in)
{
	buf_free(&in->buf);
}
