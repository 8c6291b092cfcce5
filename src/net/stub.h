#ifndef NET_STUB_H
#define NET_STUB_H

/*
 * A stub resolver: /etc/hosts, and the name servers of /etc/resolv.conf, over
 * UDP.  The static program has it in place of the C library's, which is five
 * times the size.
 *
 * All servers are asked at once, for both families.  One that refuses is not
 * waited for any longer; and as soon as there is an address, the other family
 * has STUB_GRACE to come up with one.
 */

#include "net/dns.h"

#define STUB_SERVERS_MAX 3
#define STUB_GRACE ((msec)300)

/* What resolv.conf(5) says. */
struct stub {
	long long ndots, attempts;
	long long timeout;	/* of all attempts together, s */
	char search[256];	/* suffixes, with blanks between */
	struct dns_list server;
};

/* Reads a resolv.conf; what it leaves open is as usual. */
void stub_config(struct stub *s, struct slice text);

/* Adds to *out what a hosts(5) file has for name. */
void stub_hosts(struct slice text, struct slice name, struct dns_list *out);

enum stub_end {
	STUB_FOUND,
	STUB_NONE,		/* no such name, or no address for it */
	STUB_FAILED,		/* no server can tell, or in time */
	STUB_FAULT		/* F_CANCEL or F_IO */
};

/* Asks the servers. */
enum stub_end stub_ask(const struct env *env, const struct stub *s,
    struct slice name, msec deadline, struct dns_list *out, struct fault *f);

/* All of it: 1 with addresses in *out, -1 with F_DNS, F_TIMEOUT, F_CANCEL or
 * F_IO in *f. */
int stub_lookup(const struct env *env, const char *name, msec deadline,
    struct dns_list *out, struct fault *f);

#endif
