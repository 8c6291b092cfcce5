#include "cmd/option.h"

#include <stddef.h>
#include <string.h>

#include "cmd/near.h"
#include "cmd/report.h"
#include "wire/json.h"
#include "wire/when.h"

#define AT(member) offsetof(struct opts, member)

/* The commands for options of a request, of an answer, of any exchange. */
#define ASKS CMD_ASK
#define TURNS (CMD_ASK | OPT_TURN)
#define ANSWERS (CMD_ASK | CMD_RESUME)
#define CALLS (CMD_ASK | CMD_RESUME | CMD_MODELS | CMD_BATCH)
#define RUNS (CALLS | CMD_PROXY)
#define LIMITS (CMD_ASK | CMD_RESUME | CMD_BATCH | CMD_PROXY | CMD_LIMITS)

const struct option options[] = {
	{ "model", 'm', K_TEXT, CMD_ASK | CMD_MODELS | CMD_BATCH | OPT_TURN,
	    AT(model) },
	{ "base-url", 'u', K_TEXT, RUNS | OPT_TURN, AT(base_url) },
	{ "url-inherited", 0, K_ON, OPT_TURN, AT(url_inherited) },
	{ "session", 's', K_TEXT, ASKS, AT(session) },
	{ "continue", 'c', K_ON, ASKS, AT(newest) },
	{ "no-session", 0, K_ON, ASKS, AT(no_session) },
	{ "keep", 0, K_SPAN, ASKS, AT(keep) },
	{ "system", 'S', K_TEXT, ASKS | CMD_BATCH, AT(system) },
	{ "template", 't', K_TEXT, ASKS, AT(template) },
	{ "var", 0, K_VAR, ASKS, AT(vars) },
	{ "file", 'f', K_FILE, ASKS, AT(files) },
	{ "messages", 0, K_TEXT, ASKS, AT(messages) },
	{ "tool-result", 0, K_RESULT, ASKS, AT(results) },
	{ "output", 'o', K_TEXT, CALLS, AT(output) },
	{ "extract", 'x', K_ON, ANSWERS | OPT_TURN, AT(extract) },
	{ "extract-last", 0, K_ON, ANSWERS | OPT_TURN, AT(extract_last) },
	{ "max-answer", 0, K_SIZE, RUNS, AT(max_answer) },
	{ "live", 'N', K_LIVE, ANSWERS, AT(live) },
	{ "hold", 0, K_HOLD, ANSWERS | CMD_PROXY, AT(live) },
	{ "on-break", 0, K_BREAK, ANSWERS | OPT_TURN | CMD_PROXY,
	    AT(on_break) },
	{ "background", 0, K_ON, TURNS, AT(background) },
	{ "detach", 0, K_ON, ANSWERS, AT(detach) },
	{ "listen", 'l', K_TEXT, CMD_PROXY, AT(listen) },
	{ "check", 0, K_ON, CMD_PROXY, AT(check) },
	{ "commit", 0, K_SPAN, CMD_PROXY, AT(commit) },
	{ "drain", 0, K_SPAN, CMD_PROXY, AT(drain) },
	{ "max-connections", 0, K_SOME, CMD_PROXY, AT(max_connections) },
	{ "max-body", 0, K_SIZE, CMD_PROXY, AT(max_body) },
	{ "allow-host", 0, K_HOST, CMD_PROXY, AT(hosts) },
	{ "allow-origin", 0, K_ORIGIN, CMD_PROXY, AT(origins) },
	{ "client-key-file", 0, K_TEXT, CMD_PROXY, AT(client_keys) },
	{ "jobs", 'j', K_SOME, CMD_BATCH, AT(jobs) },
	{ "shard", 0, K_TEXT, CMD_BATCH, AT(shard) },
	{ "deadline", 0, K_TEXT, CMD_BATCH, AT(deadline) },
	{ "report", 0, K_TEXT, CMD_BATCH, AT(report) },
	{ "price", 0, K_PRICE, ANSWERS | CMD_BATCH, AT(prices) },
	{ "budget", 0, K_NUMBER, CMD_BATCH, AT(budget) },
	{ "errors", 0, K_TEXT, CMD_BATCH, AT(errors) },
	{ "ordered", 0, K_TEXT, CMD_BATCH, AT(ordered) },
	{ "retry-failed", 0, K_ON, CMD_BATCH, AT(retry_failed) },
	{ "prune", 0, K_SPAN, CMD_SESSIONS, AT(prune) },
	{ "forget", 0, K_ON, CMD_LIMITS, AT(forget) },
	{ "json", 0, K_ON, CMD_ALL, AT(json) },
	{ "schema", 0, K_TEXT, ASKS | CMD_BATCH, AT(schema) },
	{ "tools", 0, K_TEXT, ASKS | CMD_BATCH, AT(tools) },
	{ "max-tokens", 0, K_SOME, TURNS | CMD_BATCH, AT(max_tokens) },
	{ "temperature", 0, K_NUMBER, TURNS | CMD_BATCH, AT(temperature) },
	{ "effort", 0, K_TEXT, TURNS | CMD_BATCH, AT(effort) },
	{ "param", 0, K_PARAM, TURNS | CMD_BATCH, AT(params) },
	{ "fallback", 0, K_FALLBACK, TURNS | CMD_BATCH, AT(fallbacks) },
	{ "patience", 0, K_SPAN, RUNS, AT(patience) },
	{ "retries", 0, K_COUNT, RUNS, AT(retries) },
	{ "rpm", 0, K_COUNT, ANSWERS | CMD_BATCH | CMD_PROXY, AT(rpm) },
	{ "tpm", 0, K_COUNT, ANSWERS | CMD_BATCH | CMD_PROXY, AT(tpm) },
	{ "limits", 0, K_TEXT, LIMITS, AT(limits) },
	{ "limits-password-file", 0, K_TEXT, LIMITS, AT(limits_file) },
	{ "no-share", 0, K_ON, ANSWERS | CMD_BATCH | CMD_PROXY, AT(no_share) },
	{ "connect-timeout", 0, K_TIME, RUNS, AT(connect) },
	{ "first-byte-timeout", 0, K_TIME, RUNS, AT(first_byte) },
	{ "idle-timeout", 0, K_TIME, RUNS, AT(idle) },
	{ "max-time", 0, K_TIME, CALLS, AT(max_time) },
	{ "key-file", 0, K_TEXT, RUNS | OPT_TURN, AT(key_file) },
	{ "cacert", 0, K_TEXT, RUNS | CMD_LIMITS | OPT_TURN, AT(cacert) },
	{ "dry-run", 0, K_ON, ANSWERS | CMD_BATCH, AT(dry_run) },
	{ "quiet", 'q', K_ON, CMD_ALL, AT(quiet) },
	{ "verbose", 'v', K_ON, CMD_ALL, AT(verbose) },
	{ "", 'n', K_ON, ASKS, AT(no_stdin) },
	{ "help", 'h', K_ON, CMD_ALL, AT(help) },
	{ "version", 'V', K_ON, CMD_ALL, AT(version) },
};

const size_t options_n = COUNT(options);
_Static_assert(COUNT(options) <= OPTIONS_MAX,
    "a place in struct opts for each option that is given");

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

const struct option *
option_likely(struct slice name, unsigned commands)
{
	const struct option *opt, *likely = NULL, *begins = NULL;
	int edits, least = 3, n = 0;

	for (opt = options; opt < options + options_n; opt++) {
		if (!(opt->takes & commands) || opt->name[0] == '\0')
			continue;
		edits = near_edits(name, opt->name);
		if (edits >= 0 && edits < least) {
			least = edits;
			likely = opt;
		}
		if (strncmp(opt->name, name.p, name.n) == 0) {
			begins = opt;
			n++;
		}
	}
	return likely != NULL ? likely : n == 1 ? begins : NULL;
}

int
option_takes_value(const struct option *opt)
{
	return opt->kind != K_ON && opt->kind != K_LIVE && opt->kind != K_HOLD;
}

static int
set_param(struct opts *o, const char *value, const char *where, int status)
{
	struct slice json = slice_str(value), key = slice_cut(&json, '=');
	size_t i;

	if (key.n == 0 || key.n == strlen(value))
		return fail(status, "%s: '%s' is not KEY=JSON", where, value);
	if (!json_valid(json))
		return fail(status, "%s: the value of %.*s is not JSON: "
		    "'%.*s' (a string needs quotes: %.*s='\"...\"')", where,
		    SLICE_FMT(key), SLICE_FMT(json), SLICE_FMT(key));
	for (i = 0; i < o->nparams; i++)
		if (slice_eq(o->params[i].key, key))
			break;
	if (i == PARAMS_MAX)
		return fail(status, "%s: given more than %d times", where,
		    PARAMS_MAX);
	o->params[i] = (struct param){ key, json };
	o->nparams += i == o->nparams;
	return 0;
}

static int
set_price(struct opts *o, const char *value, const char *where, int status)
{
	struct own_price *p = &o->prices[o->nprices];
	struct slice text = slice_trim(slice_str(value));
	size_t at = text.n;

	if (o->nprices == PRICES_MAX)
		return fail(status, "%s: given more than %d times", where,
		    PRICES_MAX);
	while (at > 0 && text.p[at - 1] != ' ' && text.p[at - 1] != '\t')
		at--;
	p->model = slice_trim(slice_sub(text, 0, at));
	if (price_read(slice_sub(text, at, text.n), &p->price) < 0)
		return fail(status, "%s: '%s' is not [MODEL] IN,OUT: what a "
		    "million tokens cost, as in 2.50,10", where, value);
	o->nprices++;
	return 0;
}

static int
add(const char **list, size_t *n, size_t max, const char *value,
    const char *where, int status)
{
	if (*n == max)
		return fail(status, "%s: given more than %zu times", where,
		    max);
	list[(*n)++] = value;
	return 0;
}

/* Bytes, or as many KiB, MiB or GiB; -1. */
static int64_t
size(struct slice s)
{
	static const char units[] = "KMG";
	const char *unit = strchr(units, s.p[s.n - 1]);
	int shift = unit == NULL ? 0 : 10 * (int)(unit - units + 1);
	int64_t n;

	s.n -= unit != NULL;
	n = slice_dec(s, (long long)(SIZE_MAX / 4 >> shift));
	return n < 0 ? n : n << shift;
}

int
option_set(struct opts *o, const struct option *opt, const char *value,
    const char *where, int status)
{
	void *to = (char *)o + opt->at;
	int on = value == NULL || (strcmp(value, "") != 0 &&
	    strcmp(value, "0") != 0 && strcmp(value, "no") != 0 &&
	    strcmp(value, "off") != 0);
	const char *equals, *why = NULL;
	struct slice tok;
	struct json j;
	int64_t n;

	if (option_takes_value(opt) && (value == NULL || *value == '\0'))
		return fail(status, "%s needs a value", where);
	switch ((enum kind)opt->kind) {
	case K_ON:
	case K_LIVE:
		*(int *)to = on;
		return 0;
	case K_HOLD:
		*(int *)to = !on;
		return 0;
	case K_TEXT:
		*(const char **)to = value;
		return 0;
	case K_NUMBER:
		json_init(&j, slice_str(value));
		if (json_next(&j, &tok) != JSON_NUMBER ||
		    tok.n != strlen(value))
			why = "a number";
		*(const char **)to = value;
		break;
	case K_COUNT:
	case K_SOME:
		n = slice_dec(slice_str(value), 1000000000);
		if (n < (opt->kind == K_SOME))
			why = opt->kind == K_SOME ? "a whole number above 0" :
			    "a whole number";
		*(int64_t *)to = n;
		break;
	case K_SIZE:
		n = size(slice_str(value));
		if (n < 1)
			why = "a size above 0 (bytes, or as in 500K, 64M, 1G)";
		*(int64_t *)to = n;
		break;
	case K_SPAN:
	case K_TIME:
		n = when_dur(slice_str(value));
		if (n < (opt->kind == K_TIME))
			why = opt->kind == K_TIME ?
			    "a duration above 0 (500ms, 30s, 10m, 1h30m, "
			    "seconds, or inf)" : "a duration (500ms, 30s, "
			    "10m, 1h30m, seconds, or inf)";
		*(msec *)to = n;
		break;
	case K_BREAK:
		if (strcmp(value, "restart") != 0 &&
		    strcmp(value, "fail") != 0 &&
		    strcmp(value, "continue") != 0)
			why = "restart, continue or fail";
		*(const char **)to = value;
		break;
	case K_PRICE:
		return set_price(o, value, where, status);
	case K_PARAM:
		return set_param(o, value, where, status);
	case K_FILE:
		return add(o->files, &o->nfiles, FILES_MAX, value, where,
		    status);
	case K_HOST:
		return add(o->hosts, &o->nhosts, HOSTS_MAX, value, where,
		    status);
	case K_ORIGIN:
		return add(o->origins, &o->norigins, HOSTS_MAX, value, where,
		    status);
	case K_RESULT:
		equals = strchr(value, '=');
		if (equals != NULL && equals != value && equals[1] != '\0')
			return add(o->results, &o->nresults, RESULTS_MAX,
			    value, where, status);
		why = "ID=FILE";
		break;
	case K_VAR:
		equals = strchr(value, '=');
		if (equals != NULL && equals != value)
			return add(o->vars, &o->nvars, VARS_MAX, value, where,
			    status);
		why = "NAME=TEXT";
		break;
	case K_FALLBACK:
		return add(o->fallbacks, &o->nfallbacks, FALLBACKS_MAX, value,
		    where, status);
	}
	return why == NULL ? 0 : fail(status, "%s: '%s' is not %s", where,
	    value, why);
}
