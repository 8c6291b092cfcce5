#ifndef API_MEDIA_H
#define API_MEDIA_H

/*
 * The type of a file by its content.  A name can be wrong, and a provider that
 * is sent the wrong type refuses the whole request.
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

/* "image/png"; "" for text and unknown. */
const char *media_mime(enum media m);

/* What to say of MEDIA_UNKNOWN. */
const char *media_refusal(struct slice data);

/*
 * The maximum size of such a file for a dialect (by its name), in bytes; 0 if
 * it takes none, SIZE_MAX for text, which has no known limit.  media_total()
 * is the maximum size of a whole body.
 */
size_t media_limit(const char *dialect, enum media m);
size_t media_total(const char *dialect);

/*
 * Makes a part of a file: an image, a PDF with its name, or text, which is
 * written to text (the caller's, empty) as
 *
 *	NAME:
 *	```
 *	its lines
 *	```
 *
 * with a fence that is longer than any in it (CommonMark 4.5).  The part
 * borrows name, data and text.  Returns 0, or -1 if the type is unknown.
 */
int media_part(struct slice name, struct slice data, struct buf *text,
    struct part *part);

#endif
