#include "cmd/opts.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "cmd/config.h"
#include "cmd/exits.h"
#include "wire/json.h"
#include "wire/when.h"

enum kind {
	K_ON,			/* a flag */
	K_LIVE, K_HOLD,		/* two flags on one variable */
	K_TEXT,
	K_NUMBER,		/* a JSON number, kept as text */
	K_COUNT,		/* a whole number, 0 and up */
	K_SPAN,			/* a duration */
	K_BREAK,		/* restart, continue or fail */
	K_FILE,			/* a text, repeatable */
	K_RESULT,		/* ID=FILE, repeatable */
	K_FALLBACK,		/* a model, repeatable */
	K_PARAM			/* KEY=JSON, repeatable */
};

struct option {
	char name[20];		/* "": a letter only; no pointers here, for
				   each is relocated at start */
	char letter, kind;
	unsigned char takes;	/* the commands that take it */
	short at;		/* in struct opts */
};

/* Who takes what belongs to a request, to an answer, and to asking at all. */
#define ASKS CMD_ASK
#define ANSWERS (CMD_ASK | CMD_RESUME)
#define CALLS (CMD_ASK | CMD_RESUME | CMD_MODELS)

#define AT(member) offsetof(struct opts, member)

static const struct option options[] = {
	{ "model", 'm', K_TEXT, CMD_ASK | CMD_MODELS, AT(model) },
	{ "base-url", 'u', K_TEXT, CALLS, AT(base_url) },
	{ "system", 'S', K_TEXT, ASKS, AT(system) },
	{ "file", 'f', K_FILE, ASKS, AT(files) },
	{ "messages", 0, K_TEXT, ASKS, AT(messages) },
	{ "tool-result", 0, K_RESULT, ASKS, AT(results) },
	{ "output", 'o', K_TEXT, CALLS, AT(output) },
	{ "live", 'N', K_LIVE, ANSWERS, AT(live) },
	{ "hold", 0, K_HOLD, ANSWERS, AT(live) },
	{ "on-break", 0, K_BREAK, ANSWERS, AT(on_break) },
	{ "json", 0, K_ON, CMD_ALL, AT(json) },
	{ "schema", 0, K_TEXT, ASKS, AT(schema) },
	{ "tools", 0, K_TEXT, ASKS, AT(tools) },
	{ "max-tokens", 0, K_COUNT, ASKS, AT(max_tokens) },
	{ "temperature", 0, K_NUMBER, ASKS, AT(temperature) },
	{ "effort", 0, K_TEXT, ASKS, AT(effort) },
	{ "param", 0, K_PARAM, ASKS, AT(params) },
	{ "fallback", 0, K_FALLBACK, ASKS, AT(fallbacks) },
	{ "patience", 0, K_SPAN, CALLS, AT(patience) },
	{ "retries", 0, K_COUNT, CALLS, AT(retries) },
	{ "connect-timeout", 0, K_SPAN, CALLS, AT(connect) },
	{ "first-byte-timeout", 0, K_SPAN, CALLS, AT(first_byte) },
	{ "idle-timeout", 0, K_SPAN, CALLS, AT(idle) },
	{ "max-time", 0, K_SPAN, CALLS, AT(max_time) },
	{ "key-file", 0, K_TEXT, CALLS, AT(key_file) },
	{ "cacert", 0, K_TEXT, CALLS, AT(cacert) },
	{ "dry-run", 0, K_ON, ANSWERS, AT(dry_run) },
	{ "quiet", 'q', K_ON, CMD_ALL, AT(quiet) },
	{ "verbose", 'v', K_ON, CMD_ALL, AT(verbose) },
	{ "", 'n', K_ON, ASKS, AT(no_stdin) },
	{ "help", 'h', K_ON, CMD_ALL, AT(help) },
	{ "version", 'V', K_ON, CMD_ALL, AT(version) },
};

#define NOPTIONS (sizeof(options) / sizeof(options[0]))

int
complain(struct complaint *c, int status, const char *fmt, ...)
{
	va_list ap;

	c->status = status;
	va_start(ap, fmt);
	(void)fmt_args(c->text, sizeof(c->text), fmt, ap);
	va_end(ap);
	return -1;
}

/* By its long name, or by its letter where that is empty. */
static const struct option *
find(struct slice name, char letter)
{
	const struct option *opt;

	for (opt = options; opt < options + NOPTIONS; opt++)
		if (name.n > 0 ? slice_is(name, opt->name) :
		    letter != 0 && opt->letter == letter)
			return opt;
	return NULL;
}

static int
takes_value(const struct option *opt)
{
	return opt->kind != K_ON && opt->kind != K_LIVE && opt->kind != K_HOLD;
}

/* -- one value ------------------------------------------------------------- */

static int
set_param(struct opts *o, const char *value, const char *where,
    struct complaint *c)
{
	struct slice json = slice_str(value), key = slice_cut(&json, '=');
	size_t i;

	if (key.n == 0 || key.n == strlen(value))
		return complain(c, 0, "%s: '%s' is not KEY=JSON", where, value);
	if (!json_valid(json))
		return complain(c, 0, "%s: the value of %.*s is not JSON: "
		    "'%.*s' (a text needs its quotes: %.*s='\"...\"')", where,
		    SLICE_FMT(key), SLICE_FMT(json), SLICE_FMT(key));
	for (i = 0; i < o->nparams; i++)
		if (slice_eq(o->params[i].key, key))
			break;
	if (i == PARAMS_MAX)
		return complain(c, 0, "%s: more than %d of them", where,
		    PARAMS_MAX);
	o->params[i] = (struct param){ key, json };
	o->nparams += i == o->nparams;
	return 0;
}

static int
set_text(const char **to, const char *value, const char *where,
    struct complaint *c)
{
	if (*value == '\0')
		return complain(c, 0, "%s needs a value", where);
	*to = value;
	return 0;
}

static int
add_text(const char **list, size_t *n, size_t max, const char *value,
    const char *where, struct complaint *c)
{
	if (*n == max)
		return complain(c, 0, "%s: more than %zu of them", where, max);
	return set_text(&list[(*n)++], value, where, c);
}

static int
add_result(struct opts *o, const char *value, const char *where,
    struct complaint *c)
{
	const char *equals = strchr(value, '=');

	if (equals == NULL || equals == value || equals[1] == '\0')
		return complain(c, 0, "%s: '%s' is not ID=FILE", where, value);
	return add_text(o->results, &o->nresults, RESULTS_MAX, value, where, c);
}

static int
set_span(msec *to, const char *value, const char *where, struct complaint *c)
{
	*to = when_dur(slice_str(value));
	if (*to == MSEC_NONE)
		return complain(c, 0, "%s: '%s' is not a duration (500ms, 30s, "
		    "10m, 1h30m, seconds, or inf)", where, value);
	return 0;
}

static int
set_count(int64_t *to, const char *value, const char *where,
    struct complaint *c)
{
	*to = slice_dec(slice_str(value), 1000000000);
	if (*to < 0)
		return complain(c, 0, "%s: '%s' is not a whole number", where,
		    value);
	return 0;
}

static int
set_number(const char **to, const char *value, const char *where,
    struct complaint *c)
{
	struct json j;
	struct slice tok;

	json_init(&j, slice_str(value));
	if (json_next(&j, &tok) != JSON_NUMBER || tok.n != strlen(value))
		return complain(c, 0, "%s: '%s' is not a number", where, value);
	*to = value;
	return 0;
}

static int
set_break(const char **to, const char *value, const char *where,
    struct complaint *c)
{
	if (strcmp(value, "restart") != 0 && strcmp(value, "fail") != 0 &&
	    strcmp(value, "continue") != 0)
		return complain(c, 0, "%s: '%s' is neither restart, continue "
		    "nor fail", where, value);
	*to = value;
	return 0;
}

/* A flag from the environment or the file: unset by 0, no, off or nothing. */
static int
is_on(const char *value)
{
	return value == NULL || (strcmp(value, "") != 0 &&
	    strcmp(value, "0") != 0 && strcmp(value, "no") != 0 &&
	    strcmp(value, "off") != 0);
}

static int
set(struct opts *o, const struct option *opt, const char *value,
    const char *where, struct complaint *c)
{
	void *to = (char *)o + opt->at;

	switch ((enum kind)opt->kind) {
	case K_ON:
		*(int *)to = is_on(value);
		return 0;
	case K_LIVE:
		*(int *)to = is_on(value);
		return 0;
	case K_HOLD:
		*(int *)to = !is_on(value);
		return 0;
	case K_TEXT:
		return set_text(to, value, where, c);
	case K_NUMBER:
		return set_number(to, value, where, c);
	case K_COUNT:
		return set_count(to, value, where, c);
	case K_SPAN:
		return set_span(to, value, where, c);
	case K_BREAK:
		return set_break(to, value, where, c);
	case K_PARAM:
		return set_param(o, value, where, c);
	case K_FILE:
		return add_text(o->files, &o->nfiles, FILES_MAX, value, where,
		    c);
	case K_RESULT:
		return add_result(o, value, where, c);
	case K_FALLBACK:
		return add_text(o->fallbacks, &o->nfallbacks, FALLBACKS_MAX,
		    value, where, c);
	}
	return 0;
}

int
opts_set(struct opts *o, const char *name, const char *value,
    const char *where, struct complaint *c)
{
	const struct option *opt = find(slice_str(name), 0);

	if (opt == NULL)
		return complain(c, 0, "%s: no such option", where);
	if (takes_value(opt) && (value == NULL || *value == '\0'))
		return complain(c, 0, "%s: needs a value", where);
	return set(o, opt, value, where, c);
}

/* -- the sources ----------------------------------------------------------- */

static void
variable(const struct option *opt, char *name, size_t size)
{
	char *p;

	(void)fmt_text(name, size, "BIDE_%s", opt->name);
	for (p = name; *p != '\0'; p++) {
		if (*p == '-')
			*p = '_';
		else if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - ('a' - 'A'));
	}
}

static int
read_environment(struct opts *o, struct complaint *c)
{
	char name[64];
	const char *value;
	size_t i;

	for (i = 0; i < NOPTIONS; i++) {
		if (options[i].name[0] == '\0' || strcmp(options[i].name,
		    "help") == 0 || strcmp(options[i].name, "version") == 0)
			continue;
		variable(&options[i], name, sizeof(name));
		value = getenv(name);
		if (value == NULL || *value == '\0')
			continue;
		if (set(o, &options[i], value, name, c) < 0) {
			c->status = EXIT_CONFIG;
			return -1;
		}
	}
	return 0;
}

/* The reading of argv: where it stands, and for which command. */
struct args {
	int argc, at;
	char **argv;
	unsigned command;
};

static const char *
next_value(struct args *a)
{
	return a->at < a->argc ? a->argv[a->at++] : NULL;
}

static int
set_arg(struct opts *o, const struct option *opt, const char *value,
    const char *where, struct complaint *c)
{
	if (value == NULL && takes_value(opt))
		return complain(c, EXIT_USAGE, "%s needs a value", where);
	o->given |= (uint64_t)1 << (opt - options);
	if (set(o, opt, value, where, c) < 0) {
		c->status = EXIT_USAGE;
		return -1;
	}
	return 0;
}

static int
no_option(const struct option *opt, const char *where, struct complaint *c)
{
	return complain(c, EXIT_USAGE, opt == NULL ? "%s: no such option; see "
	    "bide --help" : "%s: not an option of this command; see bide "
	    "--help", where);
}

static int
read_long(struct opts *o, struct args *a, char *arg, struct complaint *c)
{
	struct slice rest = slice_str(arg + 2), name = slice_cut(&rest, '=');
	const struct option *opt = find(name, 0);
	const char *value = NULL;
	char where[64];

	(void)fmt_text(where, sizeof(where), "--%.*s", SLICE_FMT(name));
	if (opt == NULL || !(opt->takes & a->command))
		return no_option(opt, where, c);
	if (name.n < strlen(arg + 2))
		value = rest.p;
	if (value != NULL && !takes_value(opt))
		return complain(c, EXIT_USAGE, "%s takes no value", where);
	if (value == NULL && takes_value(opt))
		value = next_value(a);
	return set_arg(o, opt, value, where, c);
}

static int
read_letters(struct opts *o, struct args *a, const char *p,
    struct complaint *c)
{
	const struct option *opt;
	const char *value;
	char where[3] = "-?";

	for (; *p != '\0'; p++) {
		where[1] = *p;
		opt = find(SLICE(""), *p);
		if (opt == NULL || !(opt->takes & a->command))
			return no_option(opt, where, c);
		value = NULL;
		if (takes_value(opt))
			value = p[1] != '\0' ? p + 1 : next_value(a);
		if (set_arg(o, opt, value, where, c) < 0)
			return -1;
		if (takes_value(opt))
			break;
	}
	return 0;
}

/* Words may stand among options, up to "--". */
static int
read_args(struct opts *o, unsigned command, int argc, char **argv,
    struct complaint *c)
{
	struct args a = { argc, 1, argv, command };
	char *arg;
	int rc = 0, plain = 0;

	o->words = argv;
	while (rc == 0 && a.at < argc) {
		arg = argv[a.at++];
		if (plain || arg[0] != '-' || arg[1] == '\0')
			o->words[o->nwords++] = arg;
		else if (strcmp(arg, "--") == 0)
			plain = 1;
		else if (arg[1] == '-')
			rc = read_long(o, &a, arg, c);
		else
			rc = read_letters(o, &a, arg + 1, c);
	}
	return rc;
}

int
opts_read(struct opts *o, unsigned command, int argc, char **argv,
    struct complaint *c)
{
	*o = (struct opts){
		.live = -1, .retries = 40, .patience = 600000,
		.connect = 10000, .first_byte = 600000, .idle = 300000,
		.max_time = MSEC_MAX,
	};
	if (config_read(o, c) < 0 || read_environment(o, c) < 0)
		return -1;
	return read_args(o, command, argc, argv, c);
}

int
opts_given(const struct opts *o, const char *name)
{
	return o->given >> (find(slice_str(name), 0) - options) & 1;
}

void
opts_free(struct opts *o)
{
	buf_free(&o->config);
}
