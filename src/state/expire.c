#include "state/expire.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "state/journal.h"
#include "state/place.h"
#include "state/session.h"

#define DAY ((msec)86400000)
#define TAIL ((size_t)65536)	/* of a file that is read */

/* Whether the name was invented, and before that of the session limit. */
static int
is_candidate(const char *file, const char *limit)
{
	static const char form[] = "00000000-000000-xxxx.jsonl";
	size_t i;

	if (strlen(file) != sizeof(form) - 1)
		return 0;
	for (i = 0; form[i] != '\0'; i++)
		if (form[i] == '0' ? file[i] < '0' || file[i] > '9' :
		    form[i] == 'x' ? slice_hexdigit(file[i]) < 0 :
		    file[i] != form[i])
			return 0;
	return strncmp(file, limit, strlen("00000000-000000")) < 0;
}

/* Whether the fault ended its turn for good. */
static int
is_final(struct slice record)
{
	struct json_want w = { .key = "end" };

	return json_pick(record, &w, 1) == 0 && w.type == JSON_STRING &&
	    !json_is(w.tok, "later") && !json_is(w.tok, "dropped");
}

/* Whether the last turn is finished, by the end of the file, of which long
 * ones have too much to be read in time.  What is not clear is not finished. */
static int
is_finished(struct journal *j, off_t size)
{
	off_t from = size > (off_t)TAIL ? size - (off_t)TAIL : 0;
	struct buf b = { 0 };
	struct slice in, rec;
	enum record_ev ev;
	ssize_t n = file_get(j->fd, buf_room(&b, TAIL), TAIL, from);
	int done = from == 0;

	b.n = n < 0 ? 0 : (size_t)n;
	in = buf_slice(&b);
	if (from > 0)
		(void)slice_cut(&in, '\n');
	while ((ev = record_next(&j->crc, &in, &rec)) != RECORD_END) {
		if (ev == RECORD_DAMAGED || record_is(rec, "turn") ||
		    record_is(rec, "attempt"))
			done = 0;
		else if (record_is(rec, "answer") ||
		    (record_is(rec, "fault") && is_final(rec)))
			done = 1;
	}
	buf_free(&b);
	return done && n >= 0;
}

/* Deletes the session of this path if it is old and finished. */
static int
expire(struct journal *j, const struct env *env, msec keep)
{
	struct stat st;
	msec written;
	int gone = 0;

	if (lstat(j->path, &st) < 0)
		return 0;
	written = (msec)st.st_mtim.tv_sec * 1000;
	if (env->wall(env->ctx) - written <= keep ||
	    journal_open(j, JOURNAL_OLD, env, 0) < 0)
		return 0;
	if (fstat(j->fd, &st) == 0 && st.st_mtim.tv_sec * 1000 == written)
		gone = is_finished(j, st.st_size) && unlink(j->path) == 0;
	journal_close(j);
	return gone;
}

/* Reads how many files an unfinished pass has done, written as one more: 0 is
 * a finished pass.  -1: none is due. */
static int64_t
begin(int fd, msec wall)
{
	char text[24];
	struct stat st;
	ssize_t n = file_get(fd, text, sizeof(text), 0);
	int64_t done;
	msec age;

	if (n <= 0 || fstat(fd, &st) < 0)
		return 0;
	done = slice_dec((struct slice){ text, (size_t)n }, INT_MAX);
	if (done > 0)
		return done - 1;
	age = wall - (msec)st.st_mtim.tv_sec * 1000;
	return age >= 0 && age < DAY ? -1 : 0;	/* the clock may be set back */
}

size_t
expire_sessions(const struct env *env, msec keep)
{
	msec start = env_mono(env), wall = env->wall(env->ctx);
	struct session limit;
	struct journal j;
	struct buf text = { 0 };
	struct dirent *d;
	char path[PATH_MAX];
	size_t dir_n, gone = 0;
	int64_t done, at = 0;
	int fd, tried = 0;
	DIR *dir;

	if (keep > wall || place_state("expired", path, sizeof(path)) < 0 ||
	    (fd = file_open(path, O_RDWR | O_CREAT | O_NOFOLLOW)) < 0)
		return 0;
	done = begin(fd, wall);
	journal_none(&j);
	dir = done < 0 || place_state("sessions/", j.path, sizeof(j.path)) < 0 ?
	    NULL : opendir(j.path);
	if (dir == NULL) {
		close(fd);
		return 0;
	}
	session_invent(&limit, wall - keep, 0);
	dir_n = strlen(j.path);
	/* one file at least, however slow the machine is */
	while ((d = readdir(dir)) != NULL && (!tried ||
	    env_mono(env) - start < EXPIRE_TIME)) {
		if (at++ < done || !is_candidate(d->d_name, limit.name))
			continue;
		tried = 1;
		slice_copy(slice_str(d->d_name), j.path + dir_n,
		    sizeof(j.path) - dir_n);
		if (expire(&j, env, keep)) {
			gone++;
			at--;
		}
	}
	buf_put_num(&text, d == NULL ? 0 : at + 1);
	if (file_truncate(fd, 0) == 0)
		(void)file_put(fd, buf_slice(&text), 0);
	closedir(dir);
	close(fd);
	buf_free(&text);
	return gone;
}
