#ifndef WIRE_URL_H
#define WIRE_URL_H

/*
 * http and https URLs by RFC 3986, as far as a client needs them: a base URL,
 * a proxy, a redirect.  All slices point into the text that was parsed.
 */

#include "base/buf.h"

struct url {
	int https;
	struct slice userinfo;	/* raw, without the @; p NULL = none */
	struct slice host;	/* without the brackets of an IPv6 literal */
	int ipv6;		/* the host stood in brackets */
	int port;		/* the scheme's own where none is given */
	int port_given;
	struct slice path;	/* from the first slash, with the query; may be
				   empty; never a fragment */
};

/*
 * Parses s.  Returns NULL, or a static text that says what is wrong (no
 * scheme, a scheme that is not http or https, no host, a bad port, a query
 * without a path, a backslash, control characters or blanks anywhere).
 */
const char *url_parse(struct slice s, struct url *u);

/* Appends what a Host field says: the host, in brackets if IPv6, and the port
 * unless it is the scheme's own. */
void url_host(const struct url *u, struct buf *out);

/* Appends s with %XX undone; -1 when an escape is broken or says NUL. */
int url_unescape(struct slice s, struct buf *out);

/* Whether the host of u is covered by a NO_PROXY list: names separated by
 * commas or blanks, each with all below it (a leading dot or *. changes
 * nothing), *, IP addresses, CIDR blocks, each with an optional :port. */
int url_no_proxy(const struct url *u, struct slice list);

#endif
