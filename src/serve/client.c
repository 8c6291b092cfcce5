#include "serve/client.h"

#include <stdarg.h>
#include <stdio.h>

/* How long a client may take to read an answer of bide's own, in ms. */
#define REFUSE_TIME ((msec)10000)

static const struct {
	int status;
	const char *phrase;
} phrases[] = {
	{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" },
	{ 204, "No Content" }, { 206, "Partial Content" },
	{ 301, "Moved Permanently" }, { 302, "Found" }, { 304, "Not Modified" },
	{ 307, "Temporary Redirect" }, { 308, "Permanent Redirect" },
	{ 400, "Bad Request" }, { 401, "Unauthorized" }, { 403, "Forbidden" },
	{ 404, "Not Found" }, { 405, "Method Not Allowed" },
	{ 408, "Request Timeout" }, { 409, "Conflict" },
	{ 411, "Length Required" }, { 413, "Content Too Large" },
	{ 414, "URI Too Long" }, { 417, "Expectation Failed" },
	{ 421, "Misdirected Request" }, { 422, "Unprocessable Content" },
	{ 426, "Upgrade Required" }, { 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" }, { 501, "Not Implemented" },
	{ 502, "Bad Gateway" }, { 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" }, { 505, "HTTP Version Not Supported" },
	{ 529, "Overloaded" },
};

const char *
client_phrase(int status)
{
	size_t i;

	for (i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "";
}

struct slice
client_field(const struct client *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->nfields; i++)
		if (slice_ieq(c->field[i].name, slice_str(name)))
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
