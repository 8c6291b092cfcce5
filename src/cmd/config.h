#ifndef CMD_CONFIG_H
#define CMD_CONFIG_H

#include "cmd/opts.h"

/*
 * Reads $XDG_CONFIG_HOME/bide/config (~/.config/bide/config) into *o, if it
 * exists.  Lines are "option value"; # begins a comment line; a [provider NAME]
 * section has dialect, base-url, key-env and any number of header lines,
 * [alias] names of models, [prompt NAME] what cmd/prompt.h reads.  0, or 78
 * after a message with the number of the line.
 */
int config_read(struct opts *o);

#endif
