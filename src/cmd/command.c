#include "cmd/command.h"

#include <string.h>

#include "cmd/ask.h"
#include "cmd/batch.h"
#include "cmd/completion.h"
#include "cmd/help.h"
#include "cmd/limits.h"
#include "cmd/log.h"
#include "cmd/models.h"
#include "cmd/near.h"
#include "cmd/prompt.h"
#include "cmd/proxy.h"
#include "cmd/report.h"
#include "cmd/resume.h"
#include "cmd/say.h"
#include "cmd/sessions.h"
#include "cmd/version.h"

const struct command commands[] = {
	{ "ask", CMD_ASK, ask },	/* also without its name */
	{ "resume", CMD_RESUME, resume },
	{ "models", CMD_MODELS, models },
	{ "log", CMD_LOG, log_print },
	{ "sessions", CMD_SESSIONS, sessions },
	{ "limits", CMD_LIMITS, limits },
	{ "batch", CMD_BATCH, batch },
	{ "proxy", CMD_PROXY, proxy },
	{ "prompts", CMD_HELP, prompts },
	{ "completion", CMD_HELP, completion },
	{ "help", CMD_HELP, help },
	{ "version", CMD_HELP, version },
};

const size_t commands_n = COUNT(commands);

const struct command *
command_find(const char *name)
{
	size_t i;

	for (i = 0; i < commands_n; i++)
		if (strcmp(name, commands[i].name) == 0)
			return &commands[i];
	return NULL;
}

int
help(const struct env *env, struct opts *o, struct slice typed)
{
	(void)typed;
	if (o->nwords > 1 || (o->nwords == 1 &&
	    command_find(o->words[0]) == NULL))
		return fail(EXIT_USAGE, "help takes the name of a command; to "
		    "ask about help: bide -- help ...");
	return show(env, slice_str(o->nwords == 1 &&
	    strcmp(o->words[0], "proxy") == 0 ? help_proxy : help_text));
}

int
version(const struct env *env, struct opts *o, struct slice typed)
{
	(void)typed;
	if (o->nwords > 0)
		return fail(EXIT_USAGE, "version takes no words; to ask about "
		    "a version: bide -- version ...");
	return show(env, slice_str(version_text));
}

int
command_check(const char *word)
{
	const char *name = NULL;
	int edits, least = 3;
	size_t i;

	if (strcmp(word, "list") == 0 || strcmp(word, "ls") == 0) {
		name = "sessions";
	} else {
		for (i = 0; i < commands_n; i++) {
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
