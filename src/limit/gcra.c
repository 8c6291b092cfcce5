#include "limit/gcra.h"

/* The margin is at least 1/MARGIN_MIN of the window, or of a minute if that is
 * shorter, at first 1/MARGIN_FIRST and at most 1/MARGIN_MAX.  Each response
 * lowers it by 1/MARGIN_DECAY. */
#define MARGIN_MIN 1000
#define MARGIN_FIRST 100
#define MARGIN_MAX 8
#define MARGIN_DECAY 128

#define SPAN_MAX ((int64_t)1 << 56)

static int64_t
minute(int64_t window)
{
	return window < 60000000 ? window : 60000000;
}

int64_t
gcra_span(int64_t cost, int64_t limit, int64_t window)
{
	double span = (double)cost * (double)window / (double)limit;

	if (span <= 0)		/* the figures are the server's */
		return 0;
	if (span > (double)SPAN_MAX)
		return SPAN_MAX;
	return (int64_t)span + (span > (double)(int64_t)span);
}

int64_t
gcra_base(int64_t base, int64_t tail, int64_t now)
{
	return base + tail < now ? now - tail : base;
}

void
gcra_sync(struct gcra *g, int64_t least, int64_t most, int64_t window,
    int refused)
{
	int64_t raise = least - g->base;

	window = minute(window);
	g->margin -= g->margin / MARGIN_DECAY;
	if (raise > 0) {
		g->base = least;
		raise += raise / 4 + window / MARGIN_MIN;
		if (g->margin < raise)
			g->margin = raise;
		if (refused)
			g->margin += g->margin / 2;
	} else if (g->base > most && !refused) {
		g->base = most;
	}
	if (g->margin < window / MARGIN_MIN)
		g->margin = window / MARGIN_MIN;
	if (g->margin > window / MARGIN_MAX)
		g->margin = window / MARGIN_MAX;
}

void
gcra_start(struct gcra *g, int64_t base, int64_t window)
{
	g->base = base;
	g->margin = minute(window) / MARGIN_FIRST;
}
