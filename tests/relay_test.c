/*
 * bide proxy's promises, for every dialect, in virtual time: what fails before
 * there is content is healed unseen, and never early; what is in vain is asked
 * once and passed on; what breaks after content looks broken.  An upstream that
 * dies after any byte of a stream or of a whole answer never gives a client
 * half of one, or one twice.
 */

#include "tests/relayed.h"
#include "tests/t.h"

#define STREAM "head ; created ; delta Hello ; delta ~world ; completed ; end"

static char name[256];

static const char *
called(const struct api *api, int stream, const char *what)
{
	snprintf(name, sizeof(name), "%s, %s: %s", api->dialect->name,
	    stream ? "streamed" : "whole", what);
	return name;
}

static const char *
also(const char *what)
{
	static char text[300];

	snprintf(text, sizeof(text), "%s: %s", name, what);
	return text;
}

/* The steps of a whole answer with 200. */
static struct visit
good(const struct api *api, int stream, struct buf *text)
{
	buf_clear(text);
	if (stream)
		buf_puts(text, STREAM);
	else
		buf_printf(text, "status 200 Content-Type=application/json "
		    "x-request-id=req_9 | %s", api->answer);
	return (struct visit){ .steps = buf_slice(text) };
}

/* The body of that. */
static void
good_body(const struct api *api, int stream, struct buf *body)
{
	buf_clear(body);
	if (stream)
		relayed_bytes(api->dialect, STREAM, 0, body);
	else
		buf_puts(body, api->answer);
}

static int
same(const struct buf *a, const struct buf *b)
{
	return slice_eq(buf_slice(a), buf_slice(b));
}

/* -- before content -------------------------------------------------------- */

static const struct {
	const char *name, *first;
	msec least, most;		/* until the next request */
	int streams;			/* only if it is a stream */
} healed[] = {
	{ "refused", "refused", 250, 1000, 0 },
	{ "no such name", "dns", 250, 1000, 0 },
	{ "TLS cut", "tls", 250, 1000, 0 },
	{ "429 with Retry-After", "status 429 Retry-After=7 | {}", 7000, 8650,
	    0 },
	{ "429 with a hint in the body", "status 429 | {\"error\":{\"code\":"
	    "\"rate_limit_exceeded\",\"message\":\"Please try again in "
	    "6.379s.\"}}", 6379, 7905, 0 },
	{ "429 with both", "status 429 Retry-After=2 | {\"error\":{\"code\":"
	    "\"rate_limit_exceeded\",\"message\":\"Please try again in "
	    "6.379s.\"}}", 6379, 7905, 0 },
	{ "503", "status 503 | busy", 250, 2000, 0 },
	{ "529", "status 529 | {\"type\":\"error\",\"error\":{\"type\":"
	    "\"overloaded_error\",\"message\":\"Overloaded\"}}", 1000, 2000,
	    0 },
	{ "502 with HTML", "status 502 Content-Type=text/html | <html>",
	    250, 1000, 0 },
	{ "408", "status 408 | ", 250, 1000, 0 },
	{ "reset while sending", "write-reset ; reset", 250, 1000, 0 },
	{ "reset before the head", "reset", 250, 1000, 0 },
	{ "end of file before the head", "eof", 250, 1000, 0 },
	{ "no head", "hold", 600000, 602000, 0 },
	{ "reset after the head", "head ; reset", 250, 1000, 1 },
	{ "reset before content", "head ; created ; ping ; reset", 250, 1000,
	    1 },
	{ "end before content", "head ; created ; end", 250, 1000, 1 },
	{ "a rate limit in the stream", "head ; created ; ping ; error "
	    "rate_limit_exceeded Please try again in 3s.", 3000, 3850, 1 },
	{ "an overload first", "head ; error overloaded_error Overloaded", 1000,
	    2000, 1 },
	{ "stalls before content", "head ; created ; hold", 300000, 602000,
	    1 },
};

static void
test_healed(const struct api *api, int stream)
{
	struct buf text = { 0 }, kept = { 0 }, want = { 0 };
	struct relayed_one t;
	struct visit v[2];
	size_t i;

	good_body(api, stream, &want);
	for (i = 0; i < sizeof(healed) / sizeof(healed[0]); i++) {
		if (healed[i].streams && !stream)
			continue;
		relayed_init(&t, api, stream);
		t.relay.policy.patience = 3600000;
		t.relay.commit = 0;
		v[0] = (struct visit){ .steps = slice_str(healed[i].first) };
		v[1] = good(api, stream, &text);
		if (slice_starts(v[0].steps, "status") ||
		    slice_ifind(v[0].steps, "; end") >= 0) {
			buf_clear(&kept);
			buf_printf(&kept, "kept ; %.*s", SLICE_FMT(text));
			v[1].steps = buf_slice(&kept);
		}
		relayed_run(&t, v, 2);
		OK(t.complete && t.http.status == 200 && same(&t.body, &want) &&
		    t.then == RELAY_KEEP && !t.script.amiss,
		    called(api, stream, healed[i].name));
		OK(t.sent[0] >= healed[i].least && t.sent[0] <=
		    healed[i].most, also("in time"));
		if (t.sent[0] > healed[i].most || !t.complete)
			printf("# at %lld: %.*s\n", (long long)t.sent[0],
			    SLICE_FMT(t.got));
		EQ(t.client.account.healed, 1, also("counted"));
		relayed_free(&t);
	}
	buf_free(&text);
	buf_free(&kept);
	buf_free(&want);
}

/* -- in vain --------------------------------------------------------------- */

static const struct {
	const char *name, *only;
	int status;
} vain[] = {
	{ "no quota", "status 429 Retry-After=20 x-request-id=r1 | {\"error\":{"
	    "\"code\":\"insufficient_quota\",\"type\":\"insufficient_quota\","
	    "\"message\":\"You exceeded your current quota\"}}", 429 },
	{ "a bad key", "status 401 | {\"error\":{\"code\":\"invalid_api_key\","
	    "\"message\":\"Incorrect API key\"}}", 401 },
	{ "too long", "status 400 | {\"error\":{\"code\":"
	    "\"context_length_exceeded\",\"message\":\"too long\"}}", 400 },
	{ "not found", "status 404 | {\"error\":{\"message\":\"no model\"}}",
	    404 },
};

static void
test_vain(const struct api *api, int stream)
{
	struct relayed_one t;
	struct slice body;
	struct visit v;
	size_t i;

	for (i = 0; i < sizeof(vain) / sizeof(vain[0]); i++) {
		relayed_init(&t, api, stream);
		v = (struct visit){ .steps = slice_str(vain[i].only) };
		relayed_run(&t, &v, 1);
		body = v.steps;
		(void)slice_cut(&body, '|');
		OK(t.complete && t.http.status == vain[i].status &&
		    slice_eq(slice_trim(body), buf_slice(&t.body)) &&
		    t.sent[0] == 0 && !t.script.amiss,
		    called(api, stream, vain[i].name));
		EQS(http_field(&t.http, "x-should-retry", 0), "false",
		    also("says so"));
		EQ(http_field(&t.http, "retry-after", 0).n, 0,
		    also("gives no time"));
		relayed_free(&t);
	}
}

/* -- after content --------------------------------------------------------- */

static const char *const breaks[] = {
	"reset", "eof", "end", "hold", "text data:~{\"half ; reset",
	"error server_error It broke",
};

#define DELTAS "head ; created ; delta Hello ; delta ~there ; delta ~!"

static void
test_broken(const struct api *api)
{
	struct buf steps = { 0 }, want = { 0 };
	struct relayed_one t;
	struct visit v;
	struct slice rest;
	size_t i;

	relayed_bytes(api->dialect, DELTAS, 0, &want);
	for (i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		relayed_init(&t, api, 1);
		t.script.most = 1;
		buf_clear(&steps);
		buf_printf(&steps, DELTAS " ; %s", breaks[i]);
		v = (struct visit){ .steps = buf_slice(&steps) };
		relayed_run(&t, &v, 1);
		rest = slice_sub(buf_slice(&t.body), want.n, t.body.n);
		while (slice_starts(rest, ": \n"))
			slice_skip(&rest, 3);
		OK(!t.complete && t.http.status == 200 && t.then ==
		    RELAY_CLOSE && slice_eq(slice_sub(buf_slice(&t.body), 0,
		    want.n), buf_slice(&want)) && !t.script.amiss,
		    called(api, 1, breaks[i]));
		OK(slice_ifind(rest, "error") >= 0 &&
		    slice_ifind(rest, "half") < 0 &&
		    slice_ifind(slice_sub(rest, rest.n - 2, 2), "\n\n") == 0,
		    also("an error event"));
		EQ(t.client.account.broken, 1, also("counted"));
		if (t.complete || t.script.amiss)
			printf("# %.*s\n", SLICE_FMT(t.got));
		relayed_free(&t);
	}
	buf_free(&steps);
	buf_free(&want);
}

/* Content and the fault come in one read: nothing went out yet, and nothing of
 * that attempt may. */
static void
test_at_once(const struct api *api)
{
	static const char *const all[] = { "head ; created ; delta Half ; end",
	    "head ; created ; delta Half ; error server_error It broke ; end" };
	struct buf bytes = { 0 }, text = { 0 }, want = { 0 };
	struct relayed_one t;
	struct visit v[2];
	size_t i;

	v[1] = good(api, 1, &text);
	good_body(api, 1, &want);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		relayed_init(&t, api, 1);
		buf_clear(&bytes);
		relayed_bytes(api->dialect, all[i], 1, &bytes);
		v[0] = (struct visit){ .steps = SLICE("bytes ; eof"),
		    .bytes = buf_slice(&bytes) };
		relayed_run(&t, v, 2);
		OK(t.complete && same(&t.body, &want),
		    called(api, 1, "all in one read"));
		if (!t.complete || !same(&t.body, &want))
			printf("# %.*s\n", SLICE_FMT(t.got));
		relayed_free(&t);
	}
	buf_free(&bytes);
	buf_free(&text);
	buf_free(&want);
}

/* -- at every cut ---------------------------------------------------------- */

/* Whether the client got the answer, or a part that shows to be one. */
static int
is_right(const struct relayed_one *t, const struct buf *want, int stream)
{
	struct slice body = buf_slice(&t->body);
	size_t n = 0;

	/* without the usage and [DONE] after a finish_reason it is whole */
	if (t->complete)
		return t->http.status == 200 && t->then == RELAY_KEEP &&
		    (same(&t->body, want) || ((t->up.job.dialect ==
		    &dialect_chat || t->up.job.dialect ==
		    &dialect_gemini) && count(body, "\"stop\"") == 1 &&
		    slice_eq(slice_sub(buf_slice(want), 0, body.n),
		    body)));
	while (n < body.n && n < want->n && body.p[n] == want->p[n])
		n++;
	return stream && t->client.account.broken && t->then == RELAY_CLOSE &&
	    count(body, "Hello") == 1 && slice_ifind(slice_sub(body, n,
	    body.n), "bide: ") >= 0;
}

static void
test_cuts(const struct api *api, int stream, const char *end)
{
	struct buf bytes = { 0 }, steps = { 0 }, text = { 0 }, want = { 0 };
	struct relayed_one t;
	struct visit v[2];
	size_t k, wrong = 0, whole = 0;

	v[1] = good(api, stream, &text);
	good_body(api, stream, &want);
	if (stream)
		relayed_bytes(api->dialect, STREAM, 1, &bytes);
	else
		(void)script_bytes(v[1].steps, api->dialect, &(int){ 0 },
		    &bytes);
	buf_printf(&steps, "bytes ; %s", end);
	for (k = 0; k <= bytes.n; k++) {
		relayed_init(&t, api, stream);
		v[0] = (struct visit){ .steps = buf_slice(&steps),
		    .bytes = slice_sub(buf_slice(&bytes), 0, k) };
		if (k == 0)
			v[0].steps = slice_str(end);
		relayed_run(&t, v, 2);
		if (!is_right(&t, &want, stream) || t.script.amiss) {
			if (wrong++ < 3)
				printf("# at %zu: %.*s\n", k,
				    SLICE_FMT(t.got));
		}
		whole += (size_t)t.complete;
		relayed_free(&t);
	}
	EQ(wrong, 0, called(api, stream, end));
	OK(whole > bytes.n / 8 && (stream || whole == k),
	    also("cut early it is healed"));
	buf_free(&bytes);
	buf_free(&steps);
	buf_free(&text);
	buf_free(&want);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < APIS; i++) {
		test_healed(&apis[i], 1);
		test_healed(&apis[i], 0);
		test_vain(&apis[i], 1);
		test_vain(&apis[i], 0);
		test_broken(&apis[i]);
		test_at_once(&apis[i]);
		test_cuts(&apis[i], 1, "eof");
		test_cuts(&apis[i], 1, "reset");
		test_cuts(&apis[i], 0, "eof");
		test_cuts(&apis[i], 0, "reset");
	}
	return DONE();
}
