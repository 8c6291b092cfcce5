/* TLS against BearSSL's server. */

#include <stdlib.h>

#include "tests/t.h"
#include "tests/tlspeer.h"

static void
test_whole(void)
{
	static const size_t pieces[] = { 1, 7, 1000, NEVER };
	static struct peer p;
	char *big = malloc(100000);
	struct buf got = { 0 };
	struct fault f;
	size_t i;

	memset(big, 'x', 100000);
	for (i = 0; i < 4; i++) {
		peer_init(&p, (struct slice){ big, 100000 });
		p.piece = pieces[i];
		EQ(exchange(&p, &got, &f), 0, "an exchange");
		EQS(buf_slice(&p.asked), REQUEST, "the request");
		OK(slice_eq(buf_slice(&got), p.answer), "the answer");
		EQ(p.closed, 1, "closed once");
		EQS(slice_str(p.sni), "localhost", "SNI");
		EQS(slice_str(p.alpn), "http/1.1", "ALPN");
		EQ(br_ssl_engine_get_version(&p.sc.eng), BR_TLS12, "1.2");
		peer_free(&p);
	}
	free(big);
	buf_free(&got);
}

static void
test_goodbye(void)
{
	static struct peer p;
	struct buf got = { 0 };
	struct fault f;
	struct conn *c;

	peer_init(&p, SLICE(""));
	c = shake(&p, "localhost", &f);
	OK(c != NULL, "a handshake");
	if (c != NULL)
		c->ops->close(c);
	OK((p.end_state & BR_SSL_SENDAPP) == 0 && p.end_error == BR_ERR_OK,
	    "close_notify reaches the peer");
	peer_free(&p);
	peer_init(&p, SLICE("whole"));
	p.rude = 1;
	EQ(exchange(&p, &got, &f), 0, "an end without close_notify");
	EQS(buf_slice(&got), "whole", "is an end like any other");
	peer_free(&p);
	buf_free(&got);
}

static void
test_host(void)
{
	static struct peer p;
	struct fault f;
	struct conn *c;

	peer_init(&p, SLICE(""));
	c = shake(&p, "127.0.0.1", &f);
	OK(c != NULL, "an address");
	if (c != NULL)
		c->ops->close(c);
	EQS(slice_str(p.sni), "", "is no SNI");
	peer_free(&p);
	peer_init(&p, SLICE(""));
	OK(shake(&p, "elsewhere.test", &f) == NULL && f.class == F_CERT &&
	    !f.retry && strstr(f.text, "is for localhost") != NULL,
	    "another host");
	EQ(p.closed, 1, "closed");
	peer_free(&p);
	peer_init(&p, SLICE(""));
	OK(shake(&p, "", &f) == NULL && f.class == F_CERT && p.closed == 1,
	    "no host");
	peer_free(&p);
}

/* The same random bytes give the same hello: there is no other source. */
static void
test_chance(void)
{
	static struct peer a, b;
	struct buf got = { 0 };
	struct fault f;

	chance = 0;
	peer_init(&a, SLICE("x"));
	peer_init(&b, SLICE("x"));
	EQ(exchange(&a, &got, &f), 0, "one");
	EQ(chance, 32, "chance comes from env");
	EQ(exchange(&b, &got, &f), 0, "another");
	OK(a.hello.n > 100 && slice_eq(buf_slice(&a.hello),
	    buf_slice(&b.hello)), "and from nowhere else");
	peer_free(&a);
	peer_free(&b);
	buf_free(&got);
}

/* Truncated or reset before every third byte: never a wrong answer, always a
 * retryable fault or an end of file. */
static void
test_cuts(void)
{
	static struct peer p;
	const char answer[] = "the whole answer";
	struct buf got = { 0 };
	size_t all, i, wrong = 0, ends = 0;
	struct fault f;
	int rc;

	peer_init(&p, slice_str(answer));
	EQ(exchange(&p, &got, &f), 0, "uncut");
	all = p.given;
	peer_free(&p);
	for (i = 0; i < all; i += 3) {
		peer_init(&p, slice_str(answer));
		p.cut = i;
		p.reset = i % 2 == 1;
		rc = exchange(&p, &got, &f);
		ends += rc == 0;
		if (rc < 0 && f.class != (p.answered > 0 && p.reset ? F_IO :
		    F_TLS))
			wrong++;
		wrong += (rc < 0 && !f.retry) || p.closed != 1 ||
		    (got.n > 0 && !slice_eq(buf_slice(&got), p.answer));
		peer_free(&p);
	}
	EQ(wrong, 0, "a cut at any byte");
	OK(ends > 0 && ends < 40, "is an end only after the handshake");
	buf_free(&got);
}

static void
test_bends(void)
{
	static struct peer p;
	struct buf got = { 0 };
	size_t all, i, wrong = 0, bad_mac = 0;
	struct fault f;
	int rc;

	peer_init(&p, SLICE("the whole answer"));
	EQ(exchange(&p, &got, &f), 0, "unbent");
	all = p.given;
	peer_free(&p);
	for (i = 0; i < all; i += 5) {
		peer_init(&p, SLICE("the whole answer"));
		p.bend = i;
		rc = exchange(&p, &got, &f);
		if (rc < 0 && f.class != F_TLS && f.class != F_CERT)
			wrong++;
		if (got.n > 0 && !slice_eq(buf_slice(&got), p.answer))
			wrong++;
		if (rc >= 0 && got.n == 0 && p.answered == 0)
			wrong++;
		if (rc < 0 && f.code == BR_ERR_BAD_MAC) {
			bad_mac++;
			wrong += f.class != F_TLS || !f.retry;
		}
		peer_free(&p);
	}
	EQ(wrong, 0, "a bent bit anywhere never gives a wrong answer");
	OK(bad_mac > 1, "broken records can be mended by a repetition");
	buf_free(&got);
}

static void
refused(struct peer *p, int retry, const char *why, const char *name)
{
	struct fault f;

	OK(shake(p, "localhost", &f) == NULL && p->closed == 1, name);
	OK(f.class == F_TLS && f.retry == retry &&
	    strstr(f.text, why) != NULL, why);
	if (strstr(f.text, why) == NULL)
		printf("# %s\n", f.text);
	peer_free(p);
}

/* Which suite comes first depends on the processor: test them all. */
static void
test_suites(void)
{
	static const uint16_t suites[] = {
		BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	};
	static const char *const names[] = { "ChaCha20-Poly1305",
	    "AES-128-GCM", "AES-256-GCM" };
	struct buf got = { 0 };
	static struct peer p;
	struct fault f;
	size_t i;

	for (i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		peer_init(&p, SLICE("an answer"));
		br_ssl_engine_set_suites(&p.sc.eng, &suites[i], 1);
		br_ssl_server_reset(&p.sc);
		EQ(exchange(&p, &got, &f), 0, names[i]);
		EQS(buf_slice(&got), "an answer", names[i]);
		peer_free(&p);
	}
	buf_free(&got);
}

static void
test_refusals(void)
{
	static const uint16_t cbc[] = {
		BR_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
		BR_TLS_ECDH_ECDSA_WITH_AES_128_GCM_SHA256,
	};
	static const br_x500_name names[1];
	static struct peer p;

	peer_init(&p, SLICE(""));
	br_ssl_engine_set_versions(&p.sc.eng, BR_TLS10, BR_TLS11);
	br_ssl_server_reset(&p.sc);
	refused(&p, 0, "bide speaks TLS 1.2", "TLS 1.1");
	peer_init(&p, SLICE(""));
	br_ssl_engine_set_suites(&p.sc.eng, cbc, 2);
	br_ssl_server_reset(&p.sc);
	refused(&p, 0, "bide speaks TLS 1.2", "no AEAD, no ECDHE");
	peer_init(&p, SLICE(""));
	br_x509_minimal_init_full(&client_judge, NULL, 0);
	br_ssl_engine_set_x509(&p.sc.eng, &client_judge.vtable);
	br_ssl_server_set_trust_anchor_names(&p.sc, names, 1);
	br_ssl_server_reset(&p.sc);
	refused(&p, 0, "demands a client certificate", "client certificate");
}

/* Nothing may be left in the engine when a connection is used again. */
static void
test_quiet(void)
{
	static struct peer p;
	struct slice ask = SLICE("ask");
	struct fault f;
	struct conn *c;
	char in[4];

	peer_init(&p, SLICE("four"));
	p.answer_at = 3;
	p.rude = 1;
	c = shake(&p, "localhost", &f);
	OK(c != NULL && c->ops->quiet(c), "quiet before the request");
	if (c == NULL)
		return;
	EQ(c->ops->write(c, &ask, 0, &f), 0, "asked");
	OK(!c->ops->quiet(c), "an answer is there");
	EQ(c->ops->read(c, in, 3, 0, &f), 3, "most of it is read");
	OK(!c->ops->quiet(c), "some is left");
	EQ(c->ops->read(c, in, 1, 0, &f), 1, "all of it is read");
	OK(c->ops->quiet(c), "quiet after the answer");
	c->ops->close(c);
	peer_free(&p);
}

/* A conn that sends fixed bytes and ignores what is written. */
struct parrot {
	struct conn conn;
	struct slice says;
	int closed;
	enum fclass then;
};

static ssize_t
parrot_read(struct conn *c, void *to, size_t n, msec deadline,
    struct fault *f)
{
	struct parrot *p = (struct parrot *)c;

	(void)deadline;
	if (p->says.n == 0 && p->then != F_NONE)
		return fault_set(f, p->then, 1, "no more");
	n = n < p->says.n ? n : p->says.n;
	if (n > 0)
		memcpy(to, p->says.p, n);
	p->says = slice_sub(p->says, n, p->says.n);
	return (ssize_t)n;
}

static int
parrot_write(struct conn *c, struct slice *s, msec deadline, struct fault *f)
{
	(void)c;
	(void)deadline;
	(void)f;
	*s = slice_sub(*s, s->n, 0);
	return 0;
}

static void
parrot_close(struct conn *c)
{
	((struct parrot *)c)->closed++;
}

static void
test_parrots(void)
{
	static const struct conn_ops ops = { parrot_read, parrot_write,
	    NULL, parrot_close };
	static const struct {
		const char *name;
		struct slice says;
		enum fclass then, class;
		int retry;
		const char *text;
	} rows[] = {
		{ "plain HTTP", { "HTTP/1.1 400 Bad Request\r\n\r\n", 28 },
		    F_NONE, F_TLS, 0, "does not speak TLS" },
		{ "nothing", { "", 0 }, F_NONE, F_TLS, 1, "closed" },
		{ "half a record", { "\x16\x03\x03\x00\x50", 5 }, F_NONE, F_TLS,
		    1, "closed" },
		{ "internal_error", { "\x15\x03\x03\x00\x02\x02\x50", 7 },
		    F_NONE, F_TLS, 1, "alert 80" },
		{ "handshake_failure", { "\x15\x03\x03\x00\x02\x02\x28", 7 },
		    F_NONE, F_TLS, 0, "bide speaks TLS 1.2" },
		{ "protocol_version", { "\x15\x03\x01\x00\x02\x02\x46", 7 },
		    F_NONE, F_TLS, 0, "bide speaks TLS 1.2" },
		{ "unrecognized_name", { "\x15\x03\x03\x00\x02\x02\x70", 7 },
		    F_NONE, F_TLS, 0, "alert 112" },
		{ "close_notify", { "\x15\x03\x03\x00\x02\x01\x00", 7 },
		    F_NONE, F_TLS, 1, "" },
		{ "silence", { "", 0 }, F_TIMEOUT, F_TIMEOUT, 1, "no more" },
		{ "a signal", { "", 0 }, F_CANCEL, F_CANCEL, 1, "no more" },
		{ "a reset", { "", 0 }, F_IO, F_TLS, 1, "no more" },
	};
	struct parrot p;
	struct fault f;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		p = (struct parrot){ { &ops }, rows[i].says, 0, rows[i].then };
		OK(tls_open(&env, &p.conn, SLICE("localhost"), &trust,
		    MSEC_MAX, &f) == NULL && p.closed == 1, rows[i].name);
		OK(f.class == rows[i].class && f.retry == rows[i].retry &&
		    strstr(f.text, rows[i].text) != NULL, rows[i].text);
		if (f.class != rows[i].class || f.retry != rows[i].retry ||
		    strstr(f.text, rows[i].text) == NULL)
			printf("# %d %d %s\n", f.class, f.retry, f.text);
	}
}

/* A peer that answers before it has read everything. */
static void
test_early(void)
{
	static struct peer p;
	char *big = calloc(1, 200000), in[100];
	struct slice s = { big, 200000 };
	struct fault f;
	struct conn *c;
	ssize_t n;

	peer_init(&p, SLICE("413"));
	p.speaks = 1;
	p.answer_at = 20000;
	p.stall = F_TIMEOUT;
	c = shake(&p, "localhost", &f);
	OK(c != NULL, "a handshake");
	if (c == NULL)
		return;
	EQ(c->ops->write(c, &s, MSEC_MAX, &f), 1, "a write that is answered");
	OK(s.n > 0 && s.n < 200000, "stops on the way");
	n = c->ops->read(c, in, sizeof(in), MSEC_MAX, &f);
	EQS(((struct slice){ in, n > 0 ? (size_t)n : 0 }), "413",
	    "the answer");
	EQ(c->ops->read(c, in, sizeof(in), MSEC_MAX, &f), 0, "and its end");
	EQ(c->ops->write(c, &s, MSEC_MAX, &f), 1, "no more is written");
	c->ops->close(c);
	peer_free(&p);
	free(big);
}

static void
test_stall(void)
{
	static struct peer p;
	struct slice s = SLICE(REQUEST);
	struct fault f;
	struct conn *c;
	char in[100];

	peer_init(&p, SLICE("x"));
	p.answer_at = NEVER;
	p.stall = F_TIMEOUT;
	c = shake(&p, "localhost", &f);
	OK(c != NULL, "a handshake");
	if (c == NULL)
		return;
	EQ(c->ops->write(c, &s, MSEC_MAX, &f), 0, "written");
	OK(c->ops->read(c, in, sizeof(in), MSEC_MAX, &f) < 0 &&
	    f.class == F_TIMEOUT, "silence is a timeout");
	p.answer_at = 0;
	EQ(c->ops->read(c, in, sizeof(in), MSEC_MAX, &f), 1,
	    "after which reading can go on");
	c->ops->close(c);
	peer_free(&p);
}

int
main(void)
{
	if (peer_load("tests/certs/good.pem") < 0) {
		printf("Bail out! no tests/certs/good.pem\n");
		return 1;
	}
	test_whole();
	test_goodbye();
	test_host();
	test_chance();
	test_cuts();
	test_bends();
	test_suites();
	test_refusals();
	test_quiet();
	test_parrots();
	test_early();
	test_stall();
	buf_free(&id.leaf);
	buf_free(&id.key);
	return DONE();
}
