#include "serve/holds.h"

#include <limits.h>

#include "core/pages.h"
#include "limit/hold.h"
#include "serve/metrics.h"

struct holds {
	msec now;
	struct buf limit, used, hold, active;	/* lines of each metric */
};

/* {page="00112233",base_url="...",model="..." and more}, with the closing
 * brace if there is no more. */
static void
put_labels(struct buf *out, const char *name, const struct page *page)
{
	struct slice model = slice_str(page->label);
	struct slice base = slice_cut(&model, '\n');

	buf_printf(out, "{page=\"%.8s\",base_url=\"", name);
	metrics_label(out, base);
	buf_puts(out, "\",model=\"");
	metrics_label(out, model);
	buf_putc(out, '"');
}

static void
put_cells(struct holds *h, const char *name, const struct page *page)
{
	struct page_state s;
	struct buf labels = { 0 };
	size_t k;

	for (k = 0; k < LIMIT_CELLS; k++) {
		s = page_state(page, k, h->now);
		if (s.limit == 0)
			continue;
		buf_clear(&labels);
		put_labels(&labels, name, page);
		buf_printf(&labels, ",of=\"%s\",window_seconds=\"%lld\"}",
		    pages_cell(k), (long long)s.window / 1000);
		buf_printf(&h->limit, "bide_limit%.*s %lld\n",
		    SLICE_FMT(buf_slice(&labels)), (long long)s.limit);
		buf_printf(&h->used, "bide_limit_used%.*s %lld\n",
		    SLICE_FMT(buf_slice(&labels)), (long long)s.used);
	}
	buf_free(&labels);
}

static void
put_page(void *ctx, int folder, const char *name, struct page *page)
{
	struct holds *h = ctx;
	msec hold = atomic_load(&page->hold) - h->now;

	(void)folder;
	put_cells(h, name, page);
	buf_puts(&h->hold, "bide_hold_seconds");
	put_labels(&h->hold, name, page);
	if (hold < 0)
		hold = 0;
	buf_printf(&h->hold, "} %lld.%03d\n", (long long)hold / 1000,
	    (int)(hold % 1000));
	buf_puts(&h->active, "bide_limit_active");
	put_labels(&h->active, name, page);
	buf_printf(&h->active, "} %zu\n", lease_count(page, h->now));
}

void
holds_put(const struct env *env, struct buf *out)
{
	struct holds h = { .now = env->wall(env->ctx) };
	const struct {
		const char *name, *help;
		struct buf *lines;
	} metrics[] = {
		{ "bide_limit", "What the provider allows in a window, as far "
		    "as is known.", &h.limit },
		{ "bide_limit_used", "What is used of it.", &h.used },
		{ "bide_hold_seconds", "How long requests are still held "
		    "after a refusal.", &h.hold },
		{ "bide_limit_active", "Requests of this host under way.",
		    &h.active },
	};
	char path[PATH_MAX];
	size_t k;
	int i;

	for (i = 0; i < 2; i++)
		if (pages_place(i, path, sizeof(path)) == 0)
			pages_each(page_folder(path), h.now, put_page, &h);
	for (k = 0; k < COUNT(metrics); k++) {
		metrics_head(out, metrics[k].name, "gauge", metrics[k].help);
		buf_put(out, buf_slice(metrics[k].lines));
		buf_free(metrics[k].lines);
	}
}
