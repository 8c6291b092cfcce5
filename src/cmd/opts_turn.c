/* The options of a turn, in its record. */

#include "cmd/opts.h"

#include <string.h>

#include "cmd/exits.h"
#include "cmd/option.h"
#include "wire/json.h"

static void
put_texts(struct json_out *w, const char *const *list, size_t n)
{
	json_open(w, '[');
	for (; n > 0; n--, list++)
		json_str(w, slice_str(*list));
	json_close(w);
}

static void
put_params(struct json_out *w, const struct opts *o)
{
	struct buf b = { 0 };
	size_t i;

	json_open(w, '[');
	for (i = 0; i < o->nparams; i++) {
		buf_clear(&b);
		buf_put(&b, o->params[i].key);
		buf_putc(&b, '=');
		buf_put(&b, o->params[i].json);
		json_str(w, buf_slice(&b));
	}
	json_close(w);
	buf_free(&b);
}

/* Whether an option has a value that a record has to tell. */
static int
is_set(const struct opts *o, const struct option *opt)
{
	const void *at = (const char *)o + opt->at;

	switch ((enum kind)opt->kind) {
	case K_ON:
		return *(const int *)at;
	case K_SOME:
		return *(const int64_t *)at > 0;
	case K_PARAM:
		return o->nparams > 0;
	case K_FALLBACK:
		return o->nfallbacks > 0;
	default:
		return *(const char *const *)at != NULL;
	}
}

void
opts_put(const struct opts *o, struct json_out *w)
{
	const struct option *opt;
	const void *at;

	for (opt = options; opt < options + options_n; opt++) {
		if (!(opt->takes & OPT_TURN) || !is_set(o, opt))
			continue;
		at = (const char *)o + opt->at;
		json_key(w, opt->name);
		if (opt->kind == K_PARAM)
			put_params(w, o);
		else if (opt->kind == K_FALLBACK)
			put_texts(w, o->fallbacks, o->nfallbacks);
		else if (opt->kind == K_ON)
			json_bool(w, 1);
		else if (opt->kind == K_SOME)
			json_num(w, *(const int64_t *)at);
		else
			json_str(w, slice_str(*(const char *const *)at));
	}
}

/* A value of the record, a text that stays as long as the options. */
static int
take_value(struct opts *o, const struct option *opt, enum json_type type,
    struct slice tok, struct complaint *c)
{
	size_t from = o->recorded.n;

	if (type == JSON_STRING)
		json_unescape(tok, &o->recorded, NULL);
	else
		buf_put(&o->recorded, tok);
	buf_putc(&o->recorded, '\0');
	return option_set(o, opt, o->recorded.p + from, opt->name, c);
}

static int
take_member(struct opts *o, struct slice key, enum json_type type,
    struct slice tok, struct complaint *c)
{
	const struct option *opt = option_find(key, 0);
	struct slice none, one;
	size_t at = 0;

	if (opt == NULL || !(opt->takes & OPT_TURN) || (o->given >>
	    (opt - options) & 1))
		return 0;
	if (type != JSON_ARRAY)
		return take_value(o, opt, type, tok, c);
	while ((type = json_each(tok, &at, &none, &one)) > JSON_END)
		if (take_value(o, opt, type, one, c) < 0)
			return -1;
	return 0;
}

int
opts_take(struct opts *o, struct slice record, int all, struct complaint *c)
{
	struct slice key, tok;
	enum json_type type;
	size_t at = 0;

	buf_free(&o->recorded);
	buf_room(&o->recorded, record.n + 2);
	while ((type = json_each(record, &at, &key, &tok)) > JSON_END)
		if ((all || slice_is(key, "model") ||
		    slice_is(key, "base-url")) &&
		    take_member(o, key, type, tok, c) < 0) {
			c->status = EXIT_CONFIG;
			return -1;
		}
	return 0;
}

void
opts_forget(struct opts *o)
{
	const struct option *opt;

	for (opt = options; opt < options + options_n; opt++)
		if ((opt->takes & (OPT_TURN | CMD_RESUME)) == OPT_TURN)
			memset((char *)o + opt->at, 0, opt->kind == K_ON ?
			    sizeof(int) : sizeof(void *));
	o->nparams = o->nfallbacks = 0;
}

