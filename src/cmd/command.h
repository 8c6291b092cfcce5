#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

/* The table of commands. */

#include "cmd/opts.h"

struct command {
	const char *name;
	unsigned bit;		/* CMD_* */
	int (*run)(const struct env *env, struct opts *o,
	    struct slice typed);
};

extern const struct command commands[];	/* the first one is ask */
extern const size_t commands_n;

/* The command of that name; or NULL. */
const struct command *command_find(const char *name);

/* A question of one word may be a command that is misspelt, or called list as
 * in other programs.  0, or 64 after a message. */
int command_check(const char *word);

/* bide help and bide version */
int help(const struct env *env, struct opts *o, struct slice typed);
int version(const struct env *env, struct opts *o, struct slice typed);

#endif
