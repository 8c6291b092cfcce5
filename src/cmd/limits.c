#include "cmd/limits.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>

#include "cmd/exits.h"
#include "cmd/share.h"
#include "core/output.h"
#include "wire/json.h"

static void
put_cell(struct json_out *w, struct page *page, size_t k, msec now)
{
	struct limit_state s = limit_state(page, k, now);
	struct buf name = { 0 };

	if (s.limit == 0)
		return;
	limit_label(&name, k, s.window);
	json_open(w, '{');
	json_member(w, "of", buf_slice(&name));
	json_member_num(w, "limit", s.limit);
	json_member_num(w, "window_ms", s.window);
	json_member_num(w, "used", s.used);
	json_member_num(w, "next_ms", s.slot);
	json_close(w);
	buf_free(&name);
}

static void
put_page(struct buf *out, struct page *page, msec now)
{
	struct slice label = slice_str(page->label);
	struct json_out w = { .out = out };
	msec hold = atomic_load(&page->hold) - now;
	size_t k;

	json_open(&w, '{');
	json_member(&w, "base_url", slice_cut(&label, '\n'));
	json_member(&w, "model", label);
	json_member_num(&w, "asking", (int64_t)lease_count(page, now));
	json_member_num(&w, "at_a_time", (int64_t)limit_share(page, now));
	json_member_num(&w, "hold_ms", hold > 0 ? hold : 0);
	json_key(&w, "limits");
	json_open(&w, '[');
	for (k = 0; k < LIMIT_CELLS; k++)
		put_cell(&w, page, k, now);
	json_close(&w);
	json_close(&w);
	buf_putc(out, '\n');
}

/* JSON for people: a line for each limit, and no marks but the colons. */
static void
put_plain(struct buf *out, struct slice json)
{
	int text = 0, depth = 0;
	char c;

	for (; json.n > 0; json = slice_sub(json, 1, json.n)) {
		c = *json.p;
		if (c == '"')
			text = !text;
		else if (text || strchr("{}[],", c) == NULL)
			buf_putc(out, c);
		else if (c == '{' && depth++ > 0)
			buf_puts(out, "\n   ");
		else if (c == ',')
			buf_puts(out, "  ");
		depth -= !text && c == '}';
	}
}

static void
put_folder(struct buf *out, const char *dir, msec now)
{
	struct dirent *e;
	struct page *page;
	DIR *d = opendir(dir);

	while (d != NULL && (e = readdir(d)) != NULL) {
		page = page_peek(dir, e->d_name, now);
		if (page != NULL)
			put_page(out, page, now);
		page_close(page);
	}
	if (d != NULL)
		closedir(d);
}

int
limits(const struct env *env, struct opts *o, struct slice command)
{
	struct buf json = { 0 }, plain = { 0 };
	char dir[PATH_MAX];
	struct fault f;
	int i, rc;

	(void)command;
	for (i = 0; i < 2; i++)
		if (share_dir(i, dir, sizeof(dir)) == 0)
			put_folder(&json, dir, env->wall(env->ctx));
	put_plain(&plain, buf_slice(&json));
	rc = output_write(env, 1, buf_slice(o->json ? &json : &plain), &f);
	buf_free(&json);
	buf_free(&plain);
	return rc < 0 ? EXIT_OUTPUT : EXIT_WHOLE;
}
