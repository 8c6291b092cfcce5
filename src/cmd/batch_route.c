#include "cmd/batch_route.h"

#include <string.h>

#include "cmd/exits.h"
#include "cmd/limits.h"
#include "cmd/prompt.h"
#include "limit/label.h"

void
route_close(struct route *r)
{
	plan_free(&r->plan);
	memset(r, 0, sizeof(*r));
}

static int
open_route(struct work *w, struct route *r, struct slice model,
    struct complaint *c)
{
	r->open = 1;
	if (model.n >= sizeof(r->model))
		return complain(c, EXIT_USAGE, "the model name is too long");
	slice_copy(model, r->model, sizeof(r->model));
	if (plan_make(&r->plan, w->o, model.n > 0 ? r->model : NULL, c) < 0) {
		route_close(r);
		return -1;
	}
	slice_copy(slice_str(r->plan.model), r->own, sizeof(r->own));
	r->base = r->plan.request;
	r->base.system = buf_slice(&w->texts.system);
	r->base.schema = buf_slice(&w->texts.schema);
	r->base.tools = buf_slice(&w->texts.tools);
	r->plan.job.reuse = 1;
	return 0;
}

/* Sets the model that the body of a line names, if it names one; Gemini's may
 * begin with "models/".  Whether it is another one than before. */
static int
take_model(struct route *r, const struct line *l, const struct opts *o)
{
	static const char folder[] = "models/";
	struct json_want model = { .key = "model" };
	struct plan *p = &r->plan;

	(void)json_pick(l->inner, &model, 1);
	if (l->family == FAMILY_GEMINI && slice_starts(model.tok, folder))
		slice_skip(&model.tok, sizeof(folder) - 1);
	if (model.type != JSON_STRING || slice_is(model.tok, r->model))
		return 0;
	slice_copy(model.tok, r->model, sizeof(r->model));
	p->model = r->model;
	p->job.price = opts_price(o, p->provider.name, p->model);
	return 1;
}

void
route_limits(struct work *w, struct route *r, const struct line *l)
{
	struct plan *p = &r->plan;
	int other = l->family != FAMILY_PLAIN && !r->instead &&
	    take_model(r, l, w->o);

	if (!w->o->dry_run && (other || p->job.pace == NULL))
		limits_open(p, w->o, &w->env);
}

/* Whether a line of OpenAI's is for the Responses API. */
static int
is_response(const struct line *l)
{
	static const char path[] = "/responses";
	size_t n = sizeof(path) - 1;
	struct buf url = { 0 };
	int is = line_url(l, &url) == 0 && url.n >= n &&
	    memcmp(url.p + url.n - n, path, n) == 0;

	buf_free(&url);
	return is;
}

int
route_accepts(const struct route *r, const struct line *l)
{
	const struct dialect *d = r->plan.provider.dialect;

	switch (l->family) {
	case FAMILY_PLAIN:
		return 1;
	case FAMILY_OPENAI:
		return d == &dialect_responses || (d != &dialect_messages &&
		    d != &dialect_gemini && !(r->instead && is_response(l)));
	case FAMILY_ANTHROPIC:
		return d == &dialect_messages;
	case FAMILY_GEMINI:
		return d == &dialect_gemini;
	}
	return 0;
}

struct slice
route_model(const struct route *r)
{
	return slice_str(strcmp(r->own, "-") == 0 ? NULL : r->own);
}

/* Opens the route of a family: to the model of -m if its provider accepts such
 * lines, else to the family's own provider. */
static int
open_family(struct work *w, enum family family, struct complaint *c)
{
	struct route *r = &w->route[family];
	struct slice model = slice_str(w->o->model);
	struct line any = { .family = family };

	if (r->open)
		return 0;
	if (model.n > 0 || family == FAMILY_PLAIN) {
		if (open_route(w, r, model, c) < 0)
			return -1;
		if (!route_accepts(r, &any))
			route_close(r);
	}
	if (!r->open && open_route(w, r, family == FAMILY_ANTHROPIC ?
	    SLICE("anthropic:-") : family == FAMILY_GEMINI ?
	    SLICE("gemini:-") : model.n == 0 &&
	    w->o->base_url != NULL ? SLICE("-") :
	    SLICE("openai:-"), c) < 0)
		return -1;
	return 0;
}

static int
own_model(const struct line *l)
{
	return l->family == FAMILY_PLAIN && l->at[L_MODEL].p != NULL;
}

/* Opens the fallbacks; returns as route_ready(). */
static int
ready_fallbacks(struct work *w, const struct line *l, struct complaint *c)
{
	static const char *const families[FAMILIES] = {
		[FAMILY_OPENAI] = "OpenAI", [FAMILY_ANTHROPIC] = "Anthropic",
		[FAMILY_GEMINI] = "Gemini",
	};
	struct buf names = { 0 };
	struct route *r;
	size_t i;
	int accepted = 0;

	for (i = 0; i < w->o->nfallbacks; i++) {
		r = &w->fallback[i];
		buf_printf(&names, " %s", w->o->fallbacks[i]);
		if (!r->open && open_route(w, r, slice_str(w->o->fallbacks[i]),
		    c) < 0)
			break;
		r->instead = 1;
		route_limits(w, r, l);
		accepted |= route_accepts(r, l);
	}
	if (i == w->o->nfallbacks && i > 0 && !accepted &&
	    !(w->told & 1u << l->family)) {
		w->told |= 1u << l->family;
		(void)complain(c, 0, "--fallback%.*s is not asked for %s "
		    "lines%s: their body is in another dialect",
		    SLICE_FMT(names), families[l->family],
		    l->family == FAMILY_OPENAI && is_response(l) ?
		    " to /responses" : "");
		accepted = -1;
	}
	buf_free(&names);
	return i < w->o->nfallbacks ? -1 : accepted < 0;
}

int
route_ready(struct work *w, const struct line *l, struct complaint *c)
{
	struct route *r = &w->route[l->family];
	int notice;

	if (l->why != NULL)
		return 0;
	notice = ready_fallbacks(w, l, c);
	if (notice >= 0 && !own_model(l) && !r->open) {
		if (open_family(w, l->family, c) < 0)
			return -1;
		route_limits(w, r, l);
	}
	return notice;
}

void
route_per_minute(const struct work *w, int64_t limit[2])
{
	enum quota_kind k;
	int64_t n;
	size_t i;

	for (i = 0; i < FAMILIES; i++)
		for (k = QUOTA_REQUESTS; k <= QUOTA_TOKENS; k++) {
			n = limit_per_minute(&w->route[i].plan.pace.limit, k);
			if (n > 0)
				limit[k] = n;
		}
}

struct route *
route_find(struct work *w, const struct line *l, struct complaint *c)
{
	struct route *r = &w->route[l->family];
	struct buf text = { 0 };
	struct slice model;
	int rc = 0;

	if (!own_model(l))
		return open_family(w, l->family, c) < 0 ? NULL : r;
	line_text(l, L_MODEL, &text);
	buf_putc(&text, '\0');
	model = slice_str(alias_of(w->o, text.p));
	if (!r->open || !slice_is(model, r->model))
		r = &w->other;
	if (r->open && !slice_is(model, r->model))
		route_close(r);
	if (!r->open)
		rc = open_route(w, r, model, c);
	buf_free(&text);
	return rc < 0 ? NULL : r;
}

void
route_rest(struct work *w)
{
	size_t i;

	for (i = 0; i < FAMILIES; i++)
		job_release(&w->route[i].plan.job);
	job_release(&w->other.plan.job);
	for (i = 0; i < FALLBACKS_MAX; i++)
		job_release(&w->fallback[i].plan.job);
}

/* The part of a URL below the base URL, if it is of the same host, or of that
 * of a known provider: then of a file that was made for it.  NULL: neither. */
static const char *
below_url(const struct plan *p, const char *text)
{
	struct url u, base = p->job.to.url;
	const struct provider *row;
	struct slice path = { 0 };
	size_t i = 0;

	if (url_parse(slice_str(text), &u) != NULL || u.userinfo.p != NULL)
		return NULL;
	for (;;) {
		if (slice_ieq(u.host, base.host)) {
			path = base.path;
			break;
		}
		do
			row = provider_row(i++);
		while (row != NULL && row->base == NULL);
		if (row == NULL)
			return NULL;
		if (url_parse(slice_str(row->base), &base) != NULL)
			return NULL;
	}
	path = slice_cut(&path, '?');
	while (path.n > 0 && path.p[path.n - 1] == '/')
		path.n--;
	text = u.path.p;
	if (p->job.to.url.path.n > 1 && u.path.n > path.n &&
	    memcmp(text, path.p, path.n) == 0)
		text += path.n;
	return text;
}

const char *
route_path(struct route *r, const struct line *l, struct buf *text)
{
	struct plan *p = &r->plan;
	const char *below = p->provider.dialect->path;

	if (l->family == FAMILY_GEMINI) {
		below = "/v1beta/models/{model}:generateContent";
		if (strcmp(p->model, "-") == 0)
			return "no model: name one with -m gemini:MODEL";
	} else if (l->family == FAMILY_OPENAI) {
		if (line_url(l, text) < 0)
			return "no url, and the body is of no known kind";
		buf_putc(text, '\0');
		below = text->p;
		if (*below != '/')
			below = below_url(p, below);
		if (below == NULL)
			return "url is on another host than the base URL";
	}
	/* a base URL with a path already ends in /v1 */
	if (p->job.to.url.path.n > 1 && strncmp(below, "/v1/", 4) == 0)
		below += 3;
	plan_path(p, below);
	return NULL;
}
