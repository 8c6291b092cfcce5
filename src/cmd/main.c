#define _GNU_SOURCE	/* sbrk(), MAP_ANONYMOUS */

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/guard.h"
#include "base/relro.h"
#include "cmd/command.h"
#include "cmd/fleet.h"
#include "cmd/report.h"
#include "cmd/say.h"

int
main(int argc, char **argv)
{
	const struct command *cmd = NULL;
	struct buf typed = { 0 };
	struct env env;
	struct opts o;
	int rc, from_stdin, i, bare = 1;

	/* musl's malloc() takes what brk() gives, far from all other memory:
	 * three pages of page tables in each worker of a proxy.  This page, of
	 * no other use, is in its way, and it does without. */
	(void)mmap(sbrk(0), 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	relro_open();
	relro_close();
	guard_process();
	if (guard_stdio() < 0 || env_open(&env) < 0)
		err_system("cannot start");
	report_command(argc, (const char *const *)argv, &typed);
	for (i = 1; i < argc; i++)
		bare = bare && strcmp(argv[i], "--") != 0;
	if (argc > 1 && (cmd = command_find(argv[1])) != NULL)
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
	    (rc = command_check(o.words[0])) == 0)) {
		from_stdin = cmd->bit == CMD_BATCH && o.nwords > 0 ?
		    strcmp(o.words[0], "-") == 0 :
		    (cmd->bit & (CMD_ASK | CMD_BATCH)) != 0 &&
		    !o.no_stdin && !isatty(0);
		if (from_stdin)
			buf_puts(&typed, "  (and the same stdin)");
		rc = fleet_open(&o, &env);
		if (rc == 0)
			rc = cmd->run(&env, &o, buf_slice(&typed));
	}
	fleet_close(&o);
	opts_free(&o);
	buf_free(&typed);
	/* of it, lest a script goes on after ^C because we have handled it */
	if (rc > EXIT_SIGNAL)
		env_die(rc - EXIT_SIGNAL);
	return rc;
}
