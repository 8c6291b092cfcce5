#ifndef SERVE_METRICS_H
#define SERVE_METRICS_H

/*
 * Counters of the proxy, shared by its processes: each is an atomic word that
 * only grows.
 */

#include "serve/relay.h"

struct metrics;

/* Counters for the providers of r and for what none of them saw.  Ends the
 * program if there is no memory. */
struct metrics *metrics_open(const struct relay *r);

/* A request has ended, after that many ms. */
void metrics_count(struct metrics *m, const struct account *a, msec took);

/* Appends them in Prometheus' text format 0.0.4. */
void metrics_put(const struct metrics *m, struct buf *out);

/* Appends the lines that a metric begins with; a label's value, escaped; and
 * a gauge that has no labels. */
void metrics_head(struct buf *out, const char *name, const char *type,
    const char *help);
void metrics_label(struct buf *out, struct slice value);
void metrics_gauge(struct buf *out, const char *name, const char *help,
    int64_t value);

#endif
