#ifndef NET_DNSMSG_H
#define NET_DNSMSG_H

/*
 * Messages of the DNS (RFC 1035 section 4): one question for the addresses of
 * a name, and its answer.  Pure.
 */

#include "net/dns.h"

#define DNSMSG_A 1
#define DNSMSG_AAAA 28
#define DNSMSG_MAX ((size_t)512)	/* over UDP, section 4.2.1 */

/* Writes the question for name, with or without its last dot.  Returns its
 * length, 0 where there cannot be such a name. */
size_t dnsmsg_ask(char to[DNSMSG_MAX], struct slice name, int type,
    unsigned id);

enum dnsmsg {
	DNSMSG_STRANGE,		/* no answer to that question */
	DNSMSG_FAILED,		/* the server cannot tell, or will not */
	DNSMSG_ANSWER		/* perhaps that there is no address */
};

/*
 * Reads what came for the question, and adds its addresses to *out.  The
 * server is one that recurses: of an alias it tells the addresses with it.
 */
enum dnsmsg dnsmsg_read(struct slice msg, struct slice question,
    struct dns_list *out);

#endif
