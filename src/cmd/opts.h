#ifndef CMD_OPTS_H
#define CMD_OPTS_H

/*
 * What the user asked for: the command line over the environment over the
 * configuration file.  One table names every option; its long name gives the
 * variable (--idle-timeout: BIDE_IDLE_TIMEOUT) and the configuration key.
 *
 * Texts point into argv, the environment or the configuration's buffer.
 */

#include "api/request.h"
#include "base/err.h"

#define PARAMS_MAX 64
#define PROVIDERS_MAX 32
#define HEADERS_MAX 16
#define FILES_MAX 32
#define RESULTS_MAX 32
#define FALLBACKS_MAX 8

/* Each option is for some commands; the others refuse it on their line, and
 * pay no heed to it in the environment and the file. */
enum {
	CMD_ASK = 1,
	CMD_RESUME = 2,
	CMD_MODELS = 4,
	CMD_LOG = 8,
	CMD_SESSIONS = 16,
	CMD_LIMITS = 32,
	CMD_BATCH = 64,
	CMD_ALL = 127,
	OPT_TURN = 128		/* and those that a turn's record tells */
};

/* What a user did wrong: the exit status and one line. */
struct complaint {
	int status;
	char text[512];
};

/* A [provider NAME] section of the configuration file. */
struct own_provider {
	const char *name, *dialect, *base_url, *key_env;
	const char *header[HEADERS_MAX];
	size_t nheaders;
};

struct opts {
	int live;		/* -1: as stdout is */
	int newest;		/* go on in the newest session */
	int background, detach, no_share;
	int json, dry_run, quiet, verbose, no_stdin, help, version;
	const char *model, *base_url, *system, *output, *on_break, *effort;
	const char *temperature, *schema, *tools, *key_file, *cacert;
	const char *messages, *session;
	const char *shard, *deadline, *report;
	size_t nfiles;
	size_t nresults;
	size_t nfallbacks;
	int64_t max_tokens, retries, rpm, tpm, jobs;
	msec patience, connect, first_byte, idle, max_time;
	msec prune;		/* MSEC_NONE: do not */
	size_t nparams;
	char **words;		/* the prompt's, in argv */
	size_t nwords;
	size_t nproviders;
	struct buf config;	/* the file's text */
	struct buf recorded;	/* texts from a turn's record */
	uint64_t given;		/* a bit for each option of the table that
				   was on the command line */
	const char *files[FILES_MAX];
	const char *results[RESULTS_MAX];	/* ID=FILE */
	const char *fallbacks[FALLBACKS_MAX];
	struct param params[PARAMS_MAX];
	struct own_provider providers[PROVIDERS_MAX];
};

/*
 * Fills *o, for a command (one of CMD_*).  argv's words are moved to its
 * front.  0, or -1 with *c: 64 for the command line, 78 for the environment
 * and the file.
 */
int opts_read(struct opts *o, unsigned command, int argc, char **argv,
    struct complaint *c);

/* Whether an option, by its long name, was on the command line. */
int opts_given(const struct opts *o, const char *name);

/* Sets one option from a text; where names the source in a complaint
 * ("--patience", "BIDE_PATIENCE", "FILE:3: patience").  name is the long
 * name.  -1 with *c (status from the caller). */
int opts_set(struct opts *o, const char *name, const char *value,
    const char *where, struct complaint *c);

/*
 * The options that belong to a turn, as members of an object, and from one:
 * those given on the command line stay as they are, and only the model and
 * its base URL are taken without all.  -1 with *c.  opts_forget() unsets those
 * that are the turn's alone.
 */
void opts_put(const struct opts *o, struct json_out *w);
int opts_take(struct opts *o, struct slice record, int all,
    struct complaint *c);
void opts_forget(struct opts *o);

/* Always -1, with *c filled. */
int complain(struct complaint *c, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

void opts_free(struct opts *o);

#endif
