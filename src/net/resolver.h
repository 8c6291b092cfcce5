#ifndef NET_RESOLVER_H
#define NET_RESOLVER_H

/*
 * The C library's resolver.  getaddrinfo() has no deadline and cannot be
 * called off, so a forked child asks it and writes one struct to a pipe; the
 * parent waits for pipe, signal and deadline, and kills and reaps the child on
 * every way out.  A second child asks for IPv4 alone when the first takes
 * long.
 */

#include "net/dns.h"

/* 1 with addresses in *out, in getaddrinfo's order; -1 with F_DNS, F_TIMEOUT
 * or F_CANCEL in *f. */
int resolver_lookup(const struct env *env, const char *name, msec deadline,
    struct dns_list *out, struct fault *f);

#endif
