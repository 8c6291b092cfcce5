#ifndef SERVE_KEY_H
#define SERVE_KEY_H

/* The key in a client's request, wherever its API puts it.  Pure. */

#include "serve/client.h"

/* The key: of a field, or of the query; empty if there is none. */
struct slice key_of(const struct client *c);

/* Whether a field holds a key; whether a parameter of a query (name=value)
 * does. */
int key_field(struct slice name);
int key_parameter(struct slice parameter);

/* Whether the key is a line of the list.  How long that takes tells nothing
 * about its lines but their lengths. */
int key_listed(struct slice list, struct slice key);

#endif
