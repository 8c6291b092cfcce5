#ifndef WIRE_IP_H
#define WIRE_IP_H

/* IP addresses as text. */

#include "base/buf.h"

/* Parses an IPv4 address (four decimal numbers without leading zeros) or an
 * IPv6 address (RFC 4291, section 2.2, without a zone).  The number of bytes
 * set in ip: 4 or 16; 0 if text is neither. */
size_t ip_parse(struct slice text, unsigned char ip[16]);

#endif
