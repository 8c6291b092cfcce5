#ifndef CMD_TARGET_H
#define CMD_TARGET_H

/* Where a request goes: the parts of plan_make() that decide it. */

#include "cmd/plan.h"

/* Which provider -m (and -u) mean: p->provider and p->model.  *own: the
 * section of the configuration file it came from, or NULL. */
int target_provider(struct plan *p, const struct opts *o,
    const struct own_provider **own, struct complaint *c);

/* p->base, p->path and p->job.to.url. */
int target_url(struct plan *p, const struct opts *o, struct complaint *c);

/* p->path becomes another one below the base. */
void target_path(struct plan *p, const char *below);

/* p->path becomes that of the list of models. */
int target_models(struct plan *p, struct complaint *c);

/* p->job.to.proxy, from HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
int target_proxy(struct plan *p, struct complaint *c);

#endif
