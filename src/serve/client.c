#include "serve/client.h"

#include <stdarg.h>
#include <stdio.h>

/* How long a client may take to read an answer of bide's own, in ms. */
#define REFUSE_TIME ((msec)10000)

/* Each has its words at the same place below. */
static const short statuses[] = { 200, 201, 202, 204, 206, 301, 302, 304, 307,
    308, 400, 401, 403, 404, 405, 408, 409, 411, 413, 414, 417, 421, 422, 426,
    429, 431, 500, 501, 502, 503, 504, 505, 529 };
static const char phrases[] = "OK\0" "Created\0" "Accepted\0" "No Content\0"
    "Partial Content\0" "Moved Permanently\0" "Found\0" "Not Modified\0"
    "Temporary Redirect\0" "Permanent Redirect\0" "Bad Request\0"
    "Unauthorized\0" "Forbidden\0" "Not Found\0" "Method Not Allowed\0"
    "Request Timeout\0" "Conflict\0" "Length Required\0"
    "Content Too Large\0" "URI Too Long\0" "Expectation Failed\0"
    "Misdirected Request\0" "Unprocessable Content\0" "Upgrade Required\0"
    "Too Many Requests\0" "Request Header Fields Too Large\0"
    "Internal Server Error\0" "Not Implemented\0" "Bad Gateway\0"
    "Service Unavailable\0" "Gateway Timeout\0" "HTTP Version Not Supported\0"
    "Overloaded\0";

const char *
client_phrase(int status)
{
	const char *phrase = phrases;
	size_t i;

	for (i = 0; i < COUNT(statuses); i++) {
		if (statuses[i] == status)
			return phrase;
		phrase += strlen(phrase) + 1;
	}
	return "";
}

struct slice
client_field(const struct client *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->nfields; i++)
		if (slice_iis(c->field[i].name, name))
			return c->field[i].value;
	return (struct slice){ 0 };
}

void
client_error(struct buf *out, int status, const char *kind, struct slice text)
{
	struct json_out w = { .out = out };

	json_open(&w, '{');
	json_member(&w, "type", SLICE("error"));
	json_key(&w, "error");
	json_open(&w, '{');
	json_member(&w, "message", text);
	json_member(&w, "type", slice_str(kind));
	json_key(&w, "param");
	json_null(&w);
	json_member_num(&w, "code", status);
	json_member(&w, "status", slice_str(kind));
	json_close(&w);
	json_close(&w);
}

int
client_refuse(struct client *c, const struct env *env, int status,
    const char *kind, const char *fields, const char *fmt, ...)
{
	char text[512] = "bide: ";
	size_t n = strlen(text);
	struct buf body = { 0 }, out = { 0 };
	struct slice left;
	struct fault f;
	va_list ap;
	int rc;

	va_start(ap, fmt);
	(void)vsnprintf(text + n, sizeof(text) - n, fmt, ap);
	va_end(ap);
	client_error(&body, status, kind, slice_str(text));
	buf_printf(&out, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\n%s%s", status, client_phrase(status),
	    body.n, fields, !c->keep ? "Connection: close\r\n" :
	    c->minor == 0 ? "Connection: keep-alive\r\n" : "");
	buf_put(&out, c->extra);
	buf_puts(&out, "\r\n");
	if (!slice_is(c->method, "HEAD"))
		buf_put(&out, buf_slice(&body));
	left = buf_slice(&out);
	rc = c->conn->ops->write(c->conn, &left, env_mono(env) + REFUSE_TIME,
	    &f);
	c->account.status = status;
	c->account.bytes = body.n;
	buf_free(&body);
	buf_free(&out);
	return rc < 0 ? -1 : 0;
}
