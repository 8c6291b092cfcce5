#ifndef WIRE_URL_H
#define WIRE_URL_H

/*
 * http and https URLs (RFC 3986), as a client needs them for base URLs,
 * proxies and redirects.  All slices point into the text that was parsed.
 */

#include "base/buf.h"

struct url {
	int https;
	struct slice userinfo;	/* raw, without the @; p NULL = none */
	struct slice host;	/* without the brackets of an IPv6 literal */
	int ipv6;		/* the host was in brackets */
	int port;		/* the scheme's default if none is given */
	int port_given;
	struct slice path;	/* from the first slash, with the query but
				   without a fragment; may be empty */
};

/* Parses s.  NULL, or a static text that says what is wrong: the scheme, host
 * or port, a query without a path, a blank, backslash or control character. */
const char *url_parse(struct slice s, struct url *u);

/* Parses a host with an optional port, as in a Host field: sets .host, .ipv6
 * and, if there is a port, .port and .port_given.  NULL, or what is wrong. */
const char *url_authority(struct slice s, struct url *u);

/* Whether the host is this one: localhost, a loopback address, or one that
 * stands for any. */
int url_is_local(const struct url *u);

/* Appends the value of a Host field: the host, in brackets if IPv6, and the
 * port unless it is the scheme's default. */
void url_host(const struct url *u, struct buf *out);

/* Appends s with %XX decoded.  0; -1 on an invalid escape or %00. */
int url_unescape(struct slice s, struct buf *out);

/* Appends s with all but the unreserved characters (RFC 3986 section 2.3)
 * encoded as %XX. */
void url_escape(struct slice s, struct buf *out);

/* Whether a NO_PROXY list matches u.  Entries are separated by commas or
 * blanks: *, IP addresses, CIDR blocks, or domain names, which include their
 * subdomains (a leading dot or *. is ignored); each with an optional :port. */
int url_no_proxy(const struct url *u, struct slice list);

#endif
