#include "net/pem.h"

#include <string.h>

#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"
#define PEM_END "-----END CERTIFICATE-----"

/* Skips to the next '-' in *text: whether there is one. */
static int
to_dash(struct slice *text)
{
	const char *at = text->n == 0 ? NULL : memchr(text->p, '-', text->n);

	if (at == NULL)
		return 0;
	slice_skip(text, (size_t)(at - text->p));
	return 1;
}

int
pem_next(struct slice *text, struct slice *base64)
{
	struct slice body;

	while (to_dash(text)) {
		if (!slice_starts(*text, PEM_BEGIN)) {
			slice_skip(text, 1);
			continue;
		}
		slice_skip(text, sizeof(PEM_BEGIN) - 1);
		body = *text;
		if (!to_dash(text))
			return 0;
		if (!slice_starts(*text, PEM_END))
			continue;
		*base64 = slice_sub(body, 0, body.n - text->n);
		slice_skip(text, sizeof(PEM_END) - 1);
		return 1;
	}
	return 0;
}
