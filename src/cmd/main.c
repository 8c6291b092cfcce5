#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/guard.h"
#include "cmd/ask.h"
#include "cmd/exits.h"
#include "cmd/explain.h"
#include "cmd/help.h"
#include "cmd/say.h"
#include "cmd/version.h"
#include "core/output.h"

static int
print(const struct env *env, const char *text)
{
	struct fault f;

	return output_write(env, 1, slice_str(text), &f) < 0 ? EXIT_OUTPUT :
	    EXIT_WHOLE;
}

static int
run_ask(const struct env *env, struct opts *o, struct slice command)
{
	if (o->help)
		return print(env, help_text);
	if (o->version)
		return print(env, "bide " BIDE_VERSION "\n");
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

	guard_stdio();
	guard_process();
	if (env_open(&env) < 0) {
		complain(&c, EXIT_BUG, "cannot start: %s", strerror(errno));
		say(slice_str(c.text));
		return c.status;
	}
	if (argc > 1 && strcmp(argv[1], "ask") == 0) {
		argv++;
		argc--;
	}
	explain_command(argc, argv, !isatty(0), &command);
	if (opts_read(&o, argc, argv, &c) < 0) {
		say(slice_str(c.text));
		rc = c.status;
	} else {
		rc = run_ask(&env, &o, buf_slice(&command));
	}
	opts_free(&o);
	buf_free(&command);
	return rc;
}
