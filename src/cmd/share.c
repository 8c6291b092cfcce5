#include "cmd/share.h"

#include <limits.h>
#include <stdlib.h>

#include "cmd/say.h"
#include "net/digest.h"
#include "state/place.h"

int
share_dir(int i, char *dir, size_t size)
{
	const char *run = getenv("XDG_RUNTIME_DIR");

	if (i > 0)
		return place_state("limits", dir, size);
	if (run == NULL || run[0] != '/')
		return -1;
	return str_printf(dir, size, "%s/bide", run);
}

/* A page is told by base URL, key and model, of which the key is in its name
 * alone, where nobody can read it. */
static struct page *
open_page(const struct plan *p, msec now)
{
	struct slice id[] = { secret_slice(&p->key), buf_slice(&p->base),
	    slice_str(p->model) };
	struct buf name = { 0 }, label = { 0 };
	struct page *page = NULL;
	char dir[PATH_MAX];
	int i;

	digest_put(&name, id, 3, 16);
	buf_putc(&name, '\0');
	buf_printf(&label, "%.*s\n%s", SLICE_FMT(p->base), p->model);
	for (i = 0; i < 2 && page == NULL; i++)
		if (share_dir(i, dir, sizeof(dir)) == 0 &&
		    place_make(dir) == 0)
			page = page_open(dir, name.p, buf_slice(&label), now);
	buf_free(&name);
	buf_free(&label);
	return page;
}

struct pace *
share_open(struct plan *p, const struct opts *o, const struct env *env)
{
	struct limit *l = &p->pace.limit;

	*l = (struct limit){ .own = { o->rpm, o->tpm } };
	if (!o->no_share)
		l->page = open_page(p, env->wall(env->ctx));
	if (l->page == NULL) {
		if (!o->no_share && o->verbose)
			say(SLICE("limits are not shared with other "
			    "processes: there is no private folder for "
			    "them"));
		l->page = page_alone();
	}
	return &p->pace;
}
