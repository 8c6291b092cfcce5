#include "cmd/limits.h"

#include <dirent.h>
#include <limits.h>

#include "base/clean.h"
#include "cmd/exits.h"
#include "cmd/share.h"
#include "core/output.h"
#include "wire/json.h"
#include "wire/when.h"

/* A page, and what its label says. */
struct view {
	struct page *page;
	struct slice base, model;
	size_t asking, share;
	msec now, hold;		/* what is left of it, or less than 0 */
};

static struct view
look(struct page *page, msec now)
{
	struct slice label = slice_str(page->label);
	struct view v = { .page = page, .now = now,
	    .base = slice_cut(&label, '\n'), .model = label,
	    .asking = lease_count(page, now),
	    .share = limit_share(page, now),
	    .hold = atomic_load(&page->hold) - now };

	return v;
}

static void
put_json(struct buf *out, const struct view *v)
{
	static const char names[][14] = { "requests", "tokens",
	    "input_tokens", "output_tokens", "requests", "tokens" };
	struct json_out w = { .out = out };
	struct limit_state s;
	size_t k;

	json_open(&w, '{');
	json_member(&w, "base_url", v->base);
	json_member(&w, "model", v->model);
	json_member_num(&w, "asking", (int64_t)v->asking);
	json_member_num(&w, "at_a_time", (int64_t)v->share);
	json_member_num(&w, "hold_ms", v->hold > 0 ? v->hold : 0);
	json_key(&w, "limits");
	json_open(&w, '[');
	for (k = 0; k < LIMIT_CELLS; k++) {
		s = limit_state(v->page, k, v->now);
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
	struct limit_state s;
	size_t k;

	clean_put(out, v->base, 0);
	buf_puts(out, "  ");
	clean_put(out, v->model, 0);
	buf_printf(out, "  %zu asking", v->asking);
	if (v->share > 0)
		buf_printf(out, ", %zu at a time", v->share);
	put_wait(out, ", held for ", v->hold);
	buf_putc(out, '\n');
	for (k = 0; k < LIMIT_CELLS; k++) {
		s = limit_state(v->page, k, v->now);
		if (s.limit == 0)
			continue;
		buf_puts(out, "    ");
		limit_label(out, k, s.limit, s.window);
		buf_printf(out, ": %lld used", (long long)s.used);
		put_wait(out, ", next slot in ", s.slot);
		buf_putc(out, '\n');
	}
}

static void
put_folder(struct buf *out, const char *dir, msec now, int json)
{
	struct dirent *e;
	struct page *page;
	struct view v;
	DIR *d = opendir(dir);

	while (d != NULL && (e = readdir(d)) != NULL) {
		page = page_peek(dir, e->d_name, now);
		if (page == NULL)
			continue;
		v = look(page, now);
		(json ? put_json : put_text)(out, &v);
		page_close(page);
	}
	if (d != NULL)
		closedir(d);
}

int
limits(const struct env *env, struct opts *o, struct slice command)
{
	struct buf out = { 0 };
	char dir[PATH_MAX];
	struct fault f;
	int i, rc;

	(void)command;
	for (i = 0; i < 2; i++)
		if (share_dir(i, dir, sizeof(dir)) == 0)
			put_folder(&out, dir, env->wall(env->ctx), o->json);
	rc = output_write(env, 1, buf_slice(&out), &f);
	buf_free(&out);
	return rc < 0 ? EXIT_OUTPUT : EXIT_WHOLE;
}
