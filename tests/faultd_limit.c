/*
 * Buckets of tokens and of requests, which all connections share, kept as
 * OpenAI keeps them: what the answer may be at most counts beforehand.
 */

#define _GNU_SOURCE

#include <stdio.h>
#include <time.h>

#include "tests/faultd.h"
#include "wire/json.h"

#define LUMP 500.0	/* what others take at a time */

/* A bucket: when it will be full again, in us. */
struct bucket {
	const char *unit, *label;
	double limit, window, full;
};

static double
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static double
left(const struct bucket *b, double now)
{
	double gone = b->full > now ? b->full - now : 0;

	return b->limit - gone * b->limit / b->window;
}

static void
take(struct bucket *b, double now, double cost)
{
	b->full = (b->full > now ? b->full : now) + cost * b->window / b->limit;
}

static void
put_span(struct buf *out, double ms)
{
	char text[32];

	snprintf(text, sizeof(text), ms < 1000 ? "%.0fms" : "%.3fs",
	    ms < 1000 ? ms : ms / 1000);
	buf_puts(out, text);
}

static void
put_fields(struct buf *out, const struct bucket *b, double now)
{
	double rest = left(b, now);

	if (b->limit == 0)
		return;
	buf_printf(out, "x-ratelimit-limit-%s: %lld\r\n"
	    "x-ratelimit-remaining-%s: %lld\r\nx-ratelimit-reset-%s: ",
	    b->unit, (long long)b->limit, b->unit,
	    (long long)(rest > 0 ? rest : 0), b->unit);
	put_span(out, (b->limit - rest) * b->window / b->limit / 1e3);
	buf_puts(out, "\r\n");
}

/* What the request counts for, as its text and its own limit say. */
static double
cost_of(const struct peer *p)
{
	struct json_want want[] = { { .key = "max_tokens" },
	    { .key = "max_completion_tokens" },
	    { .key = "max_output_tokens" } };
	double cost = (double)p->body.n / 4;
	size_t i;

	if (json_pick(buf_slice(&p->body), want, 3) == 0)
		for (i = 0; i < 3; i++)
			if (want[i].type == JSON_NUMBER)
				cost += (double)json_int(want[i].tok, 0);
	return (double)(long long)cost;
}

/* The text of a refusal, when it does not fit; the ms that it is to wait. */
static double
refusal(const struct bucket *b, double cost, double now, struct buf *text)
{
	double over = cost - left(b, now), wait;

	if (b->limit == 0 || over <= 0)
		return 0;
	wait = (double)(long long)(over * b->window / b->limit / 1e3 + 1);
	buf_printf(text, "Rate limit reached for faultd-1 in organization "
	    "org-1 on %s: Limit %lld, Used %lld, Requested %lld. Please try "
	    "again in ", b->label, (long long)b->limit,
	    (long long)(b->limit - left(b, now) + 0.5), (long long)cost);
	put_span(text, wait);
	buf_puts(text, ". Visit https://platform.openai.com/account/"
	    "rate-limits to learn more.");
	return wait;
}

static enum go
refuse(struct peer *p, struct slice fields, struct slice text, double wait)
{
	struct buf body = {0}, out = {0};
	struct json_out w = { .out = &body };
	enum go go;

	json_open(&w, '{');
	json_key(&w, "error");
	answer_put_error(&w, SLICE("rate_limit_exceeded"), text);
	json_close(&w);
	buf_printf(&out, "HTTP/1.1 429 Too Many Requests\r\n"
	    "content-type: application/json\r\ncontent-length: %zu\r\n"
	    "retry-after: %lld\r\n", body.n, (long long)(wait / 1000) + 1);
	buf_put(&out, fields);
	buf_puts(&out, "\r\n");
	buf_put(&out, buf_slice(&body));
	go = peer_send(p, buf_slice(&out));
	buf_free(&out);
	buf_free(&body);
	p->keep = 1;
	return go;
}

/* Who asks for no stream gets none. */
static enum go
accept_whole(struct peer *p, struct slice fields)
{
	static const char body[] = "{\"choices\":[{\"index\":0,\"message\":"
	    "{\"role\":\"assistant\",\"content\":\"hi\"},"
	    "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":12,"
	    "\"completion_tokens\":34}}";
	struct buf out = {0};
	enum go go;

	buf_printf(&out, "HTTP/1.1 200 OK\r\n"
	    "content-type: application/json\r\ncontent-length: %zu\r\n",
	    sizeof(body) - 1);
	buf_put(&out, fields);
	buf_printf(&out, "\r\n%s", body);
	go = peer_send(p, buf_slice(&out));
	buf_free(&out);
	p->keep = 1;
	return go;
}

static enum go
accept_it(struct peer *p, struct slice fields, const struct verb *v)
{
	struct json_want stream = { .key = "stream" };
	struct verb empty = { .nargs = 0 };
	struct buf out = {0};
	enum go go;

	if (json_pick(buf_slice(&p->body), &stream, 1) < 0 ||
	    stream.type != JSON_TRUE)
		return accept_whole(p, fields);
	p->chunked = 1;
	buf_puts(&out, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
	    "transfer-encoding: chunked\r\n");
	buf_put(&out, fields);
	buf_puts(&out, "\r\n");
	go = peer_send(p, buf_slice(&out));
	buf_free(&out);
	if (go == GO_ON)
		go = verb_start(p, v);
	if (go == GO_ON)
		go = verb_text(p, &(struct verb){ .arg = { v->arg[1] },
		    .nargs = 1 });
	if (go == GO_ON)
		go = verb_done(p, &empty);
	return go == GO_ON ? verb_end(p, &empty) : go;
}

/* One after another, however many connections there are. */
static void
lock(struct shared *s)
{
	struct timespec ts = { 0, 20000 };
	int open = 0;

	while (!atomic_compare_exchange_weak(&s->locked, &open, 1)) {
		open = 0;
		nanosleep(&ts, NULL);
	}
}

enum go
verb_limited(struct peer *p, const struct verb *v)
{
	struct shared *s = p->d->shared;
	double window = (double)verb_num(v, 4) * 1e3, cost = cost_of(p);
	double share = v->nargs > 6 ? (double)verb_num(v, 6) / 100 : 0;
	double now, wait;
	struct bucket tokens = { "tokens", "tokens per min (TPM)",
	    (double)verb_num(v, 2), window, 0 };
	struct bucket calls = { "requests", "requests per min (RPM)",
	    (double)verb_num(v, 3), window, 0 };
	struct buf fields = {0}, text = {0};
	enum go go;

	lock(s);
	now = now_us();
	if (s->begun == 0) {
		s->begun = s->eaten = now;
		s->full[0] = now + window - (double)verb_num(v, 5) * window /
		    tokens.limit;
	}
	tokens.full = s->full[0];
	calls.full = s->full[1];
	for (; share > 0 && s->eaten < now; s->eaten += LUMP * window /
	    tokens.limit / share)
		take(&tokens, s->eaten, LUMP);
	wait = refusal(&calls, 1, now, &text);
	if (text.n == 0)
		wait = refusal(&tokens, cost, now, &text);
	if (text.n == 0) {
		take(&tokens, now, cost);
		if (calls.limit > 0)
			take(&calls, now, 1);
	}
	s->full[0] = tokens.full;
	s->full[1] = calls.full;
	put_fields(&fields, &tokens, now);
	put_fields(&fields, &calls, now);
	peer_note(p, "cost", (long long)cost, "refused", text.n > 0);
	atomic_store(&s->locked, 0);
	go = text.n > 0 ? refuse(p, buf_slice(&fields), buf_slice(&text),
	    wait) : accept_it(p, buf_slice(&fields), v);
	buf_free(&fields);
	buf_free(&text);
	return go;
}
