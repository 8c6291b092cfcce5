#ifndef NET_DNS_H
#define NET_DNS_H

/*
 * Names to addresses.
 *
 * getaddrinfo() has no deadline and cannot be called off, so a forked child
 * asks it and writes one struct to a pipe; the parent waits for pipe, signal
 * and deadline, and kills and reaps the child on every way out.  A second
 * child asks for IPv4 alone when the first takes long.  IP literals and
 * localhost need no child.  The static program's child asks stub.h.
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

/* Adds an address of 4 or 16 bytes, if there is room. */
void dns_add(struct dns_list *list, int family, const void *ip,
    uint32_t scope);

/* Adds the address that text is, if it is of that family or that is
 * AF_UNSPEC.  0; -1 where nothing was added. */
int dns_parse(struct dns_list *list, struct slice text, int family);

void dns_set_port(struct dns_list *list, int port);

/* The size that connect() wants to know. */
socklen_t dns_addr_size(const struct dns_addr *a);

#endif
