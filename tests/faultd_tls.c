#include <bearssl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/faultd.h"

#define CHAIN_MAX 4

struct tls_server {
	int fd;
	br_ssl_server_context sc;
	br_sslio_context io;
	br_x509_certificate chain[CHAIN_MAX];
	size_t nchain;
	br_skey_decoder_context key;
	struct buf object;		/* the PEM object being read */
	unsigned char room[BR_SSL_BUFSIZE_BIDI];
};

static int
low_read(void *ctx, unsigned char *p, size_t n)
{
	ssize_t got = recv(*(const int *)ctx, p, n, 0);

	return got > 0 ? (int)got : -1;
}

static int
low_write(void *ctx, const unsigned char *p, size_t n)
{
	ssize_t put = send(*(const int *)ctx, p, n, MSG_NOSIGNAL);

	return put > 0 ? (int)put : -1;
}

static void
object_put(void *ctx, const void *p, size_t n)
{
	struct buf *object = ctx;

	buf_put(object, (struct slice){ p, n });
}

/* Files an object of the PEM file under what its banner says. */
static void
object_done(struct tls_server *t, const char *banner)
{
	struct buf *o = &t->object;

	if (strcmp(banner, "CERTIFICATE") == 0 && t->nchain < CHAIN_MAX) {
		t->chain[t->nchain].data = (unsigned char *)o->p;
		t->chain[t->nchain++].data_len = o->n;
		*o = (struct buf){0};	/* the chain has it now */
	} else {
		br_skey_decoder_push(&t->key, o->p, o->n);
		buf_clear(o);
	}
}

static int
load(struct tls_server *t, const char *path)
{
	br_pem_decoder_context pem;
	unsigned char in[8192], *p = in;
	size_t n = 0, used;
	FILE *f = fopen(path, "r");

	if (f != NULL) {
		n = fread(in, 1, sizeof(in), f);
		fclose(f);
	}
	br_pem_decoder_init(&pem);
	br_skey_decoder_init(&t->key);
	for (; n > 0; p += used, n -= used) {
		used = br_pem_decoder_push(&pem, p, n);
		switch (br_pem_decoder_event(&pem)) {
		case BR_PEM_BEGIN_OBJ:
			br_pem_decoder_setdest(&pem, object_put, &t->object);
			break;
		case BR_PEM_END_OBJ:
			object_done(t, br_pem_decoder_name(&pem));
			break;
		}
	}
	return t->nchain > 0 && br_skey_decoder_key_type(&t->key) != 0 ?
	    0 : -1;
}

/* Chance of our own: left alone BearSSL finds out about the processor with
 * instructions that valgrind does not know. */
static void
seed(br_ssl_engine_context *e)
{
	unsigned char chance[32] = {0};
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, chance, sizeof(chance)) < 0)
		perror("faultd: /dev/urandom");
	if (fd >= 0)
		close(fd);
	br_ssl_engine_inject_entropy(e, chance, sizeof(chance));
}

struct tls_server *
tls_accept(int fd, const char *dir, struct slice name, int *err)
{
	static const char *alpn[] = { "http/1.1" };
	struct tls_server *t = calloc(1, sizeof(*t));
	br_ssl_engine_context *e;
	char path[4096];

	if (t == NULL)
		err_oom();
	t->fd = fd;
	e = &t->sc.eng;
	snprintf(path, sizeof(path), "%s/%.*s.pem", dir, SLICE_FMT(name));
	if (load(t, path) < 0) {
		fprintf(stderr, "faultd: %s: no chain and key\n", path);
		*err = -1;
		return NULL;
	}
	br_ssl_server_init_full_ec(&t->sc, t->chain, t->nchain,
	    BR_KEYTYPE_EC, br_skey_decoder_get_ec(&t->key));
	br_ssl_engine_set_protocol_names(e, alpn, 1);
	br_ssl_engine_set_buffer(e, t->room, sizeof(t->room), 1);
	seed(e);
	br_ssl_server_reset(&t->sc);
	br_sslio_init(&t->io, e, low_read, &t->fd, low_write, &t->fd);
	if (br_sslio_flush(&t->io) == 0)
		return t;
	*err = br_ssl_engine_last_error(e);
	return NULL;
}

int
tls_read(struct tls_server *t, void *p, size_t n)
{
	return br_sslio_read(&t->io, p, n);
}

int
tls_send(struct tls_server *t, struct slice s)
{
	if (br_sslio_write_all(&t->io, s.p, s.n) < 0)
		return -1;
	return br_sslio_flush(&t->io);
}

void
tls_goodbye(struct tls_server *t)
{
	br_sslio_close(&t->io);
}

const char *
tls_sni(const struct tls_server *t)
{
	return br_ssl_engine_get_server_name(&t->sc.eng);
}

const char *
tls_alpn(const struct tls_server *t)
{
	const char *s = br_ssl_engine_get_selected_protocol(
	    (br_ssl_engine_context *)&t->sc.eng);

	return s == NULL ? "" : s;
}
