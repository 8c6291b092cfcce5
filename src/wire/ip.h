#ifndef WIRE_IP_H
#define WIRE_IP_H

/* IP addresses as text. */

#include "base/buf.h"

/* Reads four decimal numbers (no zeros in front), or an IPv6 address as RFC
 * 4291 section 2.2 writes them, without a zone.  4 or 16, the bytes that ip
 * got; 0 when it is neither. */
size_t ip_parse(struct slice text, unsigned char ip[16]);

#endif
