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
#include "cmd/report.h"
#include "cmd/say.h"
#include "cmd/sessions.h"
#include "cmd/version.h"

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
};

int
main(int argc, char **argv)
{
	const struct command *cmd = commands;
	struct buf typed = { 0 };
	struct env env;
	struct opts o;
	size_t i;
	int rc, from_stdin;

	relro_close();
	guard_process();
	if (guard_stdio() < 0 || env_open(&env) < 0)
		return fail(EXIT_BUG, "cannot start: %s", strerror(errno));
	report_command(argc, (const char *const *)argv, &typed);
	for (i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0) {
			cmd = &commands[i];
			argv++;
			break;
		}
	rc = opts_read(&o, &env, cmd->bit, argv);
	if (rc == 0 && (o.help || o.version)) {
		rc = show(&env, slice_str(o.help ? help_text :
		    "bide " BIDE_VERSION "\n"));
	} else if (rc == 0) {
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
	return rc;
}
