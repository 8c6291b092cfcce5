#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/guard.h"
#include "base/relro.h"
#include "cmd/ask.h"
#include "cmd/batch.h"
#include "cmd/exits.h"
#include "cmd/explain.h"
#include "cmd/help.h"
#include "cmd/limits.h"
#include "cmd/log.h"
#include "cmd/offer.h"
#include "cmd/resume.h"
#include "cmd/say.h"
#include "cmd/sessions.h"
#include "cmd/version.h"
#include "core/output.h"

static int
print(const struct env *env, const char *text)
{
	struct fault f;

	return output_write(env, 1, slice_str(text), &f) < 0 ? EXIT_OUTPUT :
	    EXIT_WHOLE;
}

static const struct command {
	const char *name;
	unsigned bit;
	int (*run)(const struct env *env, struct opts *o,
	    struct slice typed);
} commands[] = {
	{ "ask", CMD_ASK, ask },
	{ "resume", CMD_RESUME, resume },
	{ "models", CMD_MODELS, offer },
	{ "log", CMD_LOG, log_print },
	{ "sessions", CMD_SESSIONS, sessions },
	{ "limits", CMD_LIMITS, limits },
	{ "batch", CMD_BATCH, batch },
};

/* The subcommand that the first word is; ask, if it is none. */
static const struct command *
find_command(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return &commands[i];
	return NULL;
}

static int
reads_stdin(const struct command *cmd, const struct opts *o)
{
	if (cmd->bit == CMD_BATCH && o->nwords > 0)
		return strcmp(o->words[0], "-") == 0;
	return (cmd->bit & (CMD_ASK | CMD_BATCH)) != 0 && !o->no_stdin &&
	    !isatty(0);
}

static int
run_command(const struct command *cmd, const struct env *env, struct opts *o,
    struct slice command)
{
	if (o->help)
		return print(env, help_text);
	if (o->version)
		return print(env, "bide " BIDE_VERSION "\n");
	return cmd->run(env, o, command);
}

int
main(int argc, char **argv)
{
	const struct command *cmd;
	struct env env;
	struct opts o;
	struct complaint c;
	struct buf command = { 0 };
	int named, rc;

	relro_close();
	guard_stdio();
	guard_process();
	if (env_open(&env) < 0) {
		complain(&c, EXIT_BUG, "cannot start: %s", strerror(errno));
		say(slice_str(c.text));
		return c.status;
	}
	explain_command(argc, (const char *const *)argv, &command);
	cmd = find_command(argc, argv);
	named = cmd != NULL;
	if (!named)
		cmd = &commands[0];
	if (opts_read(&o, cmd->bit, argc - named, argv + named, &c) < 0) {
		say(slice_str(c.text));
		rc = c.status;
	} else {
		if (reads_stdin(cmd, &o))
			buf_puts(&command, "  (and the same stdin)");
		rc = run_command(cmd, &env, &o, buf_slice(&command));
	}
	opts_free(&o);
	buf_free(&command);
	return rc;
}
