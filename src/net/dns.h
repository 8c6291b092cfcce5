#ifndef NET_DNS_H
#define NET_DNS_H

/* Names to addresses.  IP literals and localhost need no resolver. */

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
 * Fills *out with the addresses of host, at least one, the better family
 * first.  Returns 1 when a name was asked for, 0 when that was not needed, -1
 * with F_DNS, F_TIMEOUT or F_CANCEL in *f.
 */
int dns_resolve(const struct env *env, struct slice host, int port,
    msec deadline, struct dns_list *out, struct fault *f);

/* For resolvers: fills *f with what getaddrinfo's verdict means (sys: errno
 * with EAI_SYSTEM); -1. */
int dns_no_address(const char *name, int gai, int sys, struct fault *f);

/* Adds an address of 4 or 16 bytes, if there is room. */
void dns_add(struct dns_list *list, int family, const void *ip,
    uint32_t scope);

/* Adds the address that text is.  0; -1 where nothing was added. */
int dns_parse(struct dns_list *list, struct slice text);

void dns_set_port(struct dns_list *list, int port);

/* The size that connect() wants to know. */
socklen_t dns_addr_size(const struct dns_addr *a);

#endif
