#ifndef NET_RACE_H
#define NET_RACE_H

/* Happy Eyeballs: the first of many addresses that connects (RFC 8305). */

#include "net/dns.h"

#define RACE_DELAY ((msec)250)	/* RFC 8305 8: Connection Attempt Delay */
#define RACE_MAX 16		/* sockets under way at a time */

/* Interleaves the families, the first address's first, each in its order
 * (RFC 8305 4). */
void race_order(struct dns_list *list);

/*
 * Tries the addresses in their order, a further one after RACE_DELAY or at
 * once when one fails.  Returns a connected socket, non-blocking and
 * close-on-exec, or -1 with F_CONNECT (every address failed; the text starts
 * with peer and gives the most telling reason), F_TIMEOUT or F_CANCEL in *f.
 */
int race_connect(const struct env *env, const struct dns_list *list,
    const char *peer, msec deadline, struct fault *f);

#endif
