#include "cmd/opts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/config.h"
#include "cmd/option.h"
#include "cmd/prompt.h"
#include "cmd/report.h"
#include "wire/json.h"

int
complain(struct complaint *c, int status, const char *fmt, ...)
{
	va_list ap;

	c->status = status;
	va_start(ap, fmt);
	(void)vsnprintf(c->text, sizeof(c->text), fmt, ap);
	va_end(ap);
	return -1;
}

/* -- the sources ----------------------------------------------------------- */

static int
read_environment(struct opts *o)
{
	char name[64], *p;
	const char *value;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < options_n; i++) {
		if (!(options[i].takes & CMD_ALL) ||
		    options[i].name[0] == '\0' || strcmp(options[i].name,
		    "help") == 0 || strcmp(options[i].name, "version") == 0)
			continue;
		(void)snprintf(name, sizeof(name), "BIDE_%s", options[i].name);
		for (p = name; *p != '\0'; p++) {
			if (*p == '-')
				*p = '_';
			else if (*p >= 'a' && *p <= 'z')
				*p = (char)(*p - ('a' - 'A'));
		}
		value = getenv(name);
		if (value != NULL && *value != '\0')
			rc = option_set(o, &options[i], value, name,
			    EXIT_CONFIG);
	}
	return rc;
}

/* Sets an option of the command line.  value: what is attached to it, or NULL;
 * *rest: the words that follow, the first of which may be its value. */
static int
set_arg(struct opts *o, unsigned command, const struct option *opt,
    const char *value, char ***rest, const char *where)
{
	const struct option *likely;

	if (opt == NULL) {
		likely = where[1] == '-' ? option_likely(slice_str(where + 2),
		    command) : NULL;
		if (likely != NULL)
			return fail(EXIT_USAGE, "%s: unknown option; did you "
			    "mean --%s?", where, likely->name);
		return fail(EXIT_USAGE, "%s: unknown option; see bide --help",
		    where);
	}
	if (!(opt->takes & command))
		return fail(EXIT_USAGE, "%s: not an option of this command; "
		    "see bide --help", where);
	if (value != NULL && !option_takes_value(opt))
		return fail(EXIT_USAGE, "%s takes no value", where);
	if (value == NULL && option_takes_value(opt) && **rest != NULL)
		value = *(*rest)++;
	o->given[opt - options] = 1;
	return option_set(o, opt, value, where, EXIT_USAGE);
}

/* --NAME, --NAME=VALUE, or letters of which the last may take a value. */
static int
read_option(struct opts *o, unsigned command, const char *arg, char ***rest)
{
	struct slice value = slice_str(arg + 1), name;
	const struct option *opt;
	char where[64] = "-?";
	int rc = 0;

	if (arg[1] == '-') {
		slice_skip(&value, 1);
		name = slice_cut(&value, '=');
		(void)snprintf(where, sizeof(where), "--%.*s",
		    SLICE_FMT(name));
		return set_arg(o, command, option_find(name, 0),
		    name.n < strlen(arg + 2) ? value.p : NULL, rest, where);
	}
	for (arg++; rc == 0 && *arg != '\0'; arg++) {
		where[1] = *arg;
		opt = option_find(SLICE(""), *arg);
		if (opt != NULL && option_takes_value(opt))
			return set_arg(o, command, opt, arg[1] != '\0' ?
			    arg + 1 : NULL, rest, where);
		rc = set_arg(o, command, opt, NULL, rest, where);
	}
	return rc;
}

int
opts_read(struct opts *o, const struct env *env, unsigned command, char **argv)
{
	char **rest = argv + 1, *arg;
	const char *key_file;
	int rc, plain = 0;

	*o = (struct opts){
		.env = env,
		.live = -1, .retries = 40, .patience = 600000,
		.connect = 10000, .first_byte = 600000, .idle = 300000,
		.max_time = MSEC_MAX, .prune = MSEC_NONE, .keep = MSEC_NONE,
		.jobs = 16,
		.max_answer = (int64_t)64 << 20,
		.max_connections = 1024, .max_body = (int64_t)64 << 20,
		.commit = 40000, .drain = 30000,
		.words = argv,
	};
	rc = config_read(o);
	key_file = o->key_file;
	o->key_model = o->model;
	o->key_url = o->base_url;
	if (rc == 0)
		rc = read_environment(o);
	if (o->key_file != key_file) {
		o->key_model = o->model;
		o->key_url = o->base_url;
	}
	if (o->session != NULL && strcmp(o->session, "off") == 0) {
		o->session = NULL;
		o->no_session = 1;
	}
	while (rc == 0 && *rest != NULL) {
		arg = *rest++;
		if (plain || arg[0] != '-' || arg[1] == '\0')
			o->words[o->nwords++] = arg;
		else if (strcmp(arg, "--") == 0)
			plain = 1;
		else
			rc = read_option(o, command, arg, &rest);
	}
	if (command != CMD_ASK)
		o->template = NULL;
	if (rc == 0)
		rc = prompt_apply(o);
	o->url_inherited = o->base_url != NULL && !opts_given(o, "base-url");
	if (opts_given(o, "key-file"))
		o->key_model = o->key_url = NULL;
	return rc;
}

int
opts_given(const struct opts *o, const char *name)
{
	return o->given[option_find(slice_str(name), 0) - options];
}

const struct price *
opts_price(const struct opts *o, const char *provider, const char *model)
{
	struct slice name, prefix;
	size_t i = o->nprices;

	while (i-- > 0) {
		name = o->prices[i].model;
		if (name.n == 0 || slice_is(name, model))
			return &o->prices[i].price;
		prefix = slice_cut(&name, ':');
		if (slice_is(prefix, provider) && slice_is(name, model))
			return &o->prices[i].price;
	}
	return NULL;
}

int
opts_extract(struct opts *o)
{
	int last = opts_given(o, "extract-last");
	int given = last || opts_given(o, "extract");

	if (given)
		o->extract_last = last;
	o->extract |= o->extract_last;
	if (!o->extract || (!o->json && o->live <= 0))
		return 0;
	if (given && (opts_given(o, "json") || opts_given(o, "live")))
		return fail(EXIT_USAGE, "--extract needs the whole answer: "
		    "leave out --%s", opts_given(o, "json") ? "json" : "live");
	o->extract = given;
	if (given)
		o->json = o->live = 0;
	return 0;
}

msec
opts_end(const struct opts *o)
{
	return o->max_time < MSEC_MAX ? env_mono(o->env) + o->max_time :
	    MSEC_MAX;
}

enum on_break
opts_on_break(const struct opts *o)
{
	if (o->on_break == NULL)
		return o->json || isatty(1) ? BREAK_RESTART : BREAK_CONTINUE;
	return strcmp(o->on_break, "fail") == 0 ? BREAK_FAIL :
	    strcmp(o->on_break, "continue") == 0 ? BREAK_CONTINUE :
	    BREAK_RESTART;
}

void
opts_free(struct opts *o)
{
	buf_free(&o->lines);
	buf_free(&o->config);
	buf_free(&o->recorded);
}

/* -- in the record of a turn ----------------------------------------------- */

static void
put_option(struct json_out *w, const struct opts *o, const struct option *opt)
{
	const void *at = (const char *)o + opt->at;
	const char *text;
	struct buf b = { 0 };
	size_t i;

	switch ((enum kind)opt->kind) {
	case K_ON:
		if (*(const int *)at) {
			json_key(w, opt->name);
			json_bool(w, 1);
		}
		break;
	case K_SOME:
		if (*(const int64_t *)at > 0)
			json_member_num(w, opt->name, *(const int64_t *)at);
		break;
	case K_PARAM:
		if (o->nparams == 0)
			break;
		json_key(w, opt->name);
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
		break;
	case K_FALLBACK:
		if (o->nfallbacks == 0)
			break;
		json_key(w, opt->name);
		json_open(w, '[');
		for (i = 0; i < o->nfallbacks; i++)
			json_str(w, slice_str(o->fallbacks[i]));
		json_close(w);
		break;
	default:
		text = *(const char *const *)at;
		if (text != NULL)
			json_member(w, opt->name, slice_str(text));
	}
}

void
opts_put(const struct opts *o, struct json_out *w)
{
	size_t i;

	for (i = 0; i < options_n; i++)
		if (options[i].takes & OPT_TURN)
			put_option(w, o, &options[i]);
}

/* Sets an option from a raw JSON value, of which a copy is kept. */
static int
take_value(struct opts *o, const struct option *opt, enum json_type type,
    struct slice raw)
{
	size_t from = o->recorded.n;

	if (type == JSON_STRING)
		json_unescape(raw, &o->recorded, NULL);
	else
		buf_put(&o->recorded, raw);
	buf_putc(&o->recorded, '\0');
	return option_set(o, opt, o->recorded.p + from, opt->name,
	    EXIT_CONFIG);
}

int
opts_take(struct opts *o, struct slice record, int all)
{
	const struct option *opt;
	struct slice key, raw, none, one;
	enum json_type type;
	size_t at = 0, i;
	int rc = 0;

	if (!opts_given(o, "base-url"))
		o->base_url = NULL;
	if (!opts_given(o, "key-file"))
		o->key_file = NULL;
	o->url_inherited = 0;
	o->key_model = o->key_url = NULL;
	buf_free(&o->recorded);
	/* all of it now: options point into it */
	buf_room(&o->recorded, record.n + 2);
	while (rc == 0 && (type = json_each(record, &at, &key, &raw)) >
	    JSON_END) {
		opt = option_find(key, 0);
		if (opt == NULL || !(opt->takes & OPT_TURN) ||
		    o->given[opt - options] || (!all &&
		    !slice_is(key, "model") && !slice_is(key, "base-url") &&
		    !slice_is(key, "url-inherited") &&
		    !slice_is(key, "key-file")))
			continue;
		if (type != JSON_ARRAY) {
			rc = take_value(o, opt, type, raw);
			continue;
		}
		i = 0;
		while (rc == 0 && (type = json_each(raw, &i, &none, &one)) >
		    JSON_END)
			rc = take_value(o, opt, type, one);
	}
	if (opts_given(o, "base-url"))
		o->url_inherited = 0;
	return rc;
}

void
opts_forget(struct opts *o)
{
	const struct option *opt;

	for (opt = options; opt < options + options_n; opt++)
		if ((opt->takes & (OPT_TURN | CMD_RESUME)) == OPT_TURN)
			memset((char *)o + opt->at, 0, opt->kind == K_ON ?
			    sizeof(int) : opt->kind == K_SOME ?
			    sizeof(int64_t) : sizeof(void *));
	o->nparams = o->nfallbacks = 0;
}
