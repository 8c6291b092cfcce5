/*
 * drive_tls: TLS from a shell, for tests with other servers and chains.
 *
 *   drive_tls connect HOST:PORT NAME CAFILE    a GET as NAME
 *   drive_tls chain CAFILE NAME MS FILE        verifies the PEM chain FILE,
 *                                              at MS after 1970
 *
 * CAFILE "" is the system's store.  Prints "ok ..." or "fail CLASS: why";
 * status 0, 1, or 64 on wrong usage.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/pem.h"
#include "net/sock.h"
#include "net/tls.h"
#include "net/trust.h"
#include "net/x509.h"
#include "wire/b64.h"

static int
fail(const struct fault *f)
{
	printf("fail %s %s: %s\n", f->retry ? "again" : "fatal",
	    fault_name(f->class), f->text);
	return 1;
}

static int
get(struct conn *c, const char *name, msec deadline)
{
	struct buf req = { 0 };
	struct slice s;
	struct fault f;
	char in[65536];
	size_t all = 0;
	ssize_t n;

	buf_printf(&req, "GET /resp HTTP/1.0\r\nHost: %s\r\n\r\n", name);
	s = buf_slice(&req);
	n = c->ops->write(c, &s, deadline, &f);
	while (n >= 0 && (n = c->ops->read(c, in, sizeof(in), deadline,
	    &f)) > 0)
		all += (size_t)n;
	c->ops->close(c);
	buf_free(&req);
	if (n < 0)
		return fail(&f);
	printf("ok %zu bytes\n", all);
	return 0;
}

static int
drive_connect(char **argv)
{
	struct slice host = slice_str(argv[0]);
	char *colon = strrchr(argv[0], ':');
	struct dial_times times;
	struct trust trust;
	struct fault f;
	struct env env;
	struct conn *c;
	msec deadline;

	if (colon == NULL || env_open(&env) < 0)
		return 64;
	if (trust_open(&trust, argv[2], NULL, NULL, &f) < 0)
		return fail(&f);
	host.n = (size_t)(colon - argv[0]);
	deadline = env_mono(&env) + 20000;
	c = sock_open(&env, host, atoi(colon + 1), deadline, &times, &f);
	if (c == NULL)
		return fail(&f);
	c = tls_open(&env, c, slice_str(argv[1]), &trust, deadline, &f);
	return c == NULL ? fail(&f) : get(c, argv[1], deadline);
}

static void
slurp(const char *path, struct buf *out)
{
	FILE *fp = fopen(path, "r");
	size_t n;

	if (fp == NULL) {
		perror(path);
		exit(64);
	}
	while ((n = fread(buf_room(out, 4096), 1, 4096, fp)) > 0)
		out->n += n;
	fclose(fp);
}

static void
feed(struct x509 *x, struct slice der)
{
	x->vtable->start_cert(&x->vtable, (uint32_t)der.n);
	if (der.n > 0)
		x->vtable->append(&x->vtable, (const unsigned char *)der.p,
		    der.n);
	x->vtable->end_cert(&x->vtable);
}

static int
drive_chain(char **argv)
{
	struct buf text = { 0 }, der = { 0 };
	struct slice in, base64;
	struct trust trust;
	struct x509 x;
	struct fault f;
	unsigned err;

	if (trust_open(&trust, argv[0], NULL, NULL, &f) < 0)
		return fail(&f);
	if (x509_init(&x, &trust, slice_str(argv[1]), atoll(argv[2])) < 0)
		return fail(&x.fault);
	slurp(argv[3], &text);
	in = buf_slice(&text);
	x.vtable->start_chain(&x.vtable, x509_sni(&x));
	while (pem_next(&in, &base64)) {
		buf_clear(&der);
		if (b64_take(base64, &der) == 0)
			feed(&x, buf_slice(&der));
	}
	err = x.vtable->end_chain(&x.vtable);
	buf_free(&der);
	buf_free(&text);
	x509_free(&x);
	if (err != 0)
		return fail(&x.fault);
	printf("ok\n");
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "connect") == 0)
		return drive_connect(argv + 2);
	if (argc == 6 && strcmp(argv[1], "chain") == 0)
		return drive_chain(argv + 2);
	fputs("usage: drive_tls connect HOST:PORT NAME CAFILE | "
	    "chain CAFILE NAME MS FILE\n", stderr);
	return 64;
}
