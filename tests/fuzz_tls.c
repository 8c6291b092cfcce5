/*
 * What a TLS server sends, edited: whatever is read is the start of what it
 * said, and every way to fail is a fault of the right class.
 *
 * A server of each kind is recorded at the start.  The client's randomness and
 * its time are fixed, so that the recording is accepted when it is replayed, on
 * any machine and by any version of tls.c.
 *
 * Input: a byte of options (bits 0-1, the server; 2-3, how the connection ends;
 * 4, writing stops while there is something to read), a byte with the number of
 * bytes per read (0: no limit), then edits, which are applied in turn: kind,
 * position in two bytes, bytes to delete, bytes to insert, and these.
 *
 * Any signature of ECDSA that is not empty is valid here: else an edit of the
 * certificate or the key exchange would never get past that check.
 */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/tlspeer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"
#define STREAM_MAX 65536

/* Replaces the library's, which is its default. */
uint32_t
br_ecdsa_i31_vrfy_asn1(const br_ec_impl *impl, const void *hash, size_t n,
    const br_ec_public_key *pk, const void *sig, size_t sig_n)
{
	(void)impl;
	(void)hash;
	(void)n;
	(void)pk;
	(void)sig;
	return sig_n > 0;
}

/*
 * Servers.
 */

enum { CHACHA20, AES_128, AES_256, CLIENT_CERTIFICATE, SERVERS };

static struct buf recorded[SERVERS];

/* Keeps what its peer sends. */
struct recorder {
	struct conn conn;
	struct peer *peer;
	struct buf *to;
};

static ssize_t
recorder_read(struct conn *c, void *p, size_t n, msec deadline,
    struct fault *f)
{
	struct recorder *r = (struct recorder *)c;
	ssize_t got = peer_read(&r->peer->conn, p, n, deadline, f);

	if (got > 0)
		buf_put(r->to, (struct slice){ p, (size_t)got });
	return got;
}

static int
recorder_write(struct conn *c, struct slice *s, msec deadline, struct fault *f)
{
	return peer_write(&((struct recorder *)c)->peer->conn, s, deadline, f);
}

static int
recorder_quiet(struct conn *c)
{
	return peer_quiet(&((struct recorder *)c)->peer->conn);
}

static void
recorder_close(struct conn *c)
{
	(void)c;
}

/* What the client does: sends a request and reads to the end.  0, or -1.  The
 * connection is quiet only if nothing has come, and never at its end. */
static int
converse(struct conn *below, size_t piece, struct buf *got, struct fault *f)
{
	struct conn *c = tls_open(&env, below, SLICE("localhost"), &trust,
	    MSEC_MAX, f);
	struct slice s = SLICE(REQUEST);
	char in[1000];
	ssize_t n;

	if (c == NULL)
		return -1;
	if (piece == 0 || piece > sizeof(in))
		piece = sizeof(in);
	assert(!c->ops->quiet(c) || below->ops->quiet(below));
	n = c->ops->write(c, &s, MSEC_MAX, f);
	while (n >= 0 && (n = c->ops->read(c, in, piece, MSEC_MAX, f)) > 0)
		buf_put(got, (struct slice){ in, (size_t)n });
	assert(n < 0 || !c->ops->quiet(c));
	c->ops->close(c);
	return (int)n;
}

/* Records a server of that kind; it refuses a client without a certificate if
 * it wants one. */
static void
record(int kind)
{
	static const uint16_t suites[] = {
		BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	};
	static const struct conn_ops ops = { recorder_read, recorder_write,
	    recorder_quiet, recorder_close };
	static const br_x500_name names[1];
	static struct peer p;
	struct recorder r = { { &ops }, &p, &recorded[kind] };
	struct buf got = { 0 };
	struct fault f;

	peer_init(&p, SLICE(ANSWER));
	if (kind < CLIENT_CERTIFICATE) {
		br_ssl_engine_set_suites(&p.sc.eng, &suites[kind], 1);
	} else {
		br_x509_minimal_init_full(&client_judge, NULL, 0);
		br_ssl_engine_set_x509(&p.sc.eng, &client_judge.vtable);
		br_ssl_server_set_trust_anchor_names(&p.sc, names, 1);
	}
	br_ssl_server_reset(&p.sc);
	if ((converse(&r.conn, 0, &got, &f) < 0) !=
	    (kind == CLIENT_CERTIFICATE))
		abort();
	peer_free(&p);
	buf_free(&got);
}

/*
 * Edits.
 */

enum { BYTES, INSIDE, DROP, REPEAT, SPLIT, CUT, KINDS };

struct edit {
	unsigned kind;
	size_t at, gone;
	struct slice add;
};

static size_t
get16(const char *p)
{
	return (size_t)((unsigned char)p[0] << 8 | (unsigned char)p[1]);
}

static void
put16(char *p, size_t n)
{
	p[0] = (char)(n >> 8);
	p[1] = (char)n;
}

/* Takes the next edit of the input; 0 if there is none. */
static int
take(struct slice *in, struct edit *e)
{
	if (in->n < 5)
		return 0;
	e->kind = (unsigned char)in->p[0] % KINDS;
	e->at = get16(in->p + 1);
	e->gone = (unsigned char)in->p[3];
	e->add = slice_sub(*in, 5, (unsigned char)in->p[4]);
	slice_skip(in, 5 + e->add.n);
	return 1;
}

/* Replaces the bytes from a to b. */
static void
splice(struct buf *stream, size_t a, size_t b, struct slice by)
{
	struct slice s = buf_slice(stream);
	struct buf out = { 0 };

	buf_put(&out, slice_sub(s, 0, a));
	buf_put(&out, by);
	buf_put(&out, slice_sub(s, b, s.n));
	buf_free(stream);
	*stream = out;
}

/* Finds the record in which at is. */
static int
find(struct slice s, size_t at, size_t *start, size_t *end)
{
	for (*start = 0; *start + 5 <= s.n; *start = *end) {
		*end = *start + 5 + get16(s.p + *start + 3);
		if (*end > s.n)
			return 0;
		if (at < *end)
			return 1;
	}
	return 0;
}

/* Edits within a record, and corrects its length and that of the handshake
 * message. */
static void
inside(struct buf *stream, const struct edit *e, size_t start, size_t end)
{
	size_t a = e->at < start + 5 ? start + 5 : e->at, b = a + e->gone;
	size_t m, n;

	b = b < end ? b : end;
	put16(stream->p + start + 3, end - start - 5 + e->add.n - (b - a));
	for (m = start + 5; stream->p[start] == 22 && m + 4 <= a; m += 4 + n) {
		n = (size_t)(unsigned char)stream->p[m + 1] << 16 |
		    get16(stream->p + m + 2);
		if (a < m + 4 + n) {
			put16(stream->p + m + 2, n + e->add.n - (b - a));
			break;
		}
	}
	splice(stream, a, b, e->add);
}

static void
apply(struct buf *stream, struct edit *e)
{
	size_t start, end;
	char head[5];

	if (stream->n > STREAM_MAX || stream->n == 0)
		return;
	e->at %= stream->n;
	if (e->kind == BYTES)
		splice(stream, e->at, e->at + e->gone, e->add);
	else if (e->kind == CUT)
		splice(stream, e->at, stream->n, SLICE(""));
	if (e->kind == BYTES || e->kind == CUT ||
	    !find(buf_slice(stream), e->at, &start, &end))
		return;
	switch (e->kind) {
	case INSIDE:
		inside(stream, e, start, end);
		break;
	case DROP:
		splice(stream, start, end, SLICE(""));
		break;
	case REPEAT:
		splice(stream, end, end,
		    slice_sub(buf_slice(stream), start, end - start));
		break;
	case SPLIT:
		if (e->at < start + 5)
			break;
		memcpy(head, stream->p + start, 3);
		put16(head + 3, end - e->at);
		put16(stream->p + start + 3, e->at - start - 5);
		splice(stream, e->at, e->at, (struct slice){ head, 5 });
	}
}

/*
 * The replay.
 */

struct replay {
	struct conn conn;
	struct slice left;
	size_t piece;
	enum fclass end;
	int speaks, closed;
};

static ssize_t
replay_read(struct conn *c, void *to, size_t n, msec deadline,
    struct fault *f)
{
	struct replay *r = (struct replay *)c;

	(void)deadline;
	assert(!r->closed && n > 0);
	if (r->left.n == 0 && r->end != F_NONE)
		return fault_set(f, r->end, 1, "no more");
	n = n < r->left.n ? n : r->left.n;
	if (r->piece > 0 && n > r->piece)
		n = r->piece;
	if (n > 0)
		memcpy(to, r->left.p, n);
	slice_skip(&r->left, n);
	return (ssize_t)n;
}

static int
replay_write(struct conn *c, struct slice *s, msec deadline, struct fault *f)
{
	struct replay *r = (struct replay *)c;

	(void)deadline;
	(void)f;
	assert(!r->closed);
	if (r->speaks && r->left.n > 0)
		return 1;
	slice_skip(s, s->n);
	return 0;
}

static int
replay_quiet(struct conn *c)
{
	return ((struct replay *)c)->left.n == 0;
}

static void
replay_close(struct conn *c)
{
	((struct replay *)c)->closed++;
}

static void
check(const struct replay *r, int rc, struct slice got, const struct fault *f)
{
	assert(r->closed == 1);
	assert(slice_eq(got, slice_sub(SLICE(ANSWER), 0, got.n)));
	if (rc == 0)
		return;
	assert(f->text[0] != '\0');
	assert(f->class == F_TLS || f->class == F_CERT || f->class == r->end);
	assert(f->class != F_CERT || !f->retry);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct conn_ops ops = { replay_read, replay_write,
	    replay_quiet, replay_close };
	static const enum fclass ends[] = { F_NONE, F_IO, F_TIMEOUT, F_CANCEL };
	struct slice in = { (const char *)data, size };
	struct buf stream = { 0 }, got = { 0 };
	struct replay r = { .conn = { &ops } };
	struct fault f = { 0 };
	unsigned which;
	struct edit e;
	int i, rc;

	if (id.leaf.n == 0) {
		if (peer_load("tests/certs/good.pem") < 0)
			abort();
		for (i = 0; i < SERVERS; i++)
			record(i);
	}
	if (size < 2)
		return 0;
	which = data[0] % SERVERS;
	r.end = ends[data[0] >> 2 & 3];
	r.speaks = data[0] >> 4 & 1;
	r.piece = data[1];
	slice_skip(&in, 2);
	buf_put(&stream, buf_slice(&recorded[which]));
	while (take(&in, &e))
		apply(&stream, &e);
	r.left = buf_slice(&stream);
	rc = converse(&r.conn, r.piece, &got, &f);
	check(&r, rc, buf_slice(&got), &f);
	if (slice_eq(buf_slice(&stream), buf_slice(&recorded[which])) &&
	    which != CLIENT_CERTIFICATE && !r.speaks)
		assert(rc == 0 && got.n == sizeof(ANSWER) - 1);
	buf_free(&stream);
	buf_free(&got);
	return 0;
}
