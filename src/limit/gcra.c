#include "limit/gcra.h"

/* The margin is at least 1/MARGIN_MIN of the window, or of a minute if that is
 * shorter: twice by how much base may be too low because the order of places
 * is uncertain (learn.c).  It is at first 1/MARGIN_FIRST and at most
 * 1/MARGIN_MAX, and lowered to what the last MARGIN_REPORTS to twice as many
 * responses needed. */
#define MARGIN_MIN 500
#define MARGIN_FIRST 100
#define MARGIN_MAX 20
#define MARGIN_REPORTS 24

/* What others took in a longer time than 1/MARGIN_OLD of the window counts in
 * part: a process whose margin grows with it would wait ever longer. */
#define MARGIN_OLD 60

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

/* A response needs more margin than there is. */
static void
need(struct gcra *g, int64_t margin, int64_t window)
{
	if (margin < window / MARGIN_MIN)
		margin = window / MARGIN_MIN;
	if (margin > window / MARGIN_MAX)
		margin = window / MARGIN_MAX;
	if (g->margin < margin)
		g->margin = margin;
	if (g->peak < margin)
		g->peak = margin;
}

void
gcra_refused(struct gcra *g, int64_t window)
{
	need(g, g->margin + g->margin / 2, minute(window));
}

void
gcra_sync(struct gcra *g, int64_t least, int64_t most, int64_t window,
    int64_t elapsed, int refused)
{
	int64_t raise = least - g->base;

	window = minute(window);
	if (raise > 0) {
		g->base = least;
		if (elapsed > window / MARGIN_OLD)
			raise = (int64_t)((double)raise * (double)window /
			    MARGIN_OLD / (double)elapsed);
		need(g, raise + raise / 4 + window / MARGIN_MIN, window);
	} else if (g->base > most && !refused) {
		g->base = most;
	}
	if (++g->reports >= MARGIN_REPORTS) {
		g->margin = g->peak;
		g->reports = g->peak = 0;
	}
	need(g, 0, window);
}

void
gcra_start(struct gcra *g, int64_t base, int64_t window)
{
	*g = (struct gcra){ .base = base,
	    .margin = minute(window) / MARGIN_FIRST };
}
