#ifndef NET_DNS_H
#define NET_DNS_H

/*
 * Names to addresses.
 *
 * getaddrinfo() has no deadline and cannot be called off, so a forked child
 * asks it and writes one struct to a pipe; the parent waits for pipe, signal
 * and deadline, and kills and reaps the child on every way out.  A second
 * child asks for IPv4 alone when the first takes long.  IP literals and
 * localhost need no child.
 */

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/env.h"

#define DNS_NAME_MAX ((size_t)253)	/* RFC 1035 2.3.4, as text */
#define DNS_ADDRS_MAX 64

struct dns_addr {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} u;
};

struct dns_list {
	size_t n;
	struct dns_addr addr[DNS_ADDRS_MAX];
};

/*
 * Fills *out with the addresses of host, at least one, in getaddrinfo's
 * order.  Returns 1 when a name was asked for, 0 when that was not needed, -1
 * with F_DNS, F_TIMEOUT or F_CANCEL in *f.
 */
int dns_resolve(const struct env *env, struct slice host, int port,
    msec deadline, struct dns_list *out, struct fault *f);

/* The size that connect() wants to know. */
socklen_t dns_addr_size(const struct dns_addr *a);

#endif
