#ifndef CMD_PROMPT_H
#define CMD_PROMPT_H

/*
 * Named prompts and aliases of models: the [prompt NAME] and [alias] sections
 * of the configuration file, whose lines are in struct opts.  The functions
 * return 0, or the exit status after a message.
 */

#include "cmd/opts.h"

/* Whether a prompt may have a line of that key: template, var, or an option of
 * a request, but none that decides where a key goes or what is kept. */
int prompt_takes(struct slice key);

/* Sets the options of --template that are not on the command line, and puts
 * models in the place of aliases. */
int prompt_apply(struct opts *o);

/* The model that an alias stands for; else the name itself. */
const char *alias_of(const struct opts *o, const char *model);

/* Appends a file of text, which the option names. */
int prompt_read(const struct opts *o, const char *option, const char *path,
    struct buf *to);

/* Appends the prompt's instructions to *to, nothing if there are none. */
int prompt_system(const struct opts *o, struct buf *to);

/* Puts the prompt's template, filled in, in the place of the input *b.
 * attached: there are files, too. */
int prompt_fill(const struct opts *o, int attached, struct buf *b);

/* Call each for the names of all prompts, and of all aliases. */
void prompt_each(const struct opts *o, void (*each)(void *ctx,
    const char *name), void *ctx);

void alias_each(const struct opts *o, void (*each)(void *ctx,
    const char *name), void *ctx);

/* bide prompts: lists them. */
int prompts(const struct env *env, struct opts *o, struct slice command);

#endif
