#include "cmd/limits.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>

#include "base/clean.h"
#include "cmd/say.h"
#include "limit/hold.h"
#include "net/digest.h"
#include "state/place.h"
#include "wire/json.h"
#include "wire/when.h"

/* The ith of two directories for pages, the preferred one first.  0, or -1 if
 * there is no such directory. */
static int
get_dir(int i, char *dir, size_t size)
{
	const char *run = getenv("XDG_RUNTIME_DIR");

	if (i > 0)
		return place_state("limits", dir, size);
	if (run == NULL || run[0] != '/')
		return -1;
	return str_printf(dir, size, "%s/bide", run);
}

void
limits_open(struct plan *p, const struct opts *o, const struct env *env)
{
	/* the key is only in the digest that is the page's name */
	struct slice id[] = { secret_slice(&p->key), buf_slice(&p->base),
	    slice_str(p->model) };
	struct buf name = { 0 }, label = { 0 };
	struct limit *l = &p->pace.limit;
	char dir[PATH_MAX];
	int i;

	limit_close(l);
	*l = (struct limit){ .ops = &limit_local, .own = { o->rpm, o->tpm } };
	p->job.pace = &p->pace;
	if (o->no_share) {
		l->page = page_alone();
		return;
	}
	digest_put(&name, id, 3, 16);
	buf_putc(&name, '\0');
	buf_printf(&label, "%.*s\n%s", SLICE_FMT(p->base), p->model);
	for (i = 0; i < 2 && l->page == NULL; i++)
		if (get_dir(i, dir, sizeof(dir)) == 0 && place_make(dir) == 0)
			l->page = page_open(dir, name.p, buf_slice(&label),
			    env->wall(env->ctx));
	buf_free(&name);
	buf_free(&label);
	if (l->page != NULL)
		return;
	if (o->verbose)
		say(SLICE("limits are not shared with other processes: there "
		    "is no private folder for them"));
	l->page = page_alone();
}

/* A page, and what its label says. */
struct view {
	const struct page *page;
	struct slice base, model;
	size_t active, most;
	msec now, hold;		/* how long it still lasts, or negative */
	msec probe;		/* until the next probe; 0: none is due */
};

static void
put_json(struct buf *out, const struct view *v)
{
	static const char names[][14] = { "requests", "tokens",
	    "input_tokens", "output_tokens", "requests", "tokens" };
	struct json_out w = { .out = out };
	struct page_state s;
	size_t k;

	json_open(&w, '{');
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
		json_member(&w, "of", slice_str(names[k]));
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
	buf_putc(out, '\n');
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

int
limits(const struct env *env, struct opts *o, struct slice command)
{
	msec now = env->wall(env->ctx);
	struct buf out = { 0 };
	char dir[PATH_MAX];
	struct dirent *e;
	struct page *page;
	struct slice label;
	struct view v;
	int i, rc;
	DIR *d;

	(void)command;
	for (i = 0; i < 2; i++) {
		d = get_dir(i, dir, sizeof(dir)) == 0 ? opendir(dir) : NULL;
		while (d != NULL && (e = readdir(d)) != NULL) {
			page = page_peek(dir, e->d_name, now);
			if (page == NULL)
				continue;
			label = slice_str(page->label);
			v = (struct view){ .page = page, .now = now,
			    .base = slice_cut(&label, '\n'), .model = label,
			    .active = lease_count(page, now),
			    .most = page_concurrency(page, now),
			    .hold = atomic_load(&page->hold) - now };
			if (v.hold > 0 && hold_is_long(page))
				v.probe = hold_next(page, atomic_load(
				    &page->held)) - now;
			(o->json ? put_json : put_text)(&out, &v);
			page_close(page);
		}
		if (d != NULL)
			closedir(d);
	}
	rc = show(env, buf_slice(&out));
	buf_free(&out);
	return rc;
}
