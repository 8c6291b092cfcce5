#include "cmd/batch_out.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/answer.h"
#include "cmd/batch_in.h"
#include "cmd/report.h"
#include "core/output.h"
#include "state/place.h"

static int
failed(const struct batch_out *out)
{
	return fail(EXIT_OUTPUT, "%s: %s", out->path, strerror(errno));
}

/* What stands behind the last newline is a result that was not written to
 * its end, or one that lacks nothing else. */
static int
mend(struct batch_out *out, int whole, int64_t at)
{
	if (whole) {
		out->end++;
		return write(out->fd, "\n", 1) == 1 ? 0 : failed(out);
	}
	sayf("%s: removed an incomplete last line; its request "
	    "will be sent again", out->path);
	out->end = at;
	return ftruncate(out->fd, (off_t)at) < 0 ? failed(out) : 0;
}

static int
mark(struct ids *ids, struct slice raw, int flags)
{
	unsigned char hash[IDS_HASH];
	struct buf id = { 0 };
	int rc;

	json_unescape(raw, &id, NULL);
	ids_hash(buf_slice(&id), hash);
	rc = ids_mark(ids, hash, flags);
	buf_free(&id);
	return rc;
}

static int
load(struct batch_out *out, struct batch_in *in, struct ids *ids)
{
	struct slice text, id;
	int64_t at;
	int rc;

	while (batch_in_next(in, &text, &at) == IN_LINE) {
		rc = answer_read(text, &id);
		if (rc >= 0 && mark(ids, id, rc > 0 ? IDS_DONE | IDS_FAILED :
		    IDS_DONE) < 0)
			return failed(out);
		if (in->torn && (rc >= 0 || (memchr("{", *text.p, 2) != NULL &&
		    !json_valid(text))))
			return mend(out, rc >= 0, at);
		if (rc < 0 && slice_trim(text).n > 0)
			return fail(EXIT_NEVER, "%s: line %llu is "
			    "not a batch result; is this the right file?",
			    out->path, (unsigned long long)in->line);
	}
	errno = in->error;
	return in->error != 0 ? failed(out) : 0;
}

int
batch_out_open(struct batch_out *out, const char *path, struct ids *ids)
{
	struct batch_in in;
	struct stat st;
	int rc;

	*out = (struct batch_out){ .fd = 1 };
	if (path == NULL)
		return 0;
	out->path = path;
	out->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC |
	    O_NOCTTY, 0666);
	if (out->fd < 0 || fstat(out->fd, &st) < 0)
		return failed(out);
	if (!S_ISREG(st.st_mode)) {
		out->path = NULL;
		return 0;
	}
	if (flock(out->fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return fail(EXIT_LATER, "%s: another batch is writing "
		    "to it; each shard needs an output file of its own", path);
	if (st.st_size == 0)
		(void)place_sync(path);
	out->end = lseek(out->fd, 0, SEEK_END);
	batch_in_init(&in, out->fd);
	batch_in_rewind(&in, 0);
	rc = load(out, &in, ids);
	batch_in_free(&in);
	return rc;
}

int
batch_out_put(struct batch_out *out, const struct env *env, struct slice line,
    struct fault *f)
{
	int rc = output_write(env, out->fd, line, f);

	if (rc < 0 && out->path != NULL)
		(void)!ftruncate(out->fd, (off_t)out->end);
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
