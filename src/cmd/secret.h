#ifndef CMD_SECRET_H
#define CMD_SECRET_H

/* Which fields of a request and parameters of a URL hold secrets. */

#include "cmd/opts.h"

/* Whether the name of a header field or parameter says so: Cookie and the
 * like, and names that end in key, token, secret, password or auth. */
int secret_named(struct slice name);

/* Whether a field does: by its name, or as a secret-header of the provider's
 * section, if it has one. */
int secret_field(const struct own_provider *own, struct slice name);

/* Removes the next parameter from *query; returns its name, and in *value its
 * value. */
struct slice secret_parameter(struct slice *query, struct slice *value);

/* Appends a URL, or its path and query, with *** for the values of secret
 * parameters. */
void secret_put_url(struct buf *out, struct slice url);

#endif
