#ifndef CMD_OPTS_H
#define CMD_OPTS_H

/*
 * The options: the command line takes precedence over the environment, which
 * takes precedence over the configuration file.  One table (option.h) has every
 * option; its long name gives the variable (--idle-timeout: BIDE_IDLE_TIMEOUT)
 * and the configuration key.
 *
 * Texts point into argv, the environment, .config or .recorded.
 */

#include "api/price.h"
#include "api/request.h"
#include "base/env.h"
#include "core/run.h"

#define PARAMS_MAX 64
#define PROVIDERS_MAX 32
#define HEADERS_MAX 16
#define FILES_MAX 32
#define OPTIONS_MAX 96		/* rows of the table */
#define HOSTS_MAX 16
#define RESULTS_MAX 32
#define VARS_MAX 32
#define FALLBACKS_MAX 8
#define PRICES_MAX 64

/* Each option is for some commands; the others reject it on the command line
 * and ignore it in the environment and the file. */
enum {
	CMD_ASK = 1,
	CMD_RESUME = 2,
	CMD_MODELS = 4,
	CMD_LOG = 8,
	CMD_SESSIONS = 16,
	CMD_LIMITS = 32,
	CMD_BATCH = 64,
	CMD_HELP = 128,
	OPT_TURN = 256,		/* also kept in the record of a turn */
	CMD_PROXY = 512,
	CMD_ALL = 1023 - OPT_TURN
};

/* A message that is not printed where it arises: a batch puts what is wrong
 * with one line into its results. */
struct complaint {
	int status;
	char text[512];
};

/* A [provider NAME] section of the configuration file. */
struct own_provider {
	const char *name, *dialect, *base_url, *key_env;
	const char *header[HEADERS_MAX];
	char secret[HEADERS_MAX];	/* given as secret-header */
	size_t nheaders;
	int line;		/* of the file, where its section begins */
};

/* The price of a model, with or without "PROVIDER:", or of all if there is no
 * name. */
struct own_price {
	struct slice model;
	struct price price;
};

/* A line of the [alias] section, or of a [prompt NAME] section. */
struct own_line {
	const char *prompt;	/* NULL: an alias */
	const char *key, *value;	/* "": where the section begins */
	int number;		/* of the line in the file */
};

struct opts {
	const struct env *env;	/* for files that have to be waited for */
	int live;		/* -1: if stdout is a terminal */
	int newest;		/* continue the newest session */
	int extract, extract_last;
	int no_session;		/* also by "session off", but not as -s off */
	int background, detach, no_share, forget, retry_failed;
	int json, dry_run, quiet, verbose, no_stdin, help, version;
	int check;
	int no_key;		/* each request brings its own */
	int url_inherited;	/* .base_url is not from the command line */
	/* the model and the base URL named where .key_file was, or before,
	 * unless that is the command line (owner.h) */
	const char *key_model, *key_url;
	const char *model, *base_url, *system, *output, *on_break, *effort;
	const char *temperature, *schema, *tools, *key_file, *cacert;
	const char *messages, *session, *template;
	const char *shard, *deadline, *report, *errors, *ordered;
	const char *budget;
	const char *listen, *client_keys;
	const char *limits, *limits_file;
	struct fleet *fleet;	/* cmd/fleet.h; NULL: no --limits */
	size_t nfiles;
	size_t nresults;
	size_t nfallbacks;
	size_t nhosts, norigins, nvars;
	int64_t max_tokens, retries, rpm, tpm, jobs;
	int64_t max_connections, max_body;
	int64_t max_answer;	/* bytes, at most SIZE_MAX / 4 */
	msec patience, connect, first_byte, idle, max_time;
	msec prune, keep;	/* MSEC_NONE: not given */
	msec commit, drain;
	size_t nparams;
	size_t nprices;
	char **words;		/* of the prompt, in argv */
	size_t nwords;
	size_t nproviders;
	struct buf lines;	/* struct own_line */
	struct buf config;	/* text of the file */
	struct buf recorded;	/* texts from the record of a turn */
	char given[OPTIONS_MAX];	/* those on the command line */
	const char *files[FILES_MAX];
	const char *results[RESULTS_MAX];	/* ID=FILE */
	const char *fallbacks[FALLBACKS_MAX];
	const char *vars[VARS_MAX];	/* NAME=TEXT */
	const char *hosts[HOSTS_MAX], *origins[HOSTS_MAX];
	struct param params[PARAMS_MAX];
	struct own_price prices[PRICES_MAX];
	struct own_provider providers[PROVIDERS_MAX];
};

/*
 * Fills *o for a command (one of CMD_*) from argv, which ends with NULL and
 * whose words are moved to its front.  0; or, after a message, 64 for the
 * command line and 78 for the environment and the configuration file.
 */
int opts_read(struct opts *o, const struct env *env, unsigned command,
    char **argv);

/* Whether an option, by its long name, was on the command line. */
int opts_given(const struct opts *o, const char *name);

/*
 * The options that belong to a turn: opts_put() appends them as members of an
 * object; opts_take() sets them from such an object, but for those given on
 * the command line, and without all only the model, its base URL and its key
 * file; the latter two are then the record's or none.  0, or 78 after a
 * message.  opts_forget() unsets those that only a turn has.
 */
void opts_put(const struct opts *o, struct json_out *w);
int opts_take(struct opts *o, struct slice record, int all);
void opts_forget(struct opts *o);

/* The last price that fits a model; NULL: there is none. */
const struct price *opts_price(const struct opts *o, const char *provider,
    const char *model);

/* Fills *c.  Returns -1. */
int complain(struct complaint *c, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Settles --extract with --live and --json, which write what --extract has to
 * hold: those of the command line count more than others.  0, or 64 after a
 * message. */
int opts_extract(struct opts *o);

/* When the time of --max-time is over that begins now, monotonic; MSEC_MAX:
 * never. */
msec opts_end(const struct opts *o);

/* --on-break.  By default an answer restarts where a person or a reader of
 * events sees that; a pipe would get the text twice. */
enum on_break opts_on_break(const struct opts *o);

void opts_free(struct opts *o);

#endif
