/* Verification of chains of tests/certs; see also tests/corpora/tls.t. */

#include <stdlib.h>

#include "net/pem.h"
#include "net/x509.h"
#include "tests/t.h"
#include "wire/b64.h"

#define NOW 1800000000000	/* 2027 */

static void
slurp(const char *path, struct buf *out)
{
	FILE *fp = fopen(path, "r");

	if (fp == NULL) {
		printf("Bail out! no %s\n", path);
		exit(1);
	}
	out->n += fread(buf_room(out, 65536), 1, 65536, fp);
	fclose(fp);
}

/* The first certificate of a file of tests/certs. */
static struct buf
der_of(const char *name)
{
	struct buf text = { 0 }, der = { 0 };
	struct slice in, base64;
	char path[64];

	snprintf(path, sizeof(path), "tests/certs/%s.pem", name);
	slurp(path, &text);
	in = buf_slice(&text);
	if (!pem_next(&in, &base64) || b64_take(base64, &der) < 0)
		printf("Bail out! %s\n", path);
	buf_free(&text);
	return der;
}

static void
feed(struct x509 *x, struct slice der)
{
	size_t half = der.n / 2;

	x->vtable->start_cert(&x->vtable, (uint32_t)der.n);
	if (half > 0)
		x->vtable->append(&x->vtable, (const unsigned char *)der.p,
		    half);
	if (der.n > half)
		x->vtable->append(&x->vtable,
		    (const unsigned char *)der.p + half, der.n - half);
	x->vtable->end_cert(&x->vtable);
}

/* Verifies a chain: 1 if accepted, 0 with *f, -1 if the two disagree. */
static int
judge(const char *store, const char *host, msec wall, const struct buf *chain,
    size_t n, struct fault *f)
{
	struct trust trust = { .file = store };
	struct x509 x;
	unsigned err;
	size_t i;
	int key;

	if (x509_init(&x, &trust, slice_str(host), wall) < 0) {
		*f = x.fault;
		return 0;
	}
	x.vtable->start_chain(&x.vtable, x509_sni(&x));
	for (i = 0; i < n; i++)
		feed(&x, buf_slice(&chain[i]));
	err = x.vtable->end_chain(&x.vtable);
	*f = x.fault;
	key = err == 0 && x.vtable->get_pkey(&x.vtable, NULL) != NULL;
	x509_free(&x);
	if ((err == 0) != (f->class == F_NONE))
		return -1;
	return key;
}

#define CA "tests/certs/ca.pem"

static const struct {
	const char *name, *cert, *store, *host;
	msec wall;
	const char *why;	/* a part of the text; NULL: accepted */
} rows[] = {
	{ "a good one", "good", CA, "localhost", NOW, NULL },
	{ "any case", "good", CA, "LocalHost", NOW, NULL },
	{ "a last dot", "good", CA, "localhost.", NOW, NULL },
	{ "an IPv4 address", "good", CA, "127.0.0.1", NOW, NULL },
	{ "an IPv6 address", "good", CA, "::1", NOW, NULL },
	{ "the same, written out", "good", CA, "0:0:0:0:0:0:0:1", NOW, NULL },
	{ "with a zone", "good", CA, "::1%lo", NOW, NULL },
	{ "another address", "good", CA, "127.0.0.2", NOW,
	    "certificate of 127.0.0.2 is for localhost, 127.0.0.1" },
	{ "another IPv6 address", "good", CA, "::2", NOW, "is for localhost" },
	{ "another name", "good", CA, "example.com", NOW,
	    "certificate of example.com is for localhost" },
	{ "a longer name", "good", CA, "localhost.example", NOW, "is for" },
	{ "a name below", "good", CA, "x.localhost", NOW, "is for" },
	{ "for another host", "wrong-name", CA, "localhost", NOW,
	    "is for elsewhere.test" },
	{ "the common name alone", "cn-only", CA, "localhost", NOW,
	    "no host (it has no subjectAltName)" },
	{ "for clients", "client-only", CA, "localhost", NOW,
	    "not for servers" },
	{ "too late", "expired", CA, "localhost", NOW,
	    "\"CN=localhost\" expired on 2021-01-01T00:00:00Z" },
	{ "in its time", "expired", CA, "localhost", 1700000000000,
	    "\"CN=bide test root\" is not valid before 2024-01-01" },
	{ "too early", "good", CA, "localhost", 1000000000000,
	    "is not valid before 2024-01-01T00:00:00Z" },
	{ "in the last second", "good", CA, "localhost", 4859740799999, NULL },
	{ "a second later", "good", CA, "localhost", 4859740800000,
	    "expired on 2123-12-31T23:59:59Z" },
	{ "a strange CA", "unknown-ca", CA, "localhost", NOW,
	    "issuer \"CN=nobody's root\" is not trusted (or the server does "
	    "not send its intermediate certificate); trust your own CA with "
	    "--cacert FILE or SSL_CERT_FILE" },
	{ "the server's own as the store", "good", "tests/certs/good.pem",
	    "localhost", NOW, NULL },
	{ "that of another", "wrong-name", "tests/certs/good.pem",
	    "localhost", NOW, "not trusted" },
	{ "its own, but for another host", "wrong-name",
	    "tests/certs/wrong-name.pem", "localhost", NOW, "is for" },
	{ "its own, but too late", "expired", "tests/certs/expired.pem",
	    "localhost", NOW, "expired" },
	{ "a CA as the server", "ca", CA, "localhost", NOW,
	    "no host (it has no subjectAltName)" },
	{ "no store", "good", "tests/certs/none", "localhost", NOW,
	    "cannot read trust store tests/certs/none: No such file" },
	{ "no name", "good", CA, "", NOW, "no certificate can be for" },
};

static void
test_rows(void)
{
	struct buf der;
	struct fault f;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		der = der_of(rows[i].cert);
		rc = judge(rows[i].store, rows[i].host, rows[i].wall, &der, 1,
		    &f);
		EQ(rc, rows[i].why == NULL, rows[i].name);
		if (rc != (rows[i].why == NULL))
			printf("# %s\n", f.text);
		buf_free(&der);
		if (rows[i].why == NULL)
			continue;
		OK(strstr(f.text, rows[i].why) != NULL, rows[i].why);
		if (strstr(f.text, rows[i].why) == NULL)
			printf("# %s\n", f.text);
		OK(f.class == F_CERT && !f.retry, "a fatal certificate fault");
	}
}

static void
test_long_name(void)
{
	char host[300];
	struct buf der = der_of("good");
	struct fault f;

	memset(host, 'a', sizeof(host));
	host[256] = '\0';
	EQ(judge(CA, host, NOW, &der, 1, &f), 0, "256 bytes of name");
	host[255] = '\0';
	EQ(judge(CA, host, NOW, &der, 1, &f), 0, "255 bytes of name");
	OK(strstr(f.text, "is for localhost") != NULL, "are looked at");
	buf_free(&der);
}

/* Order and other certificates do not matter; length does. */
static void
test_chain(void)
{
	struct buf good = der_of("good"), ca = der_of("ca");
	struct buf stranger = der_of("unknown-ca"), junk = { 0 }, none = { 0 };
	struct buf chain[20];
	struct fault f;
	size_t i;

	EQ(judge(CA, "localhost", NOW, NULL, 0, &f), 0, "no certificate");
	EQ(judge(CA, "localhost", NOW, &none, 1, &f), 0, "an empty one");
	for (i = 0; i < 20; i++)
		chain[i] = stranger;
	chain[0] = good;
	chain[2] = ca;
	EQ(judge(CA, "localhost", NOW, chain, 3, &f), 1, "with the root");
	EQ(judge(CA, "localhost", NOW, chain, 16, &f), 1, "16 of them");
	EQ(judge(CA, "localhost", NOW, chain, 17, &f), 0, "17 of them");
	for (i = 0; i < 1000; i++)
		buf_puts(&junk, "junk");
	chain[1] = junk;
	EQ(judge(CA, "localhost", NOW, chain, 3, &f), 1, "junk above");
	for (i = 0; i < 32000; i++)
		buf_puts(&junk, "junk");
	chain[1] = junk;
	EQ(judge(CA, "localhost", NOW, chain, 3, &f), 0, "much of it");
	chain[0] = ca;
	chain[1] = good;
	EQ(judge(CA, "localhost", NOW, chain, 2, &f), 0,
	    "the server's certificate comes first");
	buf_free(&good);
	buf_free(&ca);
	buf_free(&stranger);
	buf_free(&junk);
}

/* Flipped bits and truncation. */
static void
test_damage(void)
{
	struct buf good = der_of("good"), cut;
	size_t i, accepted = 0;
	struct fault f;

	for (i = 0; i < good.n; i++) {
		if (i % 3 > 0 && i > 8)
			continue;
		good.p[i] ^= (char)(1 << i % 8);
		accepted += judge(CA, "localhost", NOW, &good, 1, &f) != 0;
		good.p[i] ^= (char)(1 << i % 8);
	}
	EQ(accepted, 0, "no flipped bit is accepted");
	for (i = 0; i < good.n; i++) {
		cut = good;
		cut.n = i;
		accepted += judge(CA, "localhost", NOW, &cut, 1, &f) != 0;
	}
	EQ(accepted, 0, "no cut is accepted");
	EQ(judge(CA, "localhost", NOW, &good, 1, &f), 1, "the whole is");
	buf_putc(&good, '\0');
	EQ(judge(CA, "localhost", NOW, &good, 1, &f), 0, "one byte more");
	buf_free(&good);
}

int
main(void)
{
	test_rows();
	test_long_name();
	test_chain();
	test_damage();
	return DONE();
}
