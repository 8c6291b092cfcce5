/* Finding anchors in files and directories made here. */

#define _GNU_SOURCE	/* mkdtemp */

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/cert.h"
#include "net/pem.h"
#include "net/trust.h"
#include "tests/t.h"
#include "wire/b64.h"

static char root[] = "/tmp/bide-trust-XXXXXX";

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

static char *
in_root(const char *name)
{
	static char path[4][128];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof(path[0]), "%s/%s", root, name);
	return path[turn];
}

static void
put(const char *name, struct slice text)
{
	FILE *fp = fopen(in_root(name), "w");

	fwrite(text.p, 1, text.n, fp);
	fclose(fp);
}

/* The number of certificates with that subject; -1 with *f. */
static int
find(const struct trust *t, struct slice subject, struct fault *f)
{
	struct slice want[2] = { SLICE("\x30\x00"), subject }, in, got;
	struct buf der = { 0 };
	struct der e;
	int n = -1;

	if (trust_find(t, want, 2, &der, f) == 0)
		for (n = 0, in = buf_slice(&der); der_next(&in, &e) == 1; )
			n += cert_subject(e.whole, &got) == 0 &&
			    slice_eq(got, subject) ? 1 : -1000;
	buf_free(&der);
	return n;
}

static int
find_in(const char *cacert, const char *file, const char *dir,
    struct slice subject)
{
	struct trust t;
	struct fault f;

	if (trust_open(&t, cacert, file, dir, &f) < 0)
		return -1;
	return find(&t, subject, &f);
}

static void
test_files(struct slice ca, struct slice other, struct slice subject)
{
	struct buf b = { 0 }, der = { 0 };
	struct slice in = ca, base64;
	size_t i;

	buf_puts(&b, "# a comment with - and -----BEGIN\n");
	buf_put(&b, other);
	buf_puts(&b, "-----BEGIN CERTIFICATE-----\nnot base64!\n"
	    "-----END CERTIFICATE-----\n");
	buf_put(&b, ca);
	put("bundle", buf_slice(&b));
	EQ(find_in(in_root("bundle"), NULL, NULL, subject), 1,
	    "among others, with junk between");
	buf_puts(&b, "-----BEGIN CERTIFICATE-----\nMIIB");
	put("torn", buf_slice(&b));
	EQ(find_in(in_root("torn"), NULL, NULL, subject), 1, "a torn end");
	put("other", other);
	EQ(find_in(in_root("other"), NULL, NULL, subject), 0, "not there");

	/* one line of base64, lines of odd length, CRLF */
	OK(pem_next(&in, &base64) && b64_take(base64, &der) == 0, "ca.pem");
	buf_clear(&b);
	buf_puts(&b, "-----BEGIN CERTIFICATE-----\r\n");
	b64_put(&b, buf_slice(&der));
	buf_puts(&b, "\r\n-----END CERTIFICATE-----\r\n");
	put("one-line", buf_slice(&b));
	EQ(find_in(in_root("one-line"), NULL, NULL, subject), 1, "one line");
	buf_clear(&b);
	buf_puts(&b, "-----BEGIN CERTIFICATE-----");
	for (i = 0; i < base64.n; i++) {
		if (i % 7 == 0)
			buf_puts(&b, "\r\n");
		if (base64.p[i] != '\n')
			buf_putc(&b, base64.p[i]);
	}
	buf_puts(&b, "\r\n-----END CERTIFICATE-----");
	put("odd", buf_slice(&b));
	EQ(find_in(in_root("odd"), NULL, NULL, subject), 1, "odd lines");
	buf_free(&der);
	buf_free(&b);
}

static void
test_order(struct slice subject)
{
	const char *bundle = in_root("bundle"), *other = in_root("other");

	EQ(find_in(bundle, other, NULL, subject), 1, "the option counts");
	EQ(find_in(other, bundle, NULL, subject), 0, "and alone");
	EQ(find_in(NULL, bundle, NULL, subject), 1, "SSL_CERT_FILE");
	EQ(find_in("", bundle, "", subject), 1, "empty is not given");
	EQ(find_in(NULL, in_root("none"), NULL, subject), -1,
	    "what is named must be there");
	EQ(find_in(NULL, other, in_root("none"), subject), -1,
	    "so must the directory");
}

static void
test_dirs(struct slice ca, struct slice other, struct slice subject)
{
	const char *dirs;
	char list[300];

	mkdir(in_root("dir"), 0700);
	mkdir(in_root("hashed"), 0700);
	mkdir(in_root("empty"), 0700);
	mkdir(in_root("dir/below"), 0700);
	put("dir/.hidden", ca);
	put("dir/other.pem", other);
	EQ(find_in(in_root("dir"), NULL, NULL, subject), 0, "hidden files");
	put("dir/own.crt", ca);
	put("dir/0123abcd.0", ca);
	EQ(find_in(in_root("dir"), NULL, NULL, subject), 1,
	    "a directory; its hash links are the same once more");
	put("hashed/0123abcd.0", ca);
	EQ(find_in(NULL, NULL, in_root("hashed"), subject), 1,
	    "a directory of nothing but hash links");
	EQ(find_in(in_root("empty"), NULL, NULL, subject), -1, "an empty one");
	EQ(find_in(NULL, in_root("bundle"), in_root("hashed"), subject), 2,
	    "SSL_CERT_FILE and SSL_CERT_DIR count both");
	dirs = in_root("none");
	snprintf(list, sizeof(list), "%s:%s::", dirs, in_root("hashed"));
	EQ(find_in(NULL, NULL, list, subject), 1, "one of several is enough");
}

static void
test_faults(struct slice subject)
{
	struct trust t;
	struct fault f;
	struct stat st;

	put("empty-file", SLICE(""));
	put("text", SLICE("-----BEGIN PRIVATE KEY-----\nAAAA\n"
	    "-----END PRIVATE KEY-----\n"));
	OK(trust_open(&t, in_root("none"), NULL, NULL, &f) < 0 &&
	    f.class == F_CERT && !f.retry &&
	    strstr(f.text, "/none: No such file") != NULL, "no such file");
	OK(trust_open(&t, in_root("empty-file"), NULL, NULL, &f) < 0 &&
	    strstr(f.text, "no PEM certificate in it") != NULL, "empty file");
	OK(trust_open(&t, in_root("text"), NULL, NULL, &f) < 0 &&
	    strstr(f.text, "no PEM certificate in it") != NULL, "a key");
	OK(trust_open(&t, in_root("bundle"), NULL, NULL, &f) == 0, "a store");
	unlink(in_root("bundle"));
	OK(find(&t, subject, &f) < 0 && f.class == F_CERT, "that is gone");
	if (stat("/etc/ssl/certs/ca-certificates.crt", &st) == 0)
		OK(trust_open(&t, NULL, NULL, NULL, &f) == 0 &&
		    slice_is(slice_str(t.file),
		    "/etc/ssl/certs/ca-certificates.crt"), "the system's");
}

/* Each root of the system's store is found by its subject. */
static void
test_system(void)
{
	static const char path[] = "/etc/ssl/certs/ca-certificates.crt";
	struct buf text = { 0 }, der = { 0 };
	struct trust t = { .file = path };
	struct slice in, base64, subject;
	int n = 0, missed = 0;
	struct fault f;
	struct cert c;
	FILE *fp = fopen(path, "r");

	if (fp == NULL)
		return;
	text.n = fread(buf_room(&text, 1 << 20), 1, 1 << 20, fp);
	fclose(fp);
	in = buf_slice(&text);
	while (pem_next(&in, &base64)) {
		buf_clear(&der);
		if (b64_take(base64, &der) < 0 ||
		    cert_parse(buf_slice(&der), &c) != NULL ||
		    cert_issuer(&c, 0) != NULL ||
		    cert_subject(buf_slice(&der), &subject) < 0)
			missed++;
		else if (n++ % 16 == 0 && find(&t, subject, &f) < 1)
			missed++;
	}
	OK(n > 0, "the system's store is not empty");
	EQ(missed, 0, "each of its roots is read, could issue, and is found");
	buf_free(&text);
	buf_free(&der);
}

int
main(void)
{
	struct buf ca = { 0 }, other = { 0 }, der = { 0 };
	struct slice in, base64, subject;
	char clean[64];

	if (mkdtemp(root) == NULL)
		return 1;
	slurp("tests/certs/ca.pem", &ca);
	slurp("tests/certs/good.pem", &other);
	in = buf_slice(&ca);
	if (!pem_next(&in, &base64) || b64_take(base64, &der) < 0 ||
	    cert_subject(buf_slice(&der), &subject) < 0)
		return 1;
	test_files(buf_slice(&ca), buf_slice(&other), subject);
	test_order(subject);
	test_dirs(buf_slice(&ca), buf_slice(&other), subject);
	test_faults(subject);
	test_system();
	buf_free(&ca);
	buf_free(&other);
	buf_free(&der);
	snprintf(clean, sizeof(clean), "rm -rf %s", root);
	OK(system(clean) == 0, "cleaned up");
	return DONE();
}
