/*
 * bide proxy, while a client waits: the head and comments for streams in time,
 * patience that ends before the client's, and an upstream that is left alone
 * when the client has gone.  And what passes through unread.
 */

#include <sys/socket.h>
#include <unistd.h>

#include "tests/relayed.h"
#include "tests/t.h"

#define VISIT(text) { .steps = { "" text, sizeof(text) - 1 } }
#define GOOD "head ; created ; delta Hello ; completed ; end"

static const struct api *const chat = &apis[1];

static const char *
called(const struct api *api, const char *what)
{
	static char text[256];

	snprintf(text, sizeof(text), "%s: %s", api->dialect->name, what);
	return text;
}

/* A wait of 100 s and then an answer, for someone who leaves after 60. */
static void
test_commit(const struct api *api)
{
	static const struct visit v[] = {
		VISIT("status 429 Retry-After=100 | {}"),
		VISIT("kept ; " GOOD),
	};
	struct relayed_one t;

	relayed_init(&t, api, 1);
	relayed_field(&t, "User-Agent", "GeminiCLI/0.61.0/x (linux; x64)");
	relayed_run(&t, v, 2);
	EQ(t.sent[0], 40000, called(api, "the head goes out after 40 s"));
	EQ(t.sent[1], 55000, called(api, "then comments, each 15 s"));
	OK(t.complete && t.then == RELAY_KEEP,
	    called(api, "and the answer after that"));
	EQ(count(buf_slice(&t.body), ": \n"), 5,
	    called(api, "a comment and no blank line"));
	EQ(count(buf_slice(&t.body), "Hello"), 1, called(api, "once"));
	EQ(t.client.account.committed, 1, called(api, "counted"));
	relayed_free(&t);
}

/* The same, but it ends in vain: an error event in the dialect's form. */
static void
test_committed_failure(const struct api *api)
{
	static const struct visit v[] = {
		VISIT("status 429 Retry-After=100 | {}"),
		VISIT("kept ; status 401 | {\"error\":{\"code\":"
		    "\"invalid_api_key\",\"message\":\"Bad key\"}}"),
	};
	static const char *const want[] = {
		"event: error\ndata: {\"type\":\"error\",\"code\":"
		    "\"invalid_api_key\",\"message\":\"bide: Bad key\"",
		"data: {\"error\":{\"message\":\"bide: Bad key\",\"type\":"
		    "\"authentication_error\",\"code\":\"invalid_api_key\"",
		"event: error\ndata: {\"type\":\"error\",\"error\":{"
		    "\"message\":\"bide: Bad key\",\"type\":"
		    "\"authentication_error\"}}\n\n",
		"data: {\"error\":{\"message\":\"bide: Bad key\",\"code\":401,"
		    "\"status\":\"UNAUTHENTICATED\"}}\n\n",
	};
	struct relayed_one t;

	relayed_init(&t, api, 1);
	relayed_run(&t, v, 2);
	OK(!t.complete && t.http.status == 200 && t.then == RELAY_CLOSE,
	    called(api, "a failure after the head looks broken"));
	EQ(count(buf_slice(&t.body), want[api - apis]), 1,
	    called(api, "with its error event"));
	if (count(buf_slice(&t.body), want[api - apis]) != 1)
		printf("# %.*s\n", SLICE_FMT(t.body));
	relayed_free(&t);
}

/* Someone who leaves before the upstream is ready again is told in time. */
static void
test_impatient(void)
{
	static const struct {
		const char *what, *field, *value;
		int stream;
	} who[] = {
		{ "gemini-cli, whole", "User-Agent",
		    "GeminiCLI/0.61.0/x (linux; x64)", 0 },
		{ "a timeout of the SDK's", "X-Stainless-Timeout", "60", 1 },
		{ "a timeout of the SDK's for Python",
		    "X-Stainless-Read-Timeout", "60.0", 0 },
	};
	static const struct visit v[] = {
		VISIT("status 429 Retry-After=100 x-ratelimit-limit-requests=3"
		    " retry-after-ms=100000 | {\"error\":{\"message\":"
		    "\"later\"}}"),
	};
	struct relayed_one t;
	size_t i;

	for (i = 0; i < sizeof(who) / sizeof(who[0]); i++) {
		relayed_init(&t, chat, who[i].stream);
		relayed_field(&t, who[i].field, who[i].value);
		relayed_run(&t, v, 1);
		OK(t.complete && t.http.status == 429 && t.sent[0] == 0,
		    who[i].what);
		EQS(http_field(&t.http, "retry-after", 0), "100",
		    "the true wait");
		EQ(http_field(&t.http, "retry-after-ms", 0).n, 0,
		    "and no other");
		EQS(http_field(&t.http, "x-ratelimit-limit-requests", 0), "3",
		    "fields of the last answer");
		EQS(http_field(&t.http, "x-bide-attempts", 0), "1",
		    "attempts");
		EQ(http_field(&t.http, "x-should-retry", 0).n, 0,
		    "it may ask again");
		relayed_free(&t);
	}
}

/* A dead server: few requests, and an answer before the client leaves. */
static void
test_dead(void)
{
	struct visit v[64];
	struct relayed_one t;
	size_t i;

	for (i = 0; i < 64; i++)
		v[i] = (struct visit)VISIT("refused");
	relayed_init(&t, chat, 0);
	relayed_field(&t, "User-Agent", "OpenAI/JS 7.59.0");
	relayed_run(&t, v, 64);
	OK(t.complete && t.http.status == 502 && t.sent[0] <= 295000 &&
	    t.sent[0] > 200000, "a dead server: 502 before the SDK leaves");
	OK(t.client.account.attempts <= 20, "and few requests");
	OK(http_field(&t.http, "retry-after", 0).n > 0, "with a time");
	relayed_free(&t);

	relayed_init(&t, chat, 0);
	relayed_run(&t, v, 64);
	OK(t.complete && t.http.status == 502 && t.sent[0] <= 600000,
	    "a dead server: for others after ten minutes");
	relayed_free(&t);
}

#define CREATED_STALL "head ; created ; delta Hello ; stall 250s ; delta x ; " \
    "completed ; end"

/* Codex waits for a head, and then counts events only. */
static void
test_codex(void)
{
	static const struct visit v[] = {
		VISIT("status 429 Retry-After=400 | {}"),
		VISIT("kept ; " CREATED_STALL),
	};
	struct relayed_one t;

	relayed_init(&t, &apis[0], 1);
	relayed_field(&t, "User-Agent", "codex_cli_rs/0.171.0 (Debian)");
	relayed_run(&t, v, 2);
	OK(t.complete && t.sent[0] >= 400000, "codex: no head in a wait");
	EQ(t.sent[1] - t.sent[0], 120000, "codex: an event after 120 s");
	EQ(count(buf_slice(&t.body), "event: keepalive\ndata: {\"type\":"
	    "\"keepalive\"}\n\n"), 2, "codex: two in 250 s");
	EQ(count(buf_slice(&t.body), ": \n"), 0, "codex: no comments");
	relayed_free(&t);

	relayed_init(&t, &apis[0], 1);
	relayed_run(&t, v, 2);
	EQ(count(buf_slice(&t.body), "keepalive"), 0,
	    "others: no such events");
	OK(t.complete && count(buf_slice(&t.body), ": \n") > 20,
	    "others: comments, also amid the answer");
	relayed_free(&t);
}

static void
test_never(void)
{
	static const struct visit v[] = {
		VISIT("status 429 Retry-After=100 | {}"),
		VISIT("kept ; " GOOD),
	};
	struct relayed_one t;

	relayed_init(&t, chat, 1);
	t.relay.commit = 0;
	relayed_run(&t, v, 2);
	OK(t.complete && t.sent[0] >= 100000, "--commit 0: never");
	relayed_free(&t);
}

/* The client closes at that time. */
static void
leave(struct relayed_one *t, msec at, int pair[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		abort();
	close(pair[1]);
	t->client.fd = pair[0];
	t->script.readable = at;
}

static void
test_gone(void)
{
	static const struct {
		const char *what;
		struct visit v;
	} whiles[] = {
		{ "while waiting", VISIT("status 429 Retry-After=100 | {}") },
		{ "while connecting", VISIT("dial 9s ; hold") },
		{ "before the head", VISIT("hold") },
		{ "before content", VISIT("head ; created ; hold") },
		{ "after content", VISIT("head ; created ; delta a ; hold") },
		{ "while an error comes", VISIT("raw HTTP/1.1 500 X\\r\\n"
		    "Content-Length: 9\\r\\n\\r\\n ; hold") },
	};
	struct relayed_one t;
	int pair[2];
	size_t i;

	for (i = 0; i < sizeof(whiles) / sizeof(whiles[0]); i++) {
		relayed_init(&t, chat, 1);
		leave(&t, 5000, pair);
		relayed_run(&t, &whiles[i].v, 1);
		OK(t.client.account.gone && t.then == RELAY_CLOSE &&
		    t.script.now == 5000 && !t.script.amiss, whiles[i].what);
		relay_free(&t.relay);
		EQ(t.script.open, 0, "the upstream's connection is closed");
		relayed_free(&t);
		close(pair[0]);
	}
}

/* -- what passes through --------------------------------------------------- */

static void
run_pass(struct relayed_one *t, const char *method, const char *target,
    const struct visit *v, size_t n)
{
	relayed_init(t, chat, 0);
	t->client.method = slice_str(method);
	t->client.target = slice_str(target);
	if (strcmp(method, "POST") != 0) {
		t->client.body = (struct slice){ 0 };
		t->client.body_given = 0;
	}
	relayed_run(t, v, n);
}

static void
test_pass(void)
{
	static const struct visit models[] = {
		VISIT("status 503 | later"),
		VISIT("kept ; status 200 ETag=x | {\"data\":[]}"),
	}, head = VISIT("raw HTTP/1.1 200 OK\\r\\nContent-Length: "
	    "77\\r\\n\\r\\n"), reset = VISIT("reset"),
	    refused[] = { VISIT("refused"), VISIT("status 503 | x"),
	    VISIT("kept ; status 200 | {\"id\":\"f\"}") },
	    moved = VISIT("status 302 Location=/x | gone"),
	    cut = VISIT("raw HTTP/1.1 200 OK\\r\\nContent-Length: "
	    "9\\r\\n\\r\\n1234 ; eof"), server_error = VISIT("status 500 | x");
	struct relayed_one t;

	run_pass(&t, "GET", "/v1/models", models, 2);
	EQS(buf_slice(&t.body), "{\"data\":[]}", "GET: retried");
	EQS(http_field(&t.http, "etag", 0), "x", "GET: its fields");
	relayed_free(&t);
	run_pass(&t, "HEAD", "/v1/models", &head, 1);
	OK(t.complete && t.body.n == 0, "HEAD");
	EQS(http_field(&t.http, "content-length", 0), "77", "HEAD: length");
	relayed_free(&t);
	run_pass(&t, "POST", "/v1/files", &reset, 1);
	EQ(t.http.status, 502, "POST elsewhere: not repeated when sent");
	relayed_free(&t);
	run_pass(&t, "POST", "/v1/files", &server_error, 1);
	EQ(t.http.status, 500, "POST elsewhere: nor after a 500");
	relayed_free(&t);
	run_pass(&t, "POST", "/v1/files", refused, 3);
	EQ(t.http.status, 200, "POST elsewhere: repeated when refused");
	relayed_free(&t);
	run_pass(&t, "GET", "/v1/x", &moved, 1);
	OK(t.http.status == 302 && t.complete, "a redirect passes");
	EQS(http_field(&t.http, "location", 0), "/x", "with its target");
	relayed_free(&t);
	run_pass(&t, "GET", "/v1/files/f/content", &cut, 1);
	OK(!t.complete && t.body.n == 4 && t.then == RELAY_CLOSE,
	    "a download that is cut looks cut");
	relayed_free(&t);
}

static void
test_refused(void)
{
	struct relayed_one t;

	relayed_init(&t, chat, 1);
	relayed_field(&t, "Upgrade", "websocket");
	relayed_run(&t, NULL, 0);
	EQ(t.http.status, 426, "an upgrade");
	relayed_free(&t);
	run_pass(&t, "GET", "/v1beta/models", NULL, 0);
	EQ(t.http.status, 404, "no such provider");
	relayed_free(&t);
}

static void
test_compressed(void)
{
	static const struct visit v[] = {
		VISIT("raw HTTP/1.1 200 OK\\r\\nContent-Encoding: gzip\\r\\n"
		    "Content-Length: 70\\r\\n\\r\\n\\x1f\\x8b\\x08"
		    "0123456789012345678901234567890123456789012345678901234"
		    "567890123456"),
	};
	struct relayed_one t;

	relayed_init(&t, chat, 1);
	relayed_run(&t, v, 1);
	OK(t.complete && t.body.n == 70 && t.then == RELAY_KEEP,
	    "compressed all the same: passes");
	EQS(http_field(&t.http, "x-bide-passed", 0), "compressed",
	    "and is marked");
	relayed_free(&t);
}

static void
test_old(void)
{
	static const struct visit v[] = { VISIT(GOOD) },
	    cut[] = { VISIT("head ; created ; delta a ; reset") };
	struct relayed_one t;

	relayed_init(&t, chat, 1);
	t.client.minor = t.client.keep = 0;
	relayed_run(&t, v, 1);
	OK(t.complete && t.then == RELAY_CLOSE &&
	    http_field(&t.http, "transfer-encoding", 0).n == 0,
	    "HTTP/1.0: to the end of the connection");
	relayed_free(&t);
	relayed_init(&t, chat, 1);
	t.client.minor = t.client.keep = 0;
	relayed_run(&t, cut, 1);
	EQ(t.then, RELAY_RESET, "HTTP/1.0: broken by a reset");
	relayed_free(&t);
}

static void
test_hold(const struct api *api)
{
	static const struct visit v[] = {
		VISIT("head ; created ; delta half ; reset"),
		VISIT("head ; created ; delta one ; stall 100s ; delta two ; "
		    "completed ; end"),
	};
	struct relayed_one t;

	relayed_init(&t, api, 1);
	t.relay.hold = 1;
	relayed_run(&t, v, 2);
	OK(t.complete && count(buf_slice(&t.body), "half") == 0 &&
	    count(buf_slice(&t.body), "two") == 1 && !t.script.amiss,
	    called(api, "--hold: asked again after content"));
	OK(t.sent[0] == 40000 && count(buf_slice(&t.body), ": \n") == 5,
	    called(api, "--hold: comments meanwhile"));
	relayed_free(&t);
}

/* Clients of the house: their keys stay here, the provider's stays hidden. */
static void
test_keys(void)
{
	static const struct visit v[] = {
		VISIT("status 401 X-Echo=sk-real-0123456789 | {\"error\":{"
		    "\"code\":\"invalid_api_key\",\"message\":\"Incorrect "
		    "API key: sk-real-0123456789\"}}"),
	};
	struct mask mask = { 0 };
	struct relayed_one t;

	relayed_init(&t, chat, 0);
	t.relay.client_keys = SLICE("# house\nck-one\n ck-two \n");
	relayed_field(&t, "Authorization", "Bearer ck-tw");
	relayed_run(&t, NULL, 0);
	EQ(t.http.status, 401, "a key that is not listed");
	relayed_free(&t);

	relayed_init(&t, chat, 0);
	mask_add(&mask, SLICE("sk-real-0123456789"));
	t.relay.client_keys = SLICE("# house\nck-one\n ck-two \n");
	t.up.key = SLICE("sk-real-0123456789");
	t.up.job.mask = &mask;
	relayed_field(&t, "Authorization", "Bearer ck-two");
	relayed_run(&t, v, 1);
	OK(t.http.status == 401 && t.complete && t.body.n > 0,
	    "one that is listed: asked with the provider's");
	EQ(count(buf_slice(&t.got), "sk-real"), 0, "whose key stays hidden");
	relayed_free(&t);
	mask_free(&mask);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < APIS; i++) {
		test_commit(&apis[i]);
		test_committed_failure(&apis[i]);
		test_hold(&apis[i]);
	}
	test_impatient();
	test_dead();
	test_codex();
	test_never();
	test_gone();
	test_pass();
	test_refused();
	test_compressed();
	test_old();
	test_keys();
	return DONE();
}
