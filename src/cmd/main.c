#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/guard.h"
#include "base/relro.h"
#include "cmd/ask.h"
#include "cmd/batch.h"
#include "cmd/help.h"
#include "cmd/limits.h"
#include "cmd/log.h"
#include "cmd/models.h"
#include "cmd/proxy.h"
#include "cmd/near.h"
#include "cmd/report.h"
#include "cmd/resume.h"
#include "cmd/say.h"
#include "cmd/sessions.h"
#include "cmd/version.h"

static int help(const struct env *env, struct opts *o, struct slice typed);
static int version(const struct env *env, struct opts *o, struct slice typed);

static const struct command {
	const char *name;
	unsigned bit;
	int (*run)(const struct env *env, struct opts *o,
	    struct slice typed);
} commands[] = {
	{ "ask", CMD_ASK, ask },	/* also without its name */
	{ "resume", CMD_RESUME, resume },
	{ "models", CMD_MODELS, models },
	{ "log", CMD_LOG, log_print },
	{ "sessions", CMD_SESSIONS, sessions },
	{ "limits", CMD_LIMITS, limits },
	{ "batch", CMD_BATCH, batch },
	{ "proxy", CMD_PROXY, proxy },
	{ "help", CMD_HELP, help },
	{ "version", CMD_HELP, version },
};

#define COMMANDS_N (sizeof(commands) / sizeof(commands[0]))

static const struct command *
find_command(const char *name)
{
	size_t i;

	for (i = 0; i < COMMANDS_N; i++)
		if (strcmp(name, commands[i].name) == 0)
			return &commands[i];
	return NULL;
}

static int
help(const struct env *env, struct opts *o, struct slice typed)
{
	(void)typed;
	if (o->nwords > 1 || (o->nwords == 1 &&
	    find_command(o->words[0]) == NULL))
		return fail(EXIT_USAGE, "help takes the name of a command; to "
		    "ask about help: bide -- help ...");
	return show(env, slice_str(o->nwords == 1 &&
	    strcmp(o->words[0], "proxy") == 0 ? help_proxy : help_text));
}

static int
version(const struct env *env, struct opts *o, struct slice typed)
{
	(void)typed;
	if (o->nwords > 0)
		return fail(EXIT_USAGE, "version takes no words; to ask about "
		    "a version: bide -- version ...");
	return show(env, SLICE("bide " BIDE_VERSION "\n"));
}

/* A question of one word may be a command that is misspelt, or called list as
 * in other programs.  0, or 64 after a message. */
static int
check_word(const char *word)
{
	const char *name = NULL;
	int edits, least = 3;
	size_t i;

	if (strcmp(word, "list") == 0 || strcmp(word, "ls") == 0) {
		name = "sessions";
	} else {
		for (i = 0; i < COMMANDS_N; i++) {
			edits = near_edits(slice_str(word), commands[i].name);
			if (edits >= 0 && edits < least) {
				least = edits;
				name = commands[i].name;
			}
		}
	}
	return name == NULL ? 0 : fail(EXIT_USAGE, "%s: no such command; did "
	    "you mean \"bide %s\"?  To ask it: bide -- %s", word, name, word);
}

int
main(int argc, char **argv)
{
	const struct command *cmd = NULL;
	struct buf typed = { 0 };
	struct env env;
	struct opts o;
	int rc, from_stdin, i, bare = 1;

	relro_close();
	guard_process();
	if (guard_stdio() < 0 || env_open(&env) < 0)
		return fail(EXIT_BUG, "cannot start: %s", strerror(errno));
	report_command(argc, (const char *const *)argv, &typed);
	for (i = 1; i < argc; i++)
		bare = bare && strcmp(argv[i], "--") != 0;
	if (argc > 1 && (cmd = find_command(argv[1])) != NULL)
		argv++;
	bare = bare && cmd == NULL;
	if (cmd == NULL)
		cmd = commands;
	rc = opts_read(&o, &env, cmd->bit, argv);
	if (rc == 0 && (o.help || o.version)) {
		/* "proxy --help" is "help proxy" */
		o.nwords = cmd->bit == CMD_PROXY && o.help;
		o.words[0] = argv[0];
		rc = o.help ? help(&env, &o, buf_slice(&typed)) :
		    version(&env, &o, buf_slice(&typed));
	} else if (rc == 0 && (!bare || o.nwords != 1 ||
	    (rc = check_word(o.words[0])) == 0)) {
		from_stdin = cmd->bit == CMD_BATCH && o.nwords > 0 ?
		    strcmp(o.words[0], "-") == 0 :
		    (cmd->bit & (CMD_ASK | CMD_BATCH)) != 0 &&
		    !o.no_stdin && !isatty(0);
		if (from_stdin)
			buf_puts(&typed, "  (and the same stdin)");
		rc = cmd->run(&env, &o, buf_slice(&typed));
	}
	opts_free(&o);
	buf_free(&typed);
	/* of it, lest a script goes on after ^C because we have handled it */
	if (rc > EXIT_SIGNAL)
		env_die(rc - EXIT_SIGNAL);
	return rc;
}
