/*
 * A chain, verified by bide and by BearSSL's minimal alone, with anchors that
 * BearSSL decodes.  What bide accepts minimal must accept: bide gives it the
 * right certificates in the right roles.
 *
 * Input: a byte of options, then certificates, each behind its length in two
 * bytes.  Options: bit 0, the host is an address; bit 1, the store holds the
 * leaf of the seeds as well as their root.  Time and store are fixed.
 *
 * Real signatures would fail in nearly every run, and the code after that check
 * would not be reached.  So ECDSA is replaced for both: any signature that is
 * not empty is valid, for seven hashes in eight (which shows whether both hash
 * the same bytes in the same way).  RSA is unchanged.
 */

#include <assert.h>
#include <stdint.h>
#include <unistd.h>

#include "tests/splits.h"
#include "tests/x509make.h"
#include "tests/x509pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW 1800000000000	/* 2027 */

static uint32_t
easy(const br_ec_impl *impl, const void *hash, size_t n,
    const br_ec_public_key *pk, const void *sig, size_t sig_n)
{
	const unsigned char *h = hash;
	unsigned sum = 0;
	size_t i;

	(void)impl;
	(void)sig;
	for (i = 0; i < n; i++)
		sum += h[i];
	return sig_n > 0 && (sum + (unsigned)pk->curve) % 8 != 0;
}

/* Replaces the library's, which is its default. */
uint32_t
br_ecdsa_i31_vrfy_asn1(const br_ec_impl *impl, const void *hash, size_t n,
    const br_ec_public_key *pk, const void *sig, size_t sig_n)
{
	return easy(impl, hash, n, pk, sig, sig_n);
}

/*
 * The stores: a root and a leaf as x509chain.h makes them.
 */

static char paths[2][32] = { "/tmp/fuzz-x509-XXXXXX", "/tmp/fuzz-x509-XXXXXX" };
static struct pair pairs[2];

static void
put_pem(struct buf *b, const struct make *m)
{
	struct buf der = { 0 };

	make_cert(m, &der);
	buf_puts(b, "-----BEGIN CERTIFICATE-----\n");
	b64_put(b, buf_slice(&der));
	buf_puts(b, "\n-----END CERTIFICATE-----\n");
	buf_free(&der);
}

static void
put_store(int i, struct slice text)
{
	int fd = mkstemp(paths[i]);

	if (fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n)
		abort();
	close(fd);
	pair_open(&pairs[i], paths[i], text);
}

static void
drop_stores(void)
{
	unlink(paths[0]);
	unlink(paths[1]);
}

static void
make_stores(void)
{
	static struct make_key root, leaf;
	struct buf exts = { 0 }, names = { 0 }, text = { 0 };
	struct make m = { .issuer = "root", .subject = "root", .key = &root,
	    .signer = &root, .hash = br_sha512_ID };

	make_ec(&root, BR_EC_secp384r1, 0x22);
	make_ec(&leaf, BR_EC_secp256r1, 0x11);
	put_ext(&exts, SLICE("\x55\x1d\x13"), 1,
	    SLICE("\x30\x03\x01\x01\xff"));
	m.exts = buf_slice(&exts);
	put_pem(&text, &m);
	put_store(0, buf_slice(&text));
	put_ext(&names, SLICE("\x55\x1d\x11"), 0,
	    SLICE("\x30\x08\x82\x06" "a.test"));
	m = (struct make){ .issuer = "ca", .subject = "leaf", .key = &leaf,
	    .signer = &leaf, .hash = br_sha256_ID, .exts = buf_slice(&names) };
	put_pem(&text, &m);
	put_store(1, buf_slice(&text));
	buf_free(&exts);
	buf_free(&names);
	buf_free(&text);
	atexit(drop_stores);
}

/* Takes the next certificate of the input. */
static int
take(struct slice *in, struct slice *der)
{
	size_t n;

	if (in->n < 2)
		return 0;
	n = (size_t)((unsigned char)in->p[0] << 8 | (unsigned char)in->p[1]);
	*der = slice_sub(*in, 2, n);
	*in = slice_sub(*in, 2 + n, in->n);
	return 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = { (const char *)data, size };
	struct slice chain[X509_CERTS_MAX + 1];
	struct pair *p;
	size_t n = 0;

	if (pairs[0].trust.file == NULL)
		make_stores();
	if (size == 0)
		return 0;
	p = &pairs[data[0] >> 1 & 1];
	p->ecdsa = easy;
	in = slice_sub(in, 1, in.n);
	while (n <= X509_CERTS_MAX && take(&in, &chain[n]))
		n++;
	assert(pair_judge(p, data[0] & 1 ? "127.0.0.1" : "a.test", NOW, chain,
	    n) >= 0);
	x509_free(&p->x);
	memset(&p->x, 0, sizeof(p->x));
	return 0;
}

/*
 * Mutations of one element of one certificate, with the lengths around it
 * corrected.
 */

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max)
    __attribute__((weak));
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
    unsigned seed);

struct change {
	unsigned seed;
	size_t at, n;		/* the element; how many there were */
};

static unsigned
draw(struct change *c, unsigned below)
{
	c->seed = c->seed * 1103515245 + 12345;
	return (c->seed >> 16) % below;
}

static void
put_changed(struct buf *out, struct change *c, const struct der *e,
    struct buf *body)
{
	static const unsigned char tags[] = { 1, 2, 3, 4, 5, 6, 0x0c, 0x13,
	    0x17, 0x18, 0x30, 0x31, 0x80, 0x82, 0x87, 0xa0, 0xa3, 0xa4 };
	int tag = e->tag;

	switch (draw(c, 8)) {
	case 0:
		return;
	case 1:
		put_tlv(out, tag, buf_slice(body));
		break;
	case 2:
		tag = tags[draw(c, sizeof(tags))];
		break;
	case 3:
		buf_put(body, SLICE("\x05\x00"));
		break;
	case 4:
		body->n = body->n > 0 ? draw(c, (unsigned)body->n) : 0;
		break;
	case 5:
		buf_putc(body, (char)draw(c, 256));
		break;
	default:
		if (body->n > 0)
			body->p[draw(c, (unsigned)body->n)] =
			    (char)draw(c, 256);
	}
	put_tlv(out, tag, buf_slice(body));
}

/* Whether s consists of elements. */
static int
elements(struct slice s)
{
	struct der e;
	int rc;

	if (s.n == 0)
		return 0;
	while ((rc = der_next(&s, &e)) == 1)
		;
	return rc == 0;
}

/* Copies elements and changes the one at c->at.  The depth is bounded by the
 * size, since each level takes two bytes. */
static void
copy(struct buf *out, struct change *c, struct slice s)
{
	struct buf body;
	struct der e;

	while (der_next(&s, &e) == 1) {
		body = (struct buf){ 0 };
		if (((e.tag & 0x20) != 0 || e.tag == DER_OCTETS) &&
		    elements(e.body))
			copy(&body, c, e.body);
		else
			buf_put(&body, e.body);
		if (c->n++ == c->at)
			put_changed(out, c, &e, &body);
		else
			put_tlv(out, e.tag, buf_slice(&body));
		buf_free(&body);
	}
}

static void
put_cert(struct buf *out, struct slice der)
{
	buf_putc(out, (char)(der.n >> 8));
	buf_putc(out, (char)der.n);
	buf_put(out, der);
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct slice in = { (const char *)data, size }, der;
	struct change c = { .seed = seed };
	struct buf out = { 0 }, cert = { 0 }, twice = { 0 };
	unsigned which = draw(&c, 3), n;

	if (size == 0 || size > 8192 || draw(&c, 5) == 0)
		return LLVMFuzzerMutate(data, size, max);
	buf_putc(&out, in.p[0]);
	in = slice_sub(in, 1, in.n);
	for (n = 0; take(&in, &der); n++) {
		buf_clear(&cert);
		c.n = 0;
		c.at = (size_t)-1;
		if (n == which) {
			copy(&twice, &c, der);	/* counts */
			c.at = draw(&c, (unsigned)c.n + 1);
			c.n = 0;
			copy(&cert, &c, der);
		} else {
			buf_put(&cert, der);
		}
		put_cert(&out, buf_slice(&cert));
	}
	if (out.n <= max) {
		size = out.n;
		memcpy(data, out.p, size);
	}
	buf_free(&out);
	buf_free(&cert);
	buf_free(&twice);
	return size;
}
