#include "serve/reply.h"

/* How long a client may take to read what is written to it, in ms. */
#define WRITE_TIME ((msec)300000)

int
reply_send(struct reply *p)
{
	struct buf *out = &p->relay->out;
	struct conn *c = p->client->conn;
	struct slice left = buf_slice(out);
	struct fault f;

	if (p->gone)
		return -1;
	if (left.n == 0)
		return 0;
	p->sign = env_mono(p->relay->env);
	if (c->ops->write(c, &left, p->sign + WRITE_TIME, &f) != 0)
		p->gone = 1;
	buf_clear(out);
	return p->gone ? -1 : 0;
}

void
reply_put(struct reply *p, struct slice s)
{
	struct buf *out = &p->relay->out;
	char size[2 * sizeof(s.n)], *digit = size + sizeof(size);
	size_t n = s.n;

	if (s.n == 0 || p->framing == FRAME_NONE)
		return;
	if (p->framing == FRAME_CHUNKS) {	/* printf() is slow */
		do
			*--digit = "0123456789abcdef"[n % 16];
		while ((n /= 16) > 0);
		buf_put(out, (struct slice){ digit, (size_t)(size +
		    sizeof(size) - digit) });
		buf_puts(out, "\r\n");
	}
	buf_put(out, s);
	if (p->framing == FRAME_CHUNKS)
		buf_puts(out, "\r\n");
	p->client->account.bytes += s.n;
}

/* How the content of the response ends.  all: it is all at hand. */
static enum framing
choose_framing(const struct reply *p, int all)
{
	if (slice_is(p->client->method, "HEAD") || p->status == 204 ||
	    p->status == 304)
		return FRAME_NONE;
	if (!p->stream && (all || p->length >= 0))
		return FRAME_LENGTH;
	return p->client->minor == 0 ? FRAME_CLOSE : FRAME_CHUNKS;
}

static void
put_number(struct buf *out, const char *name, int64_t n)
{
	buf_puts(out, name);
	buf_put_num(out, n);
	buf_puts(out, "\r\n");
}

void
reply_head(struct reply *p, int all, struct slice more)
{
	struct buf *out = &p->relay->out;
	struct client *c = p->client;

	p->framing = choose_framing(p, all);
	if (p->framing == FRAME_CLOSE)
		c->keep = 0;
	buf_puts(out, "HTTP/1.1 ");
	buf_put_num(out, p->status);
	buf_putc(out, ' ');
	buf_puts(out, client_phrase(p->status));
	buf_puts(out, "\r\n");
	buf_put(out, buf_slice(&p->fields));
	if (p->framing == FRAME_CHUNKS)
		buf_puts(out, "Transfer-Encoding: chunked\r\n");
	else if (p->framing == FRAME_LENGTH && all)
		put_number(out, "Content-Length: ", (int64_t)p->held.n);
	else if (p->length >= 0 && p->status != 204)
		put_number(out, "Content-Length: ", p->length);
	if (!c->keep)
		buf_puts(out, "Connection: close\r\n");
	else if (c->minor == 0)
		buf_puts(out, "Connection: keep-alive\r\n");
	put_number(out, "x-bide-attempts: ", p->attempt);
	put_number(out, "x-bide-waited-ms: ", c->account.waited);
	if (p->coded)
		buf_puts(out, "x-bide-passed: compressed\r\n");
	buf_put(out, more);
	buf_put(out, c->extra);
	buf_puts(out, "\r\n");
	p->begun = 1;
	p->signs = p->stream;
	c->account.status = p->status;
}
