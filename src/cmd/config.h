#ifndef CMD_CONFIG_H
#define CMD_CONFIG_H

#include "cmd/opts.h"

/*
 * Reads $XDG_CONFIG_HOME/bide/config (~/.config/bide/config) into *o.  Lines
 * are `option value`; # begins a comment line; a [provider NAME] section holds
 * dialect, base-url, key-env and any number of header lines.  No file is no
 * error.  -1 with *c (78) and the line that is wrong.
 */
int config_read(struct opts *o, struct complaint *c);

#endif
