#include "cmd/limits.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/clean.h"
#include "cmd/confine.h"
#include "cmd/fleet.h"
#include "cmd/say.h"
#include "core/pages.h"
#include "limit/hold.h"
#include "limit/label.h"
#include "limit/redis.h"
#include "limit/share.h"
#include "net/digest.h"
#include "state/place.h"
#include "wire/json.h"
#include "wire/when.h"

/* Opens the ith directory; -1, with errno EACCES after a message if it is not
 * to be trusted. */
static int
open_dir(int i, int make)
{
	char dir[PATH_MAX];
	int fd;

	errno = 0;
	if (pages_place(i, dir, sizeof(dir)) < 0 ||
	    (make && place_make(dir) < 0))
		return -1;
	fd = page_folder(dir);
	if (fd >= 0 || (errno != ENOTDIR && errno != EACCES))
		return fd;
	sayf("limits are not shared with other processes: %s %s", dir,
	    errno == ENOTDIR ? "is a link or no folder" : "is not ours, or "
	    "others can write to it");
	errno = EACCES;
	return -1;
}

void
limits_open(struct plan *p, struct opts *o, const struct env *env)
{
	limits_page(&p->pace.limit, secret_slice(&p->key), buf_slice(&p->base),
	    slice_str(p->model), o, env);
	p->job.pace = &p->pace;
}

void
limits_page(struct limit *l, struct slice key, struct slice base,
    struct slice model, struct opts *o, const struct env *env)
{
	/* the key is only in the digest that is the page's name, and so is
	 * the query, which may hold a token */
	struct slice id[] = { key, base, model };
	struct buf name = { 0 }, label = { 0 };
	int i, fd;

	limit_close(l);
	*l = (struct limit){ .ops = &limit_local, .own = { o->rpm, o->tpm } };
	if (o->no_share) {
		l->page = page_alone();
		return;
	}
	digest_put(&name, id, 3, 16);
	buf_putc(&name, '\0');
	buf_put(&label, slice_cut(&base, '?'));
	buf_printf(&label, "\n%.*s", SLICE_FMT(model));
	for (i = 0; i < 2 && l->page == NULL && !o->no_share; i++) {
		fd = open_dir(i, 1);
		if (fd >= 0) {
			l->page = page_open(fd, name.p, buf_slice(&label),
			    env->wall(env->ctx));
			close(fd);
		} else {
			o->no_share = errno == EACCES;
		}
	}
	if (o->fleet != NULL) {
		l->ops = &limit_redis;
		l->remote = redis_page(o->fleet->server, name.p,
		    buf_slice(&label));
	}
	buf_free(&name);
	buf_free(&label);
	if (l->page != NULL)
		return;
	if (o->verbose && !o->no_share)
		say(SLICE("limits are not shared with other processes: there "
		    "is no private folder for them"));
	l->page = page_alone();
}

/* Digits of a page's name that people see. */
#define PAGE_SHORT 8

/* A page, and what its label says. */
struct view {
	const struct page *page;
	struct slice name;	/* of its file, a digest with the key's */
	struct slice base, model;
	size_t active, most;
	msec now, hold;		/* how long it still lasts, or negative */
	msec probe;		/* until the next probe; 0: none is due */
};

static void
put_json(struct buf *out, const struct view *v)
{
	struct json_out w = { .out = out };
	struct page_state s;
	size_t k;

	json_open(&w, '{');
	json_member(&w, "page", v->name);
	json_member(&w, "base_url", v->base);
	json_member(&w, "model", v->model);
	json_member_num(&w, "asking", (int64_t)v->active);
	json_member_num(&w, "at_a_time", (int64_t)v->most);
	json_member_num(&w, "hold_ms", v->hold > 0 ? v->hold : 0);
	if (v->probe > 0)
		json_member_num(&w, "probe_ms", v->probe);
	json_key(&w, "limits");
	json_open(&w, '[');
	for (k = 0; k < LIMIT_CELLS; k++) {
		s = page_state(v->page, k, v->now);
		if (s.limit == 0)
			continue;
		json_open(&w, '{');
		json_member(&w, "of", slice_str(pages_cell(k)));
		json_member_num(&w, "limit", s.limit);
		json_member_num(&w, "window_ms", s.window);
		json_member_num(&w, "used", s.used);
		json_member_num(&w, "next_ms", s.slot);
		json_close(&w);
	}
	json_close(&w);
	json_close(&w);
	buf_putc(out, '\n');
}

static void
put_wait(struct buf *out, const char *what, msec wait)
{
	if (wait <= 0)
		return;
	buf_puts(out, what);
	when_put(out, wait);
}

static void
put_text(struct buf *out, const struct view *v)
{
	struct page_state s;
	size_t k;

	clean_put(out, v->base, 0);
	buf_puts(out, "  ");
	clean_put(out, v->model, 0);
	buf_printf(out, "  %zu asking", v->active);
	if (v->most > 0)
		buf_printf(out, ", %zu at a time", v->most);
	put_wait(out, ", held for ", v->hold);
	put_wait(out, ", next probe in ", v->probe);
	/* else two keys of one account look the same */
	buf_printf(out, "  [%.*s]\n", (int)PAGE_SHORT, v->name.p);
	for (k = 0; k < LIMIT_CELLS; k++) {
		s = page_state(v->page, k, v->now);
		if (s.limit == 0)
			continue;
		buf_puts(out, "    ");
		limit_label(out, k, s.limit, s.window);
		buf_printf(out, ": %lld used", (long long)s.used);
		put_wait(out, ", next slot in ", s.slot);
		buf_putc(out, '\n');
	}
}

/* Whether text matches a pattern in which * stands for any text.  (fnmatch()
 * comes with 16 KB of tables for wide characters.) */
static int
matches(const char *pattern, const char *text)
{
	const char *star = NULL, *from = NULL;

	while (*text != '\0') {
		if (*pattern == '*') {
			star = pattern++;
			from = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star != NULL) {	/* the * takes one more */
			pattern = star + 1;
			text = ++from;
		} else {
			return 0;
		}
	}
	return pattern[strspn(pattern, "*")] == '\0';
}

/* Whether --forget means this one. */
static int
is_chosen(const struct opts *o, const char *name, struct page *page)
{
	struct slice label = slice_str(page->label);
	char base[PAGE_LABEL];
	size_t i;

	slice_copy(slice_cut(&label, '\n'), base, sizeof(base));
	for (i = 0; i < o->nwords; i++)
		if (matches(o->words[i], base) ||
		    matches(o->words[i], label.p) ||
		    strncmp(o->words[i], name, PAGE_SHORT) == 0)
			return 1;
	return o->nwords == 0;
}

static void
put_forgotten(const struct page *page, struct buf *out)
{
	struct slice label = slice_str(page->label);

	buf_puts(out, "forgetting ");
	clean_put(out, slice_cut(&label, '\n'), 0);
	buf_puts(out, "  ");
	clean_put(out, label, 0);
	buf_putc(out, '\n');
}

/* Drops what a page says.  The file stays while processes share it. */
static void
forget(int folder, const char *name, struct page *page, msec now,
    struct buf *out)
{
	page_forget(page);
	if (lease_count(page, now) == 0)
		(void)unlinkat(folder, name, 0);
	put_forgotten(page, out);
}

static void
put_page(const struct opts *o, const char *name, struct page *page, msec now,
    struct buf *out)
{
	struct slice label = slice_str(page->label);
	struct view v = { .page = page, .name = slice_str(name), .now = now,
	    .base = slice_cut(&label, '\n'), .model = label,
	    .active = lease_count(page, now),
	    .most = share_most(page, now),
	    .hold = atomic_load(&page->hold) - now };

	if (v.hold > 0 && hold_is_long(page))
		v.probe = hold_next(page, atomic_load(&page->held)) - now;
	(o->json ? put_json : put_text)(out, &v);
}

/* What is done with each page. */
struct visit {
	const struct opts *o;
	msec now;
	struct buf out;
};

static void
visit(void *ctx, int folder, const char *name, struct page *page)
{
	struct visit *v = ctx;

	if (!v->o->forget)
		put_page(v->o, name, page, v->now, &v->out);
	else if (is_chosen(v->o, name, page))
		forget(folder, name, page, v->now, &v->out);
}

/* The pages of the server of --limits. */
static int
put_server(const struct opts *o, msec now, struct buf *out)
{
	struct server *server = o->fleet->server;
	struct page *page = page_alone();
	struct buf names = { 0 };
	struct fault f;
	const char *name;
	int rc = 0;

	if (server_pages(server, &names, &f) < 0)
		rc = fail(f.class == F_CANCEL ? EXIT_SIGNAL + f.code :
		    f.retry ? EXIT_LATER : EXIT_CONFIG, "--limits: %s",
		    f.text);
	for (name = names.p; rc == 0 && name < names.p + names.n;
	    name += strlen(name) + 1) {
		if (redis_peek(server, name, page, now) < 0)
			continue;
		if (!o->forget)
			put_page(o, name, page, now, out);
		else if (is_chosen(o, name, page) &&
		    redis_forget(server, name) == 0)
			put_forgotten(page, out);
	}
	page_close(page);
	buf_free(&names);
	return rc;
}

int
limits(const struct env *env, struct opts *o, struct slice command)
{
	struct visit v = { .o = o, .now = env->wall(env->ctx) };
	struct sandbox box;
	int i, rc = 0;

	(void)command;
	if (o->nwords > 0 && !o->forget)
		return fail(EXIT_USAGE, "limits takes a pattern only with "
		    "--forget");
	sandbox_open(&box);
	confine_limits(&box, o, 0);
	if (o->fleet != NULL)
		confine_net(&box, o);
	confine(&box, o, CALLS_FILES | (o->fleet != NULL ? CALLS_NET |
	    CALLS_FORK : 0));
	if (o->fleet != NULL)
		rc = put_server(o, v.now, &v.out);
	for (i = 0; i < 2 && o->fleet == NULL; i++)
		pages_each(open_dir(i, 0), v.now, visit, &v);
	if (rc == 0)
		rc = show(env, buf_slice(&v.out));
	buf_free(&v.out);
	return rc;
}
