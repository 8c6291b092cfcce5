/*
 * bide against BearSSL's minimal: damaged and reordered chains, and chains of
 * public test suites.
 */

#include <dirent.h>
#include <time.h>

#include "tests/x509chain.h"
#include "wire/when.h"

/*
 * Damage.  No byte of a certificate on the path may change: all but the outer
 * header, the outer algorithm and the signature is signed; the algorithm must
 * equal the signed one, and header and signature are checked.
 */

/* Flips bits in each byte of the first two certificates.  The number of chains
 * accepted. */
static unsigned
flip(struct pair *p, const unsigned char *masks, size_t n)
{
	struct slice chain[2];
	unsigned survived = 0;
	size_t i, k;
	int c;

	for (c = LEAF; c <= CA; c++)
		for (i = 0; i < ders[c].n; i++)
			for (k = 0; k < n; k++) {
				chain[0] = buf_slice(&ders[LEAF]);
				chain[1] = buf_slice(&ders[CA]);
				ders[c].p[i] ^= (char)masks[(i + k) % 8];
				survived += judge(p, HOST, chain, 2) != 0;
				ders[c].p[i] ^= (char)masks[(i + k) % 8];
			}
	return survived;
}

/* Truncates each certificate at every byte, and appends a byte to it.  The
 * number of chains accepted. */
static unsigned
cut(struct pair *p)
{
	struct slice chain[2];
	unsigned survived = 0;
	size_t i;
	int c;

	for (c = LEAF; c <= CA; c++)
		for (i = 0; i < ders[c].n; i++) {
			chain[0] = buf_slice(&ders[LEAF]);
			chain[1] = buf_slice(&ders[CA]);
			chain[c].n = i;
			survived += judge(p, HOST, chain, 2) != 0;
		}
	for (c = LEAF; c <= CA; c++) {
		chain[0] = buf_slice(&ders[LEAF]);
		chain[1] = buf_slice(&ders[CA]);
		buf_putc(&ders[c], '\0');
		chain[c] = buf_slice(&ders[c]);
		survived += judge(p, HOST, chain, 2) != 0;
		ders[c].n--;
	}
	return survived;
}

static void
test_damage(struct pair *p)
{
	static const unsigned char masks[] = { 0x01, 0x80, 0x20, 0x04, 0x40,
	    0x02, 0x10, 0x08 };
	size_t n = getenv("BIDE_TORTURE") != NULL ? 8 : 1;

	well(P256, P256, P384);
	EQ(judge_makes(p), 1, "ECDSA, whole");
	EQ(flip(p, masks, n), 0, "no flipped bit is accepted");
	EQ(cut(p), 0, "no cut is");
	pair_close(p);
	well(RSA_CA, RSA_CA, RSA_ROOT);
	EQ(judge_makes(p), 1, "RSA, whole");
	EQ(flip(p, masks, n), 0, "no flipped bit is accepted");
	EQ(cut(p), 0, "no cut is");
	pair_close(p);
}

/*
 * Order, other certificates, CAs of the same name.
 */

static struct buf twin, cross;

static void
check_chain(struct pair *p, const char *host, int want, const char *name,
    size_t n, const struct buf *const *list)
{
	struct slice chain[8];
	size_t i;

	for (i = 0; i < n; i++)
		chain[i] = buf_slice(list[i]);
	EQ(judge(p, host, chain, n), want, name);
}

#define CHECK(p, want, name, ...) \
    check_chain(p, HOST, want, name, sizeof((const struct buf *[]) \
    { __VA_ARGS__ }) / sizeof(struct buf *), (const struct buf *[]) \
    { __VA_ARGS__ })

static void
test_order(struct pair *p)
{
	const struct buf *leaf = &ders[LEAF], *ca = &ders[CA];
	const struct buf *root = &ders[ROOT];

	well(P256, P256, P384);
	makes[CA].key = makes[CA].signer = &keys[OTHER];
	makes[CA].issuer = "ca";
	make_cert(&makes[CA], &twin);		/* signs itself */
	makes[CA].issuer = "leaf";
	makes[CA].key = &keys[P256];
	makes[CA].signer = &keys[P256];
	make_cert(&makes[CA], &cross);		/* a circle */
	well(P256, P256, P384);
	EQ(judge_makes(p), 1, "in order");
	CHECK(p, 1, "with the root", leaf, ca, root);
	CHECK(p, 1, "out of order", leaf, root, ca);
	CHECK(p, 1, "each twice", leaf, leaf, ca, ca, root, root);
	CHECK(p, 0, "the CA first", ca, leaf);
	CHECK(p, 0, "the root first", root, leaf, ca);
	CHECK(p, 0, "no CA", leaf);
	CHECK(p, 0, "no leaf", ca);
	CHECK(p, 0, "nobody but the root", root);
	CHECK(p, 0, "a CA of that name", leaf, &twin);
	CHECK(p, 1, "it, and the right one", leaf, &twin, ca);
	CHECK(p, 0, "one in a circle", leaf, &cross);
	CHECK(p, 1, "a circle beside", leaf, &cross, ca);
	check_chain(p, "b.test", 0, "for another host", 2,
	    (const struct buf *[]){ leaf, ca });
	pair_close(p);
	open_store(p, leaf, 1);
	CHECK(p, 1, "the leaf itself as the store", leaf);
	CHECK(p, 1, "and the chain sent", leaf, ca);
	CHECK(p, 0, "as the store for its own CA", ca, leaf);
	pair_close(p);
	open_store(p, ca, 1);
	CHECK(p, 1, "the CA as the store", leaf);
	CHECK(p, 1, "and sent as well", leaf, ca);
	CHECK(p, 1, "beside its twin", leaf, &twin);
	pair_close(p);
	open_store(p, &twin, 1);
	CHECK(p, 0, "the twin as the store", leaf, ca);
	pair_close(p);
	buf_free(&twin);
	buf_free(&cross);
}

/*
 * The test suites in ../shared/corpora/tls.
 */

/* What follows a key in a JSON line. */
static struct slice
behind(struct slice line, const char *key)
{
	ptrdiff_t at = slice_ifind(line, key);

	return at < 0 ? SLICE("") : slice_sub(line, (size_t)at + strlen(key),
	    line.n);
}

/* Replaces the escape "\n" of JSON by a newline. */
static struct buf
unescape(struct slice s)
{
	struct buf out = { 0 };
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] == 'n') {
			buf_putc(&out, '\n');
			i++;
		} else {
			buf_putc(&out, s.p[i]);
		}
	return out;
}

static void
put_text(const char *path, struct slice text)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fwrite(text.p, 1, text.n, f) != text.n ||
	    fclose(f) != 0)
		abort();
}

/* Verifies a chain of PEM texts; only the rule is checked. */
static void
judge_pem(struct pair *p, struct slice roots, struct slice leaf,
    struct slice others, const char *host, msec wall)
{
	struct buf der[X509_CERTS_MAX];
	struct slice chain[X509_CERTS_MAX];
	size_t i, n = pair_pem(leaf, der, 0, 1);
	int rc;

	n = pair_pem(others, der, n, X509_CERTS_MAX);
	for (i = 0; i < n; i++)
		chain[i] = buf_slice(&der[i]);
	put_text(store, roots);
	pair_open(p, store, roots);
	rc = pair_judge(p, host, wall, chain, n);
	accepted += rc == 1;
	alone += rc < 0;
	if (rc < 0)
		printf("# %s: minimal's error %u\n", host, p->err);
	pair_close(p);
	for (i = 0; i < n; i++)
		buf_free(&der[i]);
}

static void
limbo(struct pair *p, struct slice line, msec now)
{
	struct slice when = behind(line, "\"validation_time\":\"");
	struct slice peer = behind(line, "\"peer_certificate\":\"");
	struct slice roots = behind(line, "\"trusted_certs\":[");
	struct slice others = behind(line, "\"untrusted_intermediates\":[");
	struct slice name = behind(behind(line, "\"expected_peer_name\":{"),
	    "\"value\":\"");
	struct buf r = unescape(slice_cut(&roots, ']'));
	struct buf l = unescape(slice_cut(&peer, '"'));
	struct buf o = unescape(slice_cut(&others, ']'));
	struct buf date = { 0 };
	char host[256];

	slice_copy(slice_cut(&name, '"'), host, sizeof(host));
	when = slice_cut(&when, '+');
	buf_put(&date, when);
	buf_putc(&date, 'Z');
	if (when.n > 0)
		now = when_rfc3339(buf_slice(&date));
	if (host[0] != '\0')
		judge_pem(p, buf_slice(&r), buf_slice(&l), buf_slice(&o), host,
		    now);
	buf_free(&r);
	buf_free(&l);
	buf_free(&o);
	buf_free(&date);
}

/* A file of the folder; empty if there is none. */
static struct buf
maybe(const char *dir, const char *name, const char *ext)
{
	struct buf out = { 0 };
	char path[600];

	snprintf(path, sizeof(path), "%s/%s%s", dir, name, ext);
	if (access(path, R_OK) == 0)
		slurp(path, &out);
	return out;
}

/* A chain of badssl, for each of the names that its chains are for. */
static void
badssl(struct pair *p, const char *dir, const char *name, msec now)
{
	static const char *const hosts[] = { "%s.badssl.test",
	    "foo.%s.badssl.test", "foo.badssl.test", "127.0.0.1" };
	struct buf roots = maybe(dir, "roots", ".pem");
	struct buf leaf = maybe(dir, name, ".leaf.pem");
	struct buf rest = maybe(dir, name, ".rest.pem");
	char host[256];
	size_t i;

	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		snprintf(host, sizeof(host), hosts[i], name);
		judge_pem(p, buf_slice(&roots), buf_slice(&leaf),
		    buf_slice(&rest), host, now);
	}
	buf_free(&roots);
	buf_free(&leaf);
	buf_free(&rest);
}

static void
all_badssl(struct pair *p, const char *base, msec now)
{
	char dir[600], name[256];
	struct dirent *e;
	char *end;
	DIR *d;

	snprintf(dir, sizeof(dir), "%s/certs", base);
	d = opendir(dir);
	while (d != NULL && (e = readdir(d)) != NULL) {
		snprintf(name, sizeof(name), "%s", e->d_name);
		end = strstr(name, ".leaf.pem");
		if (end == NULL)
			continue;
		*end = '\0';
		badssl(p, dir, name, now);
	}
	if (d != NULL)
		closedir(d);
}

static void
test_corpora(struct pair *p)
{
	const char *base = getenv("BIDE_CORPORA");
	msec now = (msec)time(NULL) * 1000;
	struct buf text;
	struct slice in;
	unsigned before = accepted;
	char dir[500];

	snprintf(dir, sizeof(dir), "%s/tls", base != NULL ? base :
	    "../shared/corpora");
	text = maybe(dir, "limbo", ".jsonl");
	if (text.n == 0) {
		printf("# no corpora at %s\n", dir);
		return;
	}
	in = buf_slice(&text);
	while (in.n > 0)
		limbo(p, slice_cut(&in, '\n'), now);
	OK(accepted > before + 30, "limbo");
	before = accepted;
	buf_free(&text);
	all_badssl(p, dir, now);
	OK(accepted > before + 10, "badssl");
}

/* The chains of the other tests. */
static void
test_certs(struct pair *p)
{
	static const char *const names[] = { "good", "expired", "wrong-name",
	    "cn-only", "client-only", "unknown-ca", "ca" };
	struct buf ca = maybe("tests/certs", "ca", ".pem"), leaf;
	unsigned before = accepted;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		leaf = maybe("tests/certs", names[i], ".pem");
		judge_pem(p, buf_slice(&ca), buf_slice(&leaf),
		    buf_slice(&ca), "localhost", NOW);
		judge_pem(p, buf_slice(&leaf), buf_slice(&leaf), SLICE(""),
		    "127.0.0.1", NOW);
		buf_free(&leaf);
	}
	EQ(accepted - before, 3, "the good one twice, a stranger as the root");
	buf_free(&ca);
}

int
main(void)
{
	static struct pair p;

	chain_open();
	test_order(&p);
	test_damage(&p);
	test_certs(&p);
	test_corpora(&p);
	return chain_close(15);
}
