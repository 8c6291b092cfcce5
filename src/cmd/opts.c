#include "cmd/opts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/config.h"
#include "cmd/exits.h"
#include "cmd/option.h"

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

int
opts_set(struct opts *o, const char *name, const char *value,
    const char *where, struct complaint *c)
{
	const struct option *opt = option_find(slice_str(name), 0);

	if (opt == NULL)
		return complain(c, 0, "%s: unknown option", where);
	if (option_takes_value(opt) && (value == NULL || *value == '\0'))
		return complain(c, 0, "%s: needs a value", where);
	return option_set(o, opt, value, where, c);
}

/* -- the sources ----------------------------------------------------------- */

static void
variable(const struct option *opt, char *name, size_t size)
{
	char *p;

	(void)snprintf(name, size, "BIDE_%s", opt->name);
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

	for (i = 0; i < options_n; i++) {
		if (options[i].name[0] == '\0' || strcmp(options[i].name,
		    "help") == 0 || strcmp(options[i].name, "version") == 0)
			continue;
		variable(&options[i], name, sizeof(name));
		value = getenv(name);
		if (value == NULL || *value == '\0')
			continue;
		if (option_set(o, &options[i], value, name, c) < 0) {
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
	if (value == NULL && option_takes_value(opt))
		return complain(c, EXIT_USAGE, "%s needs a value", where);
	o->given |= (uint64_t)1 << (opt - options);
	if (option_set(o, opt, value, where, c) < 0) {
		c->status = EXIT_USAGE;
		return -1;
	}
	return 0;
}

static int
no_option(const struct option *opt, const char *where, struct complaint *c)
{
	return complain(c, EXIT_USAGE, opt == NULL ? "%s: unknown option; see "
	    "bide --help" : "%s: not an option of this command; see bide "
	    "--help", where);
}

static int
read_long(struct opts *o, struct args *a, char *arg, struct complaint *c)
{
	struct slice rest = slice_str(arg + 2), name = slice_cut(&rest, '=');
	const struct option *opt = option_find(name, 0);
	const char *value = NULL;
	char where[64];

	(void)snprintf(where, sizeof(where), "--%.*s", SLICE_FMT(name));
	if (opt == NULL || !(opt->takes & a->command))
		return no_option(opt, where, c);
	if (name.n < strlen(arg + 2))
		value = rest.p;
	if (value != NULL && !option_takes_value(opt))
		return complain(c, EXIT_USAGE, "%s takes no value", where);
	if (value == NULL && option_takes_value(opt))
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
		opt = option_find(SLICE(""), *p);
		if (opt == NULL || !(opt->takes & a->command))
			return no_option(opt, where, c);
		value = NULL;
		if (option_takes_value(opt))
			value = p[1] != '\0' ? p + 1 : next_value(a);
		if (set_arg(o, opt, value, where, c) < 0)
			return -1;
		if (option_takes_value(opt))
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
		.max_time = MSEC_MAX, .prune = MSEC_NONE, .jobs = 16,
	};
	if (config_read(o, c) < 0 || read_environment(o, c) < 0)
		return -1;
	return read_args(o, command, argc, argv, c);
}

int
opts_given(const struct opts *o, const char *name)
{
	return o->given >> (option_find(slice_str(name), 0) - options) & 1;
}

void
opts_free(struct opts *o)
{
	buf_free(&o->config);
	buf_free(&o->recorded);
}
