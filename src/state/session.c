#include "state/session.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/place.h"
#include "wire/when.h"

#define SUFFIX ".jsonl"

const char *
session_bad(const char *name)
{
	size_t i;

	if (name[0] == '.' || name[0] == '-' || name[0] == '\0')
		return "a session's name begins with a letter or digit";
	if (strlen(name) > SESSION_NAME_MAX)
		return "too long for a session's name";
	for (i = 0; name[i] != '\0'; i++)
		if ((unsigned char)name[i] <= ' ' || name[i] == '/' ||
		    name[i] == 0x7f)
			return "a session's name has no blanks and no slash";
	return NULL;
}

void
session_invent(struct session *s, msec wall, uint32_t rnd)
{
	struct buf b = { 0 };
	size_t i, n = 0;

	when_put_rfc3339(&b, wall);
	for (i = 0; i < b.n && b.p[i] != 'Z'; i++)
		if (b.p[i] != '-' && b.p[i] != ':')
			s->name[n++] = b.p[i] == 'T' ? '-' : b.p[i];
	(void)str_printf(s->name + n, 6, "-%04x", (unsigned)rnd & 0xffff);
	buf_free(&b);
}

void
session_none(struct session *s)
{
	journal_none(&s->journal);
	history_init(&s->history, 0);
}

/* Opens the journal; the directory is only created once that fails. */
static int
open_file(struct session *s, enum journal_mode mode, const struct env *env,
    msec until)
{
	struct journal *j = &s->journal;
	char dir[sizeof(j->path)], name[SESSION_NAME_MAX + 32];

	j->error = 0;
	(void)str_printf(name, sizeof(name), "sessions/%s" SUFFIX, s->name);
	if (place_state(name, j->path, sizeof(j->path)) < 0) {
		j->error = errno;
		return -1;
	}
	if (journal_open(j, mode, env, until) == 0)
		return 0;
	if (j->error != ENOENT || mode == JOURNAL_READ || mode == JOURNAL_OLD ||
	    place_folder(j->path, dir, sizeof(dir)) < 0)
		return -1;
	j->error = 0;
	if (place_make(dir) < 0) {
		j->error = errno;
		return -1;
	}
	return journal_open(j, mode, env, until);
}

int
session_create(struct session *s, const struct env *env)
{
	return open_file(s, JOURNAL_NEW, env, 0);
}

/* Whether the file begins with a session record, or is the part of one that a
 * crash in the first write leaves.  If its first line is damaged, any intact
 * record will do: intact is their number. */
static int
is_session(const struct session *s, enum record_ev first, size_t intact)
{
	static const char begin[] = "{\"type\":\"session\"";
	size_t n = s->records.n < sizeof(begin) - 1 ? s->records.n :
	    sizeof(begin) - 1;

	if (first == RECORD_DAMAGED)
		return intact > 0;
	return n == 0 || memcmp(s->records.p, begin, n) == 0;
}

int
session_open(struct session *s, enum journal_mode mode, const struct env *env,
    msec until)
{
	struct journal *j = &s->journal;
	enum record_ev ev, first = RECORD_END;
	struct slice in, rec;
	size_t intact = 0;

	session_none(s);
	if (open_file(s, mode, env, until) < 0)
		return -1;
	if (journal_load(j, &s->records) < 0)
		goto refused;
	history_free(&s->history);
	history_init(&s->history, s->records.n);
	in = record_lines(buf_slice(&s->records));
	s->torn = s->records.n - in.n;
	while ((ev = record_next(&j->crc, &in, &rec)) != RECORD_END) {
		if (first == RECORD_END)
			first = ev;
		if (ev == RECORD_ONE) {
			intact++;
			history_take(&s->history, rec);
		} else {
			s->damaged++;
			history_damage(&s->history);
		}
	}
	if (!is_session(s, first, intact))
		j->error = JOURNAL_OTHER;
	else if (s->torn == 0 || mode == JOURNAL_READ ||
	    journal_truncate(j, j->end - (int64_t)s->torn) == 0)
		return 0;
refused:
	journal_close(j);
	return -1;
}

const char *
session_ask(struct session *s)
{
	struct slice rest = buf_slice(&s->turn), line;

	while (rest.n > 0) {
		line = slice_cut(&rest, '\n');
		history_take(&s->history, line);
	}
	return history_ask(&s->history);
}

int
session_keep(struct session *s)
{
	int fresh = s->journal.end == 0;

	if (journal_append(&s->journal, buf_slice(&s->turn)) < 0)
		return -1;
	return journal_sync(&s->journal, fresh);
}

/* -- the list of sessions -------------------------------------------------- */

struct entry {
	char name[SESSION_NAME_MAX + 1];
	int64_t at;
};

/* Newest first; at the same time the greater name first. */
static int
later(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? 1 : -1;
	return strcmp(y->name, x->name);
}

static void
add(struct buf *list, int dir, const char *file)
{
	size_t n = strlen(file), tail = strlen(SUFFIX);
	struct entry e;
	struct stat st;

	if (n <= tail || n - tail > SESSION_NAME_MAX ||
	    strcmp(file + n - tail, SUFFIX) != 0 ||
	    fstatat(dir, file, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !journal_ours(&st))
		return;
	slice_copy((struct slice){ file, n - tail }, e.name, sizeof(e.name));
	if (session_bad(e.name) != NULL)
		return;
	e.at = (int64_t)st.st_mtim.tv_sec * 1000 +
	    st.st_mtim.tv_nsec / 1000000;
	buf_put(list, (struct slice){ (const char *)&e, sizeof(e) });
}

int
session_each(int (*each)(void *ctx, const char *name, msec written), void *ctx)
{
	struct buf list = { 0 };
	struct entry *e;
	struct dirent *d;
	char path[PATH_MAX];
	size_t i, n;
	int rc = 0;
	DIR *dir;

	if (place_state("sessions", path, sizeof(path)) < 0)
		return -1;
	dir = opendir(path);
	if (dir == NULL)
		return errno == ENOENT ? 0 : -1;
	while ((d = readdir(dir)) != NULL)
		add(&list, dirfd(dir), d->d_name);
	closedir(dir);
	e = (void *)list.p;
	n = list.n / sizeof(*e);
	if (n > 0)
		qsort(e, n, sizeof(*e), later);
	for (i = 0; rc == 0 && i < n; i++)
		rc = each(ctx, e[i].name, e[i].at);
	buf_free(&list);
	return rc;
}

static int
take_first(void *ctx, const char *name, msec written)
{
	struct session *s = ctx;

	(void)written;
	slice_copy(slice_str(name), s->name, sizeof(s->name));
	return 1;
}

int
session_newest(struct session *s)
{
	return session_each(take_first, s) == 1 ? 0 : -1;
}

int
session_remove(struct session *s)
{
	return unlink(s->journal.path);
}

void
session_free(struct session *s)
{
	journal_close(&s->journal);
	history_free(&s->history);
	buf_free(&s->records);
	buf_free(&s->turn);
}
