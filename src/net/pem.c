#include "net/pem.h"

#include <string.h>

#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"
#define PEM_END "-----END CERTIFICATE-----"

/* Moves *text to its next '-'. */
static int
to_dash(struct slice *text)
{
	const char *at = text->n == 0 ? NULL : memchr(text->p, '-', text->n);

	if (at == NULL)
		return 0;
	*text = slice_sub(*text, (size_t)(at - text->p), text->n);
	return 1;
}

int
pem_next(struct slice *text, struct slice *base64)
{
	struct slice body;

	while (to_dash(text)) {
		if (!slice_starts(*text, PEM_BEGIN)) {
			*text = slice_sub(*text, 1, text->n);
			continue;
		}
		*text = slice_sub(*text, sizeof(PEM_BEGIN) - 1, text->n);
		body = *text;
		if (!to_dash(text))
			return 0;
		if (!slice_starts(*text, PEM_END))
			continue;
		*base64 = slice_sub(body, 0, body.n - text->n);
		*text = slice_sub(*text, sizeof(PEM_END) - 1, text->n);
		return 1;
	}
	return 0;
}
