#include "cmd/option.h"

#include <stddef.h>
#include <string.h>

#include "cmd/opts.h"
#include "wire/json.h"
#include "wire/when.h"

#define AT(member) offsetof(struct opts, member)

/* Who takes what belongs to a request, to an answer, and to asking at all. */
#define ASKS CMD_ASK
#define TURNS (CMD_ASK | OPT_TURN)
#define ANSWERS (CMD_ASK | CMD_RESUME)
#define CALLS (CMD_ASK | CMD_RESUME | CMD_MODELS | CMD_BATCH)

const struct option options[] = {
	{ "model", 'm', K_TEXT, CMD_ASK | CMD_MODELS | CMD_BATCH | OPT_TURN,
	    AT(model) },
	{ "base-url", 'u', K_TEXT, CALLS | OPT_TURN, AT(base_url) },
	{ "session", 's', K_TEXT, ASKS, AT(session) },
	{ "continue", 'c', K_ON, ASKS, AT(newest) },
	{ "system", 'S', K_TEXT, ASKS | CMD_BATCH, AT(system) },
	{ "file", 'f', K_FILE, ASKS, AT(files) },
	{ "messages", 0, K_TEXT, ASKS, AT(messages) },
	{ "tool-result", 0, K_RESULT, ASKS, AT(results) },
	{ "output", 'o', K_TEXT, CALLS, AT(output) },
	{ "live", 'N', K_LIVE, ANSWERS, AT(live) },
	{ "hold", 0, K_HOLD, ANSWERS, AT(live) },
	{ "on-break", 0, K_BREAK, ANSWERS | OPT_TURN, AT(on_break) },
	{ "background", 0, K_ON, TURNS, AT(background) },
	{ "detach", 0, K_ON, ANSWERS, AT(detach) },
	{ "jobs", 'j', K_SOME, CMD_BATCH, AT(jobs) },
	{ "shard", 0, K_TEXT, CMD_BATCH, AT(shard) },
	{ "deadline", 0, K_TEXT, CMD_BATCH, AT(deadline) },
	{ "report", 0, K_TEXT, CMD_BATCH, AT(report) },
	{ "prune", 0, K_SPAN, CMD_SESSIONS, AT(prune) },
	{ "json", 0, K_ON, CMD_ALL, AT(json) },
	{ "schema", 0, K_TEXT, ASKS | CMD_BATCH, AT(schema) },
	{ "tools", 0, K_TEXT, ASKS | CMD_BATCH, AT(tools) },
	{ "max-tokens", 0, K_SOME, TURNS | CMD_BATCH, AT(max_tokens) },
	{ "temperature", 0, K_NUMBER, TURNS | CMD_BATCH, AT(temperature) },
	{ "effort", 0, K_TEXT, TURNS | CMD_BATCH, AT(effort) },
	{ "param", 0, K_PARAM, TURNS | CMD_BATCH, AT(params) },
	{ "fallback", 0, K_FALLBACK, TURNS, AT(fallbacks) },
	{ "patience", 0, K_SPAN, CALLS, AT(patience) },
	{ "retries", 0, K_COUNT, CALLS, AT(retries) },
	{ "rpm", 0, K_COUNT, ANSWERS | CMD_BATCH, AT(rpm) },
	{ "tpm", 0, K_COUNT, ANSWERS | CMD_BATCH, AT(tpm) },
	{ "no-share", 0, K_ON, ANSWERS | CMD_BATCH, AT(no_share) },
	{ "connect-timeout", 0, K_TIME, CALLS, AT(connect) },
	{ "first-byte-timeout", 0, K_TIME, CALLS, AT(first_byte) },
	{ "idle-timeout", 0, K_TIME, CALLS, AT(idle) },
	{ "max-time", 0, K_TIME, CALLS, AT(max_time) },
	{ "key-file", 0, K_TEXT, CALLS | OPT_TURN, AT(key_file) },
	{ "cacert", 0, K_TEXT, CALLS | OPT_TURN, AT(cacert) },
	{ "dry-run", 0, K_ON, ANSWERS | CMD_BATCH, AT(dry_run) },
	{ "quiet", 'q', K_ON, CMD_ALL, AT(quiet) },
	{ "verbose", 'v', K_ON, CMD_ALL, AT(verbose) },
	{ "", 'n', K_ON, ASKS, AT(no_stdin) },
	{ "help", 'h', K_ON, CMD_ALL, AT(help) },
	{ "version", 'V', K_ON, CMD_ALL, AT(version) },
};

const size_t options_n = sizeof(options) / sizeof(options[0]);

const struct option *
option_find(struct slice name, char letter)
{
	const struct option *opt;

	for (opt = options; opt < options + options_n; opt++)
		if (name.n > 0 ? slice_is(name, opt->name) :
		    letter != 0 && opt->letter == letter)
			return opt;
	return NULL;
}

int
option_takes_value(const struct option *opt)
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

static const char *
above(int least)
{
	return least > 0 ? " above 0" : "";
}

static int
set_span(msec *to, int least, const char *value, const char *where,
    struct complaint *c)
{
	*to = when_dur(slice_str(value));
	if (*to < least)
		return complain(c, 0, "%s: '%s' is not a duration%s (500ms, "
		    "30s, 10m, 1h30m, seconds, or inf)", where, value,
		    above(least));
	return 0;
}

static int
set_count(int64_t *to, int least, const char *value, const char *where,
    struct complaint *c)
{
	*to = slice_dec(slice_str(value), 1000000000);
	if (*to < least)
		return complain(c, 0, "%s: '%s' is not a whole number%s",
		    where, value, above(least));
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
		return complain(c, 0, "%s: '%s' is not restart, continue or "
		    "fail", where, value);
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

int
option_set(struct opts *o, const struct option *opt, const char *value,
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
	case K_SOME:
		return set_count(to, opt->kind == K_SOME, value, where, c);
	case K_SPAN:
	case K_TIME:
		return set_span(to, opt->kind == K_TIME, value, where, c);
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
