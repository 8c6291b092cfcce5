#ifndef CMD_HELP_H
#define CMD_HELP_H

/* What bide --help prints; it fits a screen of 80 by 48. */
extern const char help_text[];
extern const char help_proxy[];

#endif
