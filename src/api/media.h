#ifndef API_MEDIA_H
#define API_MEDIA_H

/*
 * What a file is, by its content: a name may lie, and a provider believes
 * what it is told and then refuses the whole request.
 */

#include <stddef.h>

#include "api/request.h"

enum media {
	MEDIA_UNKNOWN,
	MEDIA_TEXT,		/* UTF-8 without NUL; also an empty file */
	MEDIA_PNG,
	MEDIA_JPEG,
	MEDIA_GIF,
	MEDIA_WEBP,
	MEDIA_PDF
};

enum media media_of(struct slice data);

/* "image/png"; "" where no part has one. */
const char *media_mime(enum media m);

/*
 * The most bytes that servers of a dialect (by its name) take of one such
 * file; 0 when they take none at all.  No limit is known of text.
 * media_total() is the most bytes of a whole body.
 */
size_t media_limit(const char *dialect, enum media m);
size_t media_total(const char *dialect);

/*
 * The part that a file becomes: an image, a PDF under its name, or text,
 * which is written to text (the caller's, empty) as
 *
 *	NAME:
 *	```
 *	its lines
 *	```
 *
 * with a fence that is longer than any in it (CommonMark 4.5).  The part
 * borrows name, data and text.  0, or -1 when it becomes none.
 */
int media_part(struct slice name, struct slice data, struct buf *text,
    struct part *part);

#endif
