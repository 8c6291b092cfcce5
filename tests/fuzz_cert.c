/*
 * The input is a certificate or, if it starts with '-', PEM.  All parts must
 * be slices of it, and its truncated head must have the same subject.
 */

#include <assert.h>
#include <stdint.h>

#include "net/names.h"
#include "net/pem.h"
#include "tests/splits.h"
#include "wire/b64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
within(struct slice part, struct slice whole)
{
	return part.n == 0 || (part.p >= whole.p && part.n <= whole.n &&
	    (size_t)(part.p - whole.p) <= whole.n - part.n);
}

static void
one(struct slice der)
{
	struct slice subject, head, again;
	char text[40];
	size_t work = 0;
	struct cert c;

	if (cert_subject(der, &subject) == 0) {
		assert(within(subject, der));
		head = slice_sub(der, 0,
		    (size_t)(subject.p + subject.n - der.p));
		assert(cert_subject(head, &again) == 0 &&
		    slice_eq(subject, again));
	}
	if (cert_parse(der, &c) != NULL)
		return;
	assert(within(c.issuer, der) && within(c.subject, der) &&
	    within(c.exts, der));
	assert(cert_subject(der, &again) == 0 && slice_eq(c.subject, again));
	assert(c.not_before != MSEC_NONE && c.not_after != MSEC_NONE);
	(void)cert_server(&c);
	(void)cert_issuer(&c, 0);
	cert_dn(c.subject, text, sizeof(text));
	assert(memchr(text, '\0', sizeof(text)) != NULL);
	names_list(&c, text, sizeof(text));
	(void)names_address(&c, SLICE("\x7f\0\0\1"));
	(void)names_host(&c, SLICE("a.test"));
	(void)names_allowed(&c, &c, &work);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = { (const char *)data, size }, base64;
	struct buf der = { 0 };
	char *copy;

	copy = exact(in);
	in.p = copy;
	if (size == 0 || copy[0] != '-')
		one(in);
	else
		while (pem_next(&in, &base64)) {
			assert(memchr(base64.p, '-', base64.n) == NULL);
			buf_clear(&der);
			if (b64_take(base64, &der) == 0)
				one(buf_slice(&der));
		}
	buf_free(&der);
	free(copy);
	return 0;
}
