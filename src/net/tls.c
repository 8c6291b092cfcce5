#include "net/tls.h"

#include <bearssl.h>
#include <stdlib.h>
#include <string.h>

#include "base/guard.h"
#include "net/x509.h"

#define SEED_BYTES 32
#define RECORD_FIRST 20		/* RFC 5246 section 6.2.1 */
#define RECORD_LAST 23
#define ALERT_UNRECOGNIZED_NAME 112	/* RFC 6066 */

struct tls {
	struct conn conn;
	const struct env *env;
	struct conn *below;
	const br_ssl_client_certificate_class *no_certificate;
	const char *alpn;
	int asked;		/* the server sent a CertificateRequest */
	int heard;		/* the peer has sent something */
	int foreign;		/* its first byte starts no TLS record */
	int up;			/* the handshake is done */
	int ended;		/* the peer has closed its side */
	struct x509 x509;
	br_ssl_client_context client;
	unsigned char io[BR_SSL_BUFSIZE_BIDI];
};

/*
 * BearSSL calls this at each reset to seed itself.  The library's version opens
 * /dev/urandom; this one replaces it and offers no seeder, because the seed
 * from env has already been injected.
 */
br_prng_seeder
br_prng_seeder_system(const char **name)
{
	if (name != NULL)
		*name = "none";
	return 0;
}

/*
 * Answers a CertificateRequest with an empty certificate.  The handler exists
 * to record the request: the alert that follows does not mention it.
 */

static void
cc_ignore(const br_ssl_client_certificate_class **cc)
{
	(void)cc;
}

static void
cc_name(const br_ssl_client_certificate_class **cc, size_t n)
{
	(void)cc;
	(void)n;
}

static void
cc_append(const br_ssl_client_certificate_class **cc, const unsigned char *p,
    size_t n)
{
	(void)cc;
	(void)p;
	(void)n;
}

static void
cc_choose(const br_ssl_client_certificate_class **cc,
    const br_ssl_client_context *client, uint32_t types,
    br_ssl_client_certificate *choices)
{
	struct tls *t = (struct tls *)(void *)((char *)cc -
	    offsetof(struct tls, no_certificate));

	(void)client;
	(void)types;
	t->asked = 1;
	/* a hash of -1 would mean static ECDH */
	*choices = (br_ssl_client_certificate){ 0 };
}

static uint32_t
cc_keyx(const br_ssl_client_certificate_class **cc, unsigned char *p,
    size_t *n)
{
	(void)cc;
	(void)p;
	(void)n;
	return 0;
}

static size_t
cc_sign(const br_ssl_client_certificate_class **cc, int hash, size_t hash_n,
    unsigned char *p, size_t n)
{
	(void)cc;
	(void)hash;
	(void)hash_n;
	(void)p;
	(void)n;
	return 0;
}

static const br_ssl_client_certificate_class no_certificate = {
	sizeof(br_ssl_client_certificate_class *), cc_ignore, cc_name,
	cc_append, cc_ignore, cc_ignore, cc_choose, cc_keyx, cc_sign,
};

static const char no_common[] = ": no common version or cipher suite; bide "
    "speaks TLS 1.2 with ECDHE and AES-GCM or ChaCha20-Poly1305";

/* Fills *f for a fatal alert from the server. */
static void
alert_fault(const struct tls *t, int alert, struct fault *f)
{
	const char *host = t->x509.host, *why = "";

	if (t->asked && !t->up) {
		fault_set(f, F_TLS, 0, "%s demands a client certificate "
		    "(alert %d); bide has none", host, alert);
		return;
	}
	switch (alert) {
	case BR_ALERT_HANDSHAKE_FAILURE:
	case BR_ALERT_PROTOCOL_VERSION:
	case BR_ALERT_INSUFFICIENT_SECURITY:
		why = no_common;
		break;
	case BR_ALERT_ACCESS_DENIED:
	case BR_ALERT_NO_APPLICATION_PROTOCOL:
	case ALERT_UNRECOGNIZED_NAME:
		break;
	default:
		fault_set(f, F_TLS, 1, "%s aborted TLS (alert %d)", host,
		    alert);
		return;
	}
	fault_set(f, F_TLS, 0, "%s refused the handshake (alert %d)%s", host,
	    alert, why);
}

/* Fills *f for an engine that failed with err.  -1. */
static int
engine_fault(const struct tls *t, int err, struct fault *f)
{
	const char *host = t->x509.host;

	if (t->x509.fault.class != F_NONE)
		*f = t->x509.fault;
	else if (err >= BR_ERR_RECV_FATAL_ALERT &&
	    err < BR_ERR_SEND_FATAL_ALERT)
		alert_fault(t, err - BR_ERR_RECV_FATAL_ALERT, f);
	else if (t->foreign)
		fault_set(f, F_TLS, 0, "%s does not speak TLS on this port",
		    host);
	else if (err == BR_ERR_UNSUPPORTED_VERSION ||
	    err == BR_ERR_BAD_CIPHER_SUITE)
		fault_set(f, F_TLS, 0, "%s%s", host, no_common);
	else if (err == BR_ERR_WRONG_KEY_USAGE)
		fault_set(f, F_CERT, 0, "certificate of %s has a key that may "
		    "not sign a handshake (key usage)", host);
	else
		fault_set(f, F_TLS, 1, "%s with %s: %s (BearSSL error %d)",
		    t->up ? "TLS" : "TLS handshake", host,
		    err == BR_ERR_BAD_MAC ? "a record was damaged on the way" :
		    "the peer broke the protocol", err);
	f->code = err;
	return -1;
}

/* Sends pending records: 0 when done, 1 when the peer has sent something that
 * must be read first, -1 with *f. */
static int
push(struct tls *t, msec deadline, struct fault *f)
{
	br_ssl_engine_context *eng = &t->client.eng;
	unsigned char *p;
	struct slice s;
	size_t n;
	int rc;

	p = br_ssl_engine_sendrec_buf(eng, &n);
	s = (struct slice){ (const char *)p, n };
	rc = t->below->ops->write(t->below, &s, deadline, f);
	if (rc >= 0 && n > s.n)
		br_ssl_engine_sendrec_ack(eng, n - s.n);
	return rc;
}

/* The state of the engine: 1 when it is open, 0 when the peer has closed, -1
 * with *f when it failed. */
static int
look(struct tls *t, unsigned *state, struct fault *f)
{
	int err;

	*state = br_ssl_engine_current_state(&t->client.eng);
	if ((*state & BR_SSL_CLOSED) == 0)
		return !t->ended;
	err = br_ssl_engine_last_error(&t->client.eng);
	return err == BR_ERR_OK ? 0 : engine_fault(t, err, f);
}

/* Sends if there is something to send; reads if there is not, or if the peer
 * does not take it.  0, or -1 with *f. */
static int
step(struct tls *t, unsigned state, msec deadline, struct fault *f)
{
	br_ssl_engine_context *eng = &t->client.eng;
	unsigned char *p;
	ssize_t got;
	size_t n;
	int rc = 1;

	if ((state & BR_SSL_SENDREC) != 0)
		rc = push(t, deadline, f);
	if (t->up && (state & (BR_SSL_RECVREC | BR_SSL_RECVAPP)) == 0 &&
	    (rc == 1 || (rc < 0 && f->class == F_IO))) {
		/* the peer sent close_notify: ours need not arrive */
		t->ended = 1;
		return 0;
	}
	if (rc <= 0)
		return rc;
	if ((state & BR_SSL_RECVREC) == 0)
		return fault_set(f, F_TLS, 1, "%s spoke out of turn",
		    t->x509.host);
	p = br_ssl_engine_recvrec_buf(eng, &n);
	got = t->below->ops->read(t->below, p, n, deadline, f);
	t->ended = got == 0;
	if (got <= 0)
		return got < 0 ? -1 : 0;
	if (!t->heard)
		t->foreign = p[0] < RECORD_FIRST || p[0] > RECORD_LAST;
	t->heard = 1;
	br_ssl_engine_recvrec_ack(eng, (size_t)got);
	return 0;
}

/* Runs the engine until it reaches a state in want (1), the peer closes (0)
 * or something fails (-1 with *f). */
static int
run_until(struct tls *t, unsigned want, msec deadline, struct fault *f)
{
	unsigned state;
	int rc;

	while ((rc = look(t, &state, f)) == 1 && (state & want) == 0)
		if (step(t, state, deadline, f) < 0)
			return -1;
	return rc;
}

static ssize_t
tls_read(struct conn *c, void *to, size_t n, msec deadline, struct fault *f)
{
	struct tls *t = (struct tls *)c;
	unsigned char *p;
	size_t have;
	int rc;

	rc = run_until(t, BR_SSL_RECVAPP, deadline, f);
	if (rc <= 0)
		return rc;
	p = br_ssl_engine_recvapp_buf(&t->client.eng, &have);
	if (n > have)
		n = have;
	memcpy(to, p, n);
	br_ssl_engine_recvapp_ack(&t->client.eng, n);
	return (ssize_t)n;
}

/* The peer closing counts as a response: 1, and reading tells. */
static int
tls_write(struct conn *c, struct slice *s, msec deadline, struct fault *f)
{
	struct tls *t = (struct tls *)c;
	unsigned char *p;
	unsigned state;
	size_t n;
	int rc;

	while ((rc = look(t, &state, f)) == 1) {
		if ((state & BR_SSL_RECVAPP) != 0)
			return 1;
		if ((state & BR_SSL_SENDREC) == 0 && s->n == 0)
			return 0;
		if ((state & BR_SSL_SENDREC) != 0 ||
		    (state & BR_SSL_SENDAPP) == 0) {
			if (step(t, state, deadline, f) < 0)
				return -1;
			continue;
		}
		p = br_ssl_engine_sendapp_buf(&t->client.eng, &n);
		if (n > s->n)
			n = s->n;
		memcpy(p, s->p, n);
		br_ssl_engine_sendapp_ack(&t->client.eng, n);
		slice_skip(s, n);
		if (s->n == 0)
			br_ssl_engine_flush(&t->client.eng, 0);
	}
	return rc < 0 ? -1 : 1;
}

static void
destroy(struct tls *t)
{
	t->below->ops->close(t->below);
	x509_free(&t->x509);
	wipe(t, sizeof(*t));
	free(t);
}

/* Sends close_notify if that does not block. */
static void
tls_close(struct conn *c)
{
	struct tls *t = (struct tls *)c;
	struct fault ignored;
	unsigned state;

	br_ssl_engine_close(&t->client.eng);
	state = br_ssl_engine_current_state(&t->client.eng);
	if ((state & BR_SSL_SENDREC) != 0 && !t->ended)
		(void)push(t, env_mono(t->env), &ignored);
	destroy(t);
}

/* Data, an alert or a part of a record: none of it is welcome.  At the border
 * of two records the engine asks for a header's 5 bytes (RFC 5246 6.2.1). */
static int
tls_quiet(struct conn *c)
{
	struct tls *t = (struct tls *)c;
	unsigned state = br_ssl_engine_current_state(&t->client.eng);
	size_t n = 0;

	if (t->ended || (state & BR_SSL_RECVREC) == 0 ||
	    (state & BR_SSL_RECVAPP) != 0)
		return 0;
	(void)br_ssl_engine_recvrec_buf(&t->client.eng, &n);
	return n == 5 && t->below->ops->quiet(t->below);
}

static const struct conn_ops tls_ops = { tls_read, tls_write, tls_quiet,
    tls_close };

/* What takes least time comes first: AES-GCM where the processor has
 * instructions for it, ChaCha20 elsewhere. */
static const uint16_t suites[] = {
	BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
};
#define SUITES 6

#ifdef __x86_64__
/* What the default is there, without the 2.4 KB for machines that lack it. */
static void
set_chapol(br_ssl_engine_context *eng)
{
	br_ssl_engine_set_chapol(eng, &br_sslrec_in_chapol_vtable,
	    &br_sslrec_out_chapol_vtable);
	br_ssl_engine_set_chacha20(eng, br_chacha20_sse2_run);
	br_ssl_engine_set_poly1305(eng, br_poly1305_ctmulq_run);
}
#else
#define set_chapol br_ssl_engine_set_default_chapol
#endif

/* Not br_ssl_client_init_full(), which also enables TLS 1.0, CBC, static key
 * exchange and SHA-1. */
static void
client_init(struct tls *t)
{
	br_ssl_engine_context *eng = &t->client.eng;
	int aes = br_aes_x86ni_ctr_get_vtable() != NULL ||
	    br_aes_pwr8_ctr_get_vtable() != NULL;

	br_ssl_client_zero(&t->client);
	br_ssl_engine_set_versions(eng, BR_TLS12, BR_TLS12);
	br_ssl_engine_set_suites(eng, aes ? suites + 2 : suites, SUITES);
	br_ssl_engine_set_hash(eng, br_sha256_ID, &br_sha256_vtable);
	br_ssl_engine_set_hash(eng, br_sha384_ID, &br_sha384_vtable);
	br_ssl_engine_set_hash(eng, br_sha512_ID, &br_sha512_vtable);
	br_ssl_engine_set_prf_sha256(eng, br_tls12_sha256_prf);
	br_ssl_engine_set_prf_sha384(eng, br_tls12_sha384_prf);
	br_ssl_engine_set_default_aes_gcm(eng);
	set_chapol(eng);
	br_ssl_engine_set_default_rsavrfy(eng);
	br_ssl_engine_set_default_ecdsa(eng);	/* and the curves */
	br_ssl_engine_set_protocol_names(eng, &t->alpn, 1);
	br_ssl_engine_add_flags(eng, BR_OPT_NO_RENEGOTIATION);
	br_ssl_engine_set_x509(eng, &t->x509.vtable);
	br_ssl_client_set_client_certificate(&t->client, &t->no_certificate);
	br_ssl_engine_set_buffers_bidi(eng, t->io, BR_SSL_BUFSIZE_INPUT,
	    t->io + BR_SSL_BUFSIZE_INPUT, BR_SSL_BUFSIZE_OUTPUT);
}

static int
shake_hands(struct tls *t, msec deadline, struct fault *f)
{
	unsigned char seed[SEED_BYTES];
	int rc;

	t->env->random(t->env->ctx, seed, sizeof(seed));
	br_ssl_engine_inject_entropy(&t->client.eng, seed, sizeof(seed));
	wipe(seed, sizeof(seed));
	if (!br_ssl_client_reset(&t->client, x509_sni(&t->x509), 0))
		return engine_fault(t,
		    br_ssl_engine_last_error(&t->client.eng), f);
	rc = run_until(t, BR_SSL_SENDAPP, deadline, f);
	if (rc == 0 && t->asked)
		return fault_set(f, F_TLS, 0, "%s demands a client "
		    "certificate; bide has none", t->x509.host);
	if (rc == 0)
		return fault_set(f, F_TLS, 1, "%s closed the connection "
		    "during the TLS handshake", t->x509.host);
	if (rc < 0 && f->class == F_IO)
		f->class = F_TLS;
	return rc < 0 ? -1 : 0;
}

struct conn *
tls_open(const struct env *env, struct conn *below, struct slice host,
    const struct trust *trust, msec deadline, struct fault *f)
{
	struct tls *t = calloc(1, sizeof(*t));

	if (t == NULL)
		err_oom();
	t->conn.ops = &tls_ops;
	t->env = env;
	t->below = below;
	t->no_certificate = &no_certificate;
	t->alpn = "http/1.1";
	client_init(t);
	if (x509_init(&t->x509, trust, host, env->wall(env->ctx)) < 0)
		*f = t->x509.fault;
	else if (shake_hands(t, deadline, f) == 0)
		t->up = 1;
	if (!t->up) {
		destroy(t);
		return NULL;
	}
	x509_free(&t->x509);
	return &t->conn;
}
