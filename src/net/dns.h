#ifndef NET_DNS_H
#define NET_DNS_H

/*
 * Names to addresses.  IP literals and localhost are known without asking.
 *
 * Other names go to getaddrinfo(), which has no deadline and cannot be
 * cancelled: a forked child calls it and writes one struct to a pipe.  The
 * parent waits for the pipe, a signal and the deadline, and kills and reaps
 * the child on every way out.  A malformed name is asked for nowhere.
 */

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/env.h"

#define DNS_NAME_MAX ((size_t)253)	/* RFC 1035 2.3.4, as text without */
#define DNS_LABEL_MAX ((size_t)63)	/* the final dot; and of a label */
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
 * Fills *out with the addresses of host, at least one, in the order of
 * getaddrinfo().  Returns 1 when a name was looked up, 0 when that was not
 * needed, -1 with F_DNS (fatal if the name is malformed), F_TIMEOUT or F_CANCEL
 * in *f.
 */
int dns_resolve(const struct env *env, struct slice host, int port,
    msec deadline, struct dns_list *out, struct fault *f);

/* The address's size for connect(). */
socklen_t dns_addr_size(const struct dns_addr *a);

#endif
