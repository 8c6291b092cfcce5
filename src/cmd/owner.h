#ifndef CMD_OWNER_H
#define CMD_OWNER_H

/*
 * Who is asked for a model, at which URL and with which key.
 *
 * A key and a base URL belong to the provider that they were given for:
 *
 * 1. A base URL and a key file from the options hold for the provider of the
 *    command's own model (-m) and for no other, such as that of a fallback or
 *    of a line of a batch.
 * 2. A key file from the environment or the configuration file is meant for
 *    the provider of the model that is named there, if one is, or for the base
 *    URL that is named there; it is not used for another one named by -m.
 * 3. The key in a provider's own variable, and the secret fields of its section
 *    of the configuration file, go to the provider's own base URL (of the
 *    table, its variable or that section) or to one on the command line; not
 *    to one from BIDE_BASE_URL or an option of the configuration file.
 *
 * A turn's URL and key file are kept in its record, for the model there.
 */

#include "api/provider.h"
#include "base/guard.h"
#include "cmd/opts.h"

struct owner {
	struct provider provider;	/* built in, or of the config file */
	const struct own_provider *own;	/* its section there; or NULL */
	const char *model;		/* without the provider's prefix */
	const char *base_url;		/* from the options; or NULL: its own */
	const char *key_file;		/* from the options; or NULL */
	int own_key;			/* its own key, in a variable or in
					   fields of its section, may be used */
};

/*
 * Finds the owner of the command's own model, or with model of that one.  0, or
 * -1 with *c.  *w borrows from *o.
 */
int owner_find(struct owner *w, const struct opts *o, const char *model,
    struct complaint *c);

/* Sets the key; {0} if there is none and none is needed.  0, or -1 with *c. */
int owner_key(const struct owner *w, const struct opts *o,
    struct secret *key, struct complaint *c);

#endif
