#ifndef TESTS_TLSPEER_H
#define TESTS_TLSPEER_H

/* BearSSL's server as a conn in the same process.  What it sends can be
 * truncated, corrupted or withheld. */

#include <bearssl.h>
#include <stdio.h>
#include <string.h>

#include "net/pem.h"
#include "net/tls.h"
#include "net/trust.h"
#include "wire/b64.h"

#define NEVER ((size_t)-1)
#define REQUEST "POST / HTTP/1.1\r\nHost: localhost\r\n\r\n"

struct peer {
	struct conn conn;
	/* settings */
	struct slice answer;
	size_t answer_at;	/* answers after that many bytes */
	size_t piece;		/* limit of bytes per read */
	size_t cut, bend;	/* truncate there; corrupt that byte */
	int reset;		/* truncate by a reset, not an end */
	int speaks;		/* writing stops when there is an answer */
	int rude;		/* no close_notify */
	enum fclass stall;	/* fault of a read without bytes */
	/* results */
	struct buf asked, hello;
	size_t given, answered, closed;
	int goodbye;
	unsigned end_state;
	int end_error;
	char sni[64], alpn[64];
	br_ssl_server_context sc;
	unsigned char io[BR_SSL_BUFSIZE_BIDI];
};

static struct {
	struct buf leaf, key;
	br_x509_certificate chain;
	br_skey_decoder_context decoder;
} id;

/* Reads the certificate and the key of the server. */
static inline int
peer_load(const char *path)
{
	static const char begin[] = "-----BEGIN PRIVATE KEY-----";
	struct buf text = { 0 };
	struct slice in, base64;
	FILE *fp = fopen(path, "r");
	char *at;

	if (fp == NULL)
		return -1;
	text.n = fread(buf_room(&text, 65536), 1, 65535, fp);
	fclose(fp);
	buf_putc(&text, '\0');
	in = buf_slice(&text);
	if (!pem_next(&in, &base64) || b64_take(base64, &id.leaf) < 0)
		return -1;
	at = strstr(text.p, begin);
	if (at == NULL)
		return -1;
	in = slice_str(at + sizeof(begin) - 1);
	if (b64_take(slice_cut(&in, '-'), &id.key) < 0)
		return -1;
	br_skey_decoder_init(&id.decoder);
	br_skey_decoder_push(&id.decoder, id.key.p, id.key.n);
	id.chain = (br_x509_certificate){ (unsigned char *)id.leaf.p,
	    id.leaf.n };
	buf_free(&text);
	return br_skey_decoder_get_ec(&id.decoder) == NULL ? -1 : 0;
}

static const char *alpn[] = { "h2", "http/1.1" };
static br_x509_minimal_context client_judge;

static inline msec
clock_stands(void *ctx)
{
	(void)ctx;
	return 1800000000000;
}

static inline void
random_sevens(void *ctx, void *p, size_t n)
{
	*(size_t *)ctx += n;
	memset(p, 7, n);
}

static size_t chance;
static const struct env env = { .mono = clock_stands, .wall = clock_stands,
    .random = random_sevens, .wakefd = -1, .ctx = &chance };

/* Runs the server: reads the request, writes the answer. */
static inline void
serve(struct peer *p)
{
	br_ssl_engine_context *eng = &p->sc.eng;
	unsigned char *at;
	unsigned state;
	size_t n;

	for (;;) {
		state = br_ssl_engine_current_state(eng);
		if ((state & BR_SSL_RECVAPP) != 0) {
			at = br_ssl_engine_recvapp_buf(eng, &n);
			buf_put(&p->asked, (struct slice){ (char *)at, n });
			br_ssl_engine_recvapp_ack(eng, n);
		} else if ((state & BR_SSL_SENDAPP) != 0 &&
		    p->asked.n >= p->answer_at &&
		    p->answered < p->answer.n) {
			at = br_ssl_engine_sendapp_buf(eng, &n);
			if (n > p->answer.n - p->answered)
				n = p->answer.n - p->answered;
			memcpy(at, p->answer.p + p->answered, n);
			br_ssl_engine_sendapp_ack(eng, n);
			p->answered += n;
			br_ssl_engine_flush(eng, 0);
		} else if ((state & (BR_SSL_SENDREC | BR_SSL_CLOSED)) == 0 &&
		    p->answer.n > 0 && p->answered == p->answer.n &&
		    !p->rude && !p->goodbye) {
			p->goodbye = 1;
			br_ssl_engine_close(eng);
		} else {
			return;
		}
	}
}

static inline ssize_t
peer_read(struct conn *c, void *to, size_t n, msec deadline, struct fault *f)
{
	struct peer *p = (struct peer *)c;
	unsigned char *at;
	size_t have;

	(void)deadline;
	serve(p);
	if (p->given >= p->cut)
		return p->reset ? fault_set(f, F_IO, 1, "reset") : 0;
	at = br_ssl_engine_sendrec_buf(&p->sc.eng, &have);
	if (at == NULL && p->stall != F_NONE)
		return fault_set(f, p->stall, 1, "nothing came");
	if (at == NULL)
		return 0;
	n = n < have ? n : have;
	n = n < p->piece ? n : p->piece;
	n = n < p->cut - p->given ? n : p->cut - p->given;
	memcpy(to, at, n);
	if (p->bend >= p->given && p->bend - p->given < n)
		((unsigned char *)to)[p->bend - p->given] ^= 0x10;
	br_ssl_engine_sendrec_ack(&p->sc.eng, n);
	p->given += n;
	return (ssize_t)n;
}

static inline int
peer_write(struct conn *c, struct slice *s, msec deadline, struct fault *f)
{
	struct peer *p = (struct peer *)c;
	unsigned char *at;
	size_t n;

	(void)deadline;
	(void)f;
	if (p->hello.n == 0)
		buf_put(&p->hello, *s);
	while (s->n > 0) {
		serve(p);
		if (p->speaks && p->answered > 0)
			return 1;
		at = br_ssl_engine_recvrec_buf(&p->sc.eng, &n);
		if (at == NULL) {	/* discarded */
			*s = slice_sub(*s, s->n, 0);
			return 0;
		}
		n = n < s->n ? n : s->n;
		memcpy(at, s->p, n);
		br_ssl_engine_recvrec_ack(&p->sc.eng, n);
		*s = slice_sub(*s, n, s->n);
	}
	serve(p);
	return 0;
}

static inline int
peer_quiet(struct conn *c)
{
	struct peer *p = (struct peer *)c;

	serve(p);
	return (br_ssl_engine_current_state(&p->sc.eng) & BR_SSL_SENDREC) == 0;
}

static inline void
peer_close(struct conn *c)
{
	struct peer *p = (struct peer *)c;
	const char *name;

	p->closed++;
	p->end_state = br_ssl_engine_current_state(&p->sc.eng);
	p->end_error = br_ssl_engine_last_error(&p->sc.eng);
	slice_copy(slice_str(br_ssl_engine_get_server_name(&p->sc.eng)),
	    p->sni, sizeof(p->sni));
	name = br_ssl_engine_get_selected_protocol(&p->sc.eng);
	slice_copy(slice_str(name), p->alpn, sizeof(p->alpn));
}

static const struct conn_ops peer_ops = { peer_read, peer_write, peer_quiet,
    peer_close };

/* A peer that answers a whole request. */
static inline void
peer_init(struct peer *p, struct slice answer)
{
	memset(p, 0, sizeof(*p));
	p->conn.ops = &peer_ops;
	p->answer = answer;
	p->answer_at = sizeof(REQUEST) - 1;
	p->piece = p->cut = p->bend = NEVER;
	br_ssl_server_init_full_ec(&p->sc, &id.chain, 1, BR_KEYTYPE_EC,
	    br_skey_decoder_get_ec(&id.decoder));
	br_ssl_engine_set_buffers_bidi(&p->sc.eng, p->io,
	    BR_SSL_BUFSIZE_INPUT, p->io + BR_SSL_BUFSIZE_INPUT,
	    BR_SSL_BUFSIZE_OUTPUT);
	br_ssl_engine_set_protocol_names(&p->sc.eng, alpn, 2);
	br_ssl_engine_inject_entropy(&p->sc.eng, "server", 6);
	br_ssl_server_reset(&p->sc);
}

static inline void
peer_free(struct peer *p)
{
	buf_free(&p->asked);
	buf_free(&p->hello);
}

static const struct trust trust = { .file = "tests/certs/ca.pem" };

static inline struct conn *
shake(struct peer *p, const char *host, struct fault *f)
{
	return tls_open(&env, &p->conn, slice_str(host), &trust, MSEC_MAX, f);
}

/* One exchange; what is read goes to got: 0 at the peer's end, -1 on a
 * fault, of the handshake or later. */
static inline int
exchange(struct peer *p, struct buf *got, struct fault *f)
{
	struct slice s = SLICE(REQUEST);
	struct conn *c = shake(p, "localhost", f);
	char in[1000];
	ssize_t n;

	buf_clear(got);
	if (c == NULL)
		return -1;
	n = c->ops->write(c, &s, MSEC_MAX, f);
	while (n >= 0 && (n = c->ops->read(c, in, sizeof(in), MSEC_MAX,
	    f)) > 0)
		buf_put(got, (struct slice){ in, (size_t)n });
	c->ops->close(c);
	return (int)n;
}

#endif
