#ifndef TESTS_RELAYED_H
#define TESTS_RELAYED_H

/*
 * A request relayed between a scripted upstream and a client that only takes
 * what it gets, in virtual time.
 */

#include <stdlib.h>

#include "serve/relay.h"
#include "tests/script.h"

/* How the APIs are asked. */
struct api {
	const struct dialect *dialect;
	const char *provider;
	const char *stream, *whole;	/* targets */
	const char *answer;		/* in one JSON text */
};

static const struct api apis[] = {
	{ &dialect_responses, "openai", "/v1/responses", "/v1/responses",
	    "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":"
	    "\"completed\",\"output\":[{\"id\":\"m\",\"type\":\"message\","
	    "\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\","
	    "\"text\":\"Hello\"}]}],\"usage\":{\"input_tokens\":7,"
	    "\"output_tokens\":3}}" },
	{ &dialect_chat, "openai", "/v1/chat/completions",
	    "/v1/chat/completions",
	    "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"choices\":"
	    "[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
	    "\"Hello\"},\"finish_reason\":\"stop\"}],\"usage\":{"
	    "\"prompt_tokens\":7,\"completion_tokens\":3}}" },
	{ &dialect_messages, "anthropic", "/v1/messages?beta=true",
	    "/v1/messages",
	    "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\","
	    "\"content\":[{\"type\":\"text\",\"text\":\"Hello\"}],"
	    "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":7,"
	    "\"output_tokens\":3}}" },
	{ &dialect_gemini, "gemini",
	    "/v1beta/models/g:streamGenerateContent?alt=sse",
	    "/v1beta/models/g:generateContent",
	    "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hello\"}],"
	    "\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}],"
	    "\"usageMetadata\":{\"promptTokenCount\":7,"
	    "\"candidatesTokenCount\":3}}" },
};

#define APIS (sizeof(apis) / sizeof(apis[0]))
#define SENDS_MAX 64

struct relayed_one {
	struct conn conn;		/* the client's side */
	struct script script;
	struct relay relay;
	struct upstream up;
	struct client client;
	struct http_field field[8];
	/* the client's */
	struct buf got;
	msec sent[SENDS_MAX];		/* when something was written to it */
	size_t writes;
	enum relayed then;
	/* of the response: */
	struct http http;
	struct buf body;
	int complete;
};

static ssize_t
client_read(struct conn *c, void *p, size_t n, msec deadline, struct fault *f)
{
	(void)c;
	(void)p;
	(void)n;
	(void)deadline;
	return fault_set(f, F_IO, 0, "not read from");
}

static int
client_write(struct conn *c, struct slice *s, msec deadline, struct fault *f)
{
	struct relayed_one *t = (struct relayed_one *)c;

	(void)deadline;
	(void)f;
	buf_put(&t->got, *s);
	if (t->writes < SENDS_MAX)
		t->sent[t->writes++] = t->script.now;
	*s = slice_sub(*s, s->n, 0);
	return 0;
}

static const struct conn_ops client_ops = { client_read, client_write, NULL,
    NULL };

/* A POST to that API.  The caller adds what else it is about. */
static inline void
relayed_init(struct relayed_one *t, const struct api *api, int stream)
{
	memset(t, 0, sizeof(*t));
	script_init(&t->script);
	t->script.dialect = api->dialect;
	t->script.rnd = 0;
	t->up = (struct upstream){ .name = api->provider,
	    .dialect = api->dialect };
	t->up.job.to.url = (struct url){ .host = SLICE("up"), .port = 80 };
	t->up.job.limit = (struct deadlines){ 10000, 600000, 300000,
	    MSEC_MAX };
	t->up.job.max_answer = (size_t)1 << 20;
	t->relay = (struct relay){ .env = &t->script.env,
	    .net = &t->script.net, .up = &t->up, .nup = 1,
	    .policy = { 600000, 40 }, .commit = 40000 };
	t->conn.ops = &client_ops;
	t->client = (struct client){ .conn = &t->conn, .fd = -1,
	    .method = SLICE("POST"), .minor = 1, .keep = 1,
	    .target = slice_str(stream ? api->stream : api->whole),
	    .field = t->field, .body_given = 1,
	    .body = slice_str(stream ? "{\"stream\":true,\"model\":\"m\"}" :
	    "{\"model\":\"m\"}") };
	t->client.account.first = MSEC_NONE;
	t->field[0] = (struct http_field){ SLICE("Content-Type"),
	    SLICE("application/json") };
	t->client.nfields = 1;
}

static inline void
relayed_field(struct relayed_one *t, const char *name, const char *value)
{
	t->field[t->client.nfields++] = (struct http_field){ slice_str(name),
	    slice_str(value) };
}

/* What the client makes of what it got. */
static inline void
relayed_read(struct relayed_one *t)
{
	struct slice in = buf_slice(&t->got), out;
	enum http_ev ev;

	t->http.no_body = slice_is(t->client.method, "HEAD");
	while ((ev = http_push(&t->http, &in, &out)) > HTTP_MORE &&
	    ev != HTTP_END)
		if (ev == HTTP_BODY)
			buf_put(&t->body, out);
	t->complete = ev == HTTP_END && in.n == 0;
	if (ev == HTTP_MORE && t->then == RELAY_CLOSE)
		t->complete = http_eof(&t->http) == HTTP_END;
}

/* Relays it; visits: of the upstream. */
static inline void
relayed_run(struct relayed_one *t, const struct visit *visits, size_t n)
{
	t->script.visit = visits;
	t->script.n = n;
	t->then = relay(&t->relay, &t->client);
	relayed_read(t);
}

static inline void
relayed_free(struct relayed_one *t)
{
	relay_free(&t->relay);
	buf_free(&t->got);
	buf_free(&t->body);
	http_free(&t->http);
	buf_free(&t->script.output);
}

/* What steps send, joined; framed: as in chunks, or what is in them. */
static inline void
relayed_bytes(const struct dialect *d, const char *steps, int framed,
    struct buf *out)
{
	struct slice rest = slice_str(steps), step;
	struct buf none = { 0 };
	int chunked = 0;

	while (rest.n > 0) {
		step = slice_trim(slice_cut(&rest, ';'));
		if (framed || !slice_starts(step, "head"))
			(void)script_bytes(step, d, &chunked, out);
		if (!framed)
			chunked = 0;
	}
	buf_free(&none);
}

/* How often a text stands in s. */
static inline size_t
count(struct slice s, const char *what)
{
	ptrdiff_t at;
	size_t n = 0;

	while ((at = slice_ifind(s, what)) >= 0) {
		slice_skip(&s, (size_t)at + 1);
		n++;
	}
	return n;
}

#endif
