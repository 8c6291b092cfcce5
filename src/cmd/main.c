#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/guard.h"
#include "cmd/ask.h"
#include "cmd/exits.h"
#include "cmd/explain.h"
#include "cmd/help.h"
#include "cmd/version.h"

static int
print(const char *text)
{
	return fputs(text, stdout) >= 0 && fflush(stdout) == 0 ? EXIT_WHOLE :
	    EXIT_OUTPUT;
}

static int
run_ask(const struct env *env, struct opts *o, struct slice command)
{
	if (o->help)
		return print(help_text);
	if (o->version)
		return print("bide " BIDE_VERSION "\n");
	return ask(env, o, command);
}

int
main(int argc, char **argv)
{
	struct env env;
	struct opts o;
	struct complaint c;
	struct buf command = { 0 };
	int rc;

	guard_process();
	if (env_open(&env) < 0) {
		fprintf(stderr, "bide: cannot start: %s\n", strerror(errno));
		return EXIT_BUG;
	}
	if (argc > 1 && strcmp(argv[1], "ask") == 0) {
		argv++;
		argc--;
	}
	explain_command(argc, argv, !isatty(0), &command);
	if (opts_read(&o, argc, argv, &c) < 0) {
		fprintf(stderr, "bide: %s\n", c.text);
		rc = c.status;
	} else {
		rc = run_ask(&env, &o, buf_slice(&command));
	}
	opts_free(&o);
	buf_free(&command);
	return rc;
}
