#ifndef NET_RACE_H
#define NET_RACE_H

/* Happy Eyeballs (RFC 8305): the first of several addresses to connect. */

#include "net/dns.h"

#define RACE_DELAY ((msec)250)	/* RFC 8305 8: Connection Attempt Delay */
#define RACE_MAX 16		/* concurrent attempts */

/* Interleaves the address families, starting with that of the first address;
 * the order within a family stays (RFC 8305 4). */
void race_order(struct dns_list *list);

/*
 * Tries the addresses in order, the next one after RACE_DELAY or as soon as an
 * attempt fails.  Returns a connected socket, non-blocking and close-on-exec,
 * or -1 with F_CONNECT (every address failed), F_TIMEOUT or F_CANCEL in *f.
 * The fault's text starts with peer and gives the most useful reason.
 */
int race_connect(const struct env *env, const struct dns_list *list,
    const char *peer, msec deadline, struct fault *f);

#endif
