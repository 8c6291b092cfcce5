#include "state/session.h"

#include <dirent.h>
#include <errno.h>
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

static int
find_path(struct session *s)
{
	char name[SESSION_NAME_MAX + 32];

	(void)str_printf(name, sizeof(name), "sessions/%s" SUFFIX, s->name);
	return place_state(name, s->journal.path, sizeof(s->journal.path));
}

/* -- replay ---------------------------------------------------------------- */

static void
replay(struct session *s)
{
	struct slice in = buf_slice(&s->records), rec;
	enum record_ev ev;

	history_init(&s->history, s->records.n);
	while ((ev = record_next(&s->journal.crc, &in, &rec)) != RECORD_END)
		if (ev == RECORD_ONE)
			history_take(&s->history, rec);
		else
			s->damaged++, history_damage(&s->history);
	s->torn = in.n;
}

void
session_none(struct session *s)
{
	journal_none(&s->journal);
	history_init(&s->history, 0);
}

/* The folder is made when there turns out to be none. */
static int
open_file(struct session *s, enum journal_mode mode, const struct env *env,
    msec until)
{
	struct journal *j = &s->journal;
	char dir[sizeof(j->path)];

	j->error = 0;
	if (find_path(s) < 0) {
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

int
session_open(struct session *s, enum journal_mode mode, const struct env *env,
    msec until)
{
	struct journal *j = &s->journal;

	session_none(s);
	if (open_file(s, mode, env, until) < 0 ||
	    journal_load(j, &s->records) < 0)
		return -1;
	history_free(&s->history);
	replay(s);
	if (s->torn > 0 && mode != JOURNAL_READ)
		return journal_truncate(j, j->end - (int64_t)s->torn);
	return 0;
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

/* -- all of them ----------------------------------------------------------- */

struct entry {
	char name[SESSION_NAME_MAX + 1];
	int64_t at;
};

/* Newest first; of the same time the one that was named later. */
static int
later(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? 1 : -1;
	return strcmp(y->name, x->name);
}

static void
add(struct buf *list, const char *dir, const char *file)
{
	size_t n = strlen(file), tail = strlen(SUFFIX);
	char path[PATH_MAX];
	struct entry e;
	struct stat st;

	if (n <= tail || n - tail > SESSION_NAME_MAX ||
	    strcmp(file + n - tail, SUFFIX) != 0 ||
	    str_printf(path, sizeof(path), "%s/%s", dir, file) < 0 ||
	    lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	slice_copy((struct slice){ file, n - tail }, e.name, sizeof(e.name));
	if (session_bad(e.name) != NULL)
		return;
	e.at = (int64_t)st.st_mtim.tv_sec * 1000 +
	    st.st_mtim.tv_nsec / 1000000;
	buf_put(list, (struct slice){ (const char *)&e, sizeof(e) });
}

static int
list_all(struct buf *list)
{
	char dir[PATH_MAX];
	struct dirent *d;
	DIR *all;

	if (place_state("sessions", dir, sizeof(dir)) < 0)
		return -1;
	all = opendir(dir);
	if (all == NULL)
		return errno == ENOENT ? 0 : -1;
	while ((d = readdir(all)) != NULL)
		add(list, dir, d->d_name);
	closedir(all);
	if (list->n > 0)
		qsort(list->p, list->n / sizeof(struct entry),
		    sizeof(struct entry), later);
	return 0;
}

int
session_each(int (*each)(void *ctx, const char *name, msec written), void *ctx)
{
	struct buf list = { 0 };
	const struct entry *e;
	size_t i;
	int rc = list_all(&list);

	for (i = 0; rc == 0 && i < list.n / sizeof(*e); i++) {
		e = (const struct entry *)(void *)list.p + i;
		rc = each(ctx, e->name, e->at);
	}
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
