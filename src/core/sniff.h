#ifndef CORE_SNIFF_H
#define CORE_SNIFF_H

/*
 * What a body is, by its first bytes: Content-Type and Content-Encoding are
 * wrong too often (providers.md 7.2).
 */

#include "base/buf.h"

enum content {
	C_UNKNOWN,
	C_ERROR,		/* any, with a status other than 2xx */
	C_STREAM,
	C_WHOLE,		/* JSON: a server that does not stream */
	C_PAGE,			/* HTML: a captive portal or a proxy */
	C_PASS			/* not looked into: the end of the message
				   makes it whole */
};

/* How many bytes sniff_binary() looks at. */
#define SNIFF_MAX ((size_t)64)

/* What *in is the beginning of, without a BOM and blanks before it, which are
 * removed.  C_UNKNOWN: of nothing yet. */
enum content sniff(struct slice *in);

/* Whether a body that begins so is compressed; said: its fields say so. */
int sniff_binary(struct slice s, int said);

/* Whether a body is a text, though not one line of an event stream. */
int sniff_text(struct slice s);

#endif
