/* Which hosts and origins are served, and what a page is told. */

#include "serve/gate.h"

#include <stdio.h>

#include "tests/t.h"

static const char *const hosts[] = { "bide.example", "[fd00::1]:99" };
static const char *const origins[] = { "https://app.example", "null" };

static struct gate g;
static struct buf extra;

/* Checks a request with these lines on a socket; the status. */
static int
gate(const struct listen *l, int unix_socket, const char *line,
    const char *lines)
{
	struct bound socket = { .local = unix_socket, .port = 8181 };
	struct http_request q = { 0 };
	struct buf b = { 0 };
	struct slice in, out;

	buf_printf(&b, "%s\r\n%s\r\n", line, lines);
	in = buf_slice(&b);
	EQ(http_request_push(&q, &in, &out), HTTP_HEAD, line);
	buf_clear(&extra);
	gate_check(&g, l, &socket, unix_socket ? "" : "192.0.2.7", &q,
	    &extra);
	http_request_free(&q);
	buf_free(&b);
	return g.status;
}

static void
test_hosts(void)
{
	static const struct {
		const char *host;
		int status;
	} cases[] = {
		{ "127.0.0.1:8181", 0 }, { "localhost:8181", 0 },
		{ "LocalHost:8181", 0 }, { "[::1]:8181", 0 },
		{ "[0:0::1]:8181", 0 }, { "192.0.2.7:8181", 0 },
		{ "127.0.0.1", 421 }, { "127.0.0.1:8182", 421 },
		{ "localhost.:8181", 421 }, { "192.0.2.8:8181", 421 },
		{ "evil.example:8181", 421 },
		{ "127.0.0.1.evil.example:8181", 421 },
		{ "bide.example", 0 }, { "BIDE.example:1", 0 },
		{ "x.bide.example", 421 }, { "[fd00::1]:99", 0 },
		{ "[fd00::1]:98", 421 },
	};
	struct listen l = { .hosts = hosts, .nhosts = 2 };
	char lines[100];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)str_printf(lines, sizeof(lines), "Host: %s\r\n",
		    cases[i].host);
		EQ(gate(&l, 0, "GET / HTTP/1.1", lines), cases[i].status,
		    cases[i].host);
		EQ(gate(&l, 1, "GET / HTTP/1.1", lines), 0,
		    "any host on a Unix socket");
	}
	EQ(gate(&l, 0, "GET / HTTP/1.0", ""), 0, "no Host in HTTP/1.0");
	EQ(gate(&l, 0, "GET http://127.0.0.1:8181/ HTTP/1.1",
	    "Host: evil.example\r\n"), 0, "the target counts");
	EQ(gate(&l, 0, "CONNECT a:443 HTTP/1.1", "Host: a:443\r\n"), 0,
	    "CONNECT is not for this gate");
	EQ(gate(&l, 0, "GET http://evil.example/ HTTP/1.1",
	    "Host: 127.0.0.1:8181\r\n"), 421, "whatever it says");
}

#define ORIGIN(o) "Host: 127.0.0.1:8181\r\nOrigin: " o "\r\n"

static void
test_origins(void)
{
	struct listen l = { .origins = origins, .norigins = 2 };
	static const char *const any[] = { "*" };
	const char *line = "POST /v1/messages HTTP/1.1";

	EQ(gate(&l, 0, line, ORIGIN("http://127.0.0.1:8181")), 0, "its own");
	EQ(extra.n, 0, "needs no permission");
	EQ(gate(&l, 0, line, ORIGIN("http://127.0.0.1")), 403, "other port");
	EQ(gate(&l, 0, line, ORIGIN("https://127.0.0.1:8181")), 403,
	    "other scheme");
	EQ(gate(&l, 0, line, ORIGIN("https://evil.example")), 403, "foreign");
	EQ(gate(&l, 1, line, ORIGIN("https://evil.example")), 403,
	    "foreign on a Unix socket");
	EQ(gate(&l, 0, line, ORIGIN("https://app.example.evil")), 403,
	    "a longer name");
	EQ(gate(&l, 0, line, ORIGIN("")), 403, "empty");
	EQ(gate(&l, 0, line, ORIGIN("https://app.example")), 0, "allowed");
	EQS(buf_slice(&extra), "Access-Control-Allow-Origin: "
	    "https://app.example\r\nVary: Origin\r\n"
	    "Access-Control-Expose-Headers: *\r\n", "and told so");
	EQ(gate(&l, 0, line, ORIGIN("null")), 0, "as is null");
	l.origins = any;
	l.norigins = 1;
	EQ(gate(&l, 0, line, ORIGIN("https://evil.example")), 0, "*");
	OK(slice_ifind(buf_slice(&extra), "origin: https://evil.example\r\n")
	    > 0, "names the origin");
}

static void
test_preflight(void)
{
	struct listen l = { .origins = origins, .norigins = 1 };

	EQ(gate(&l, 0, "OPTIONS /v1/messages HTTP/1.1",
	    ORIGIN("https://app.example")
	    "Access-Control-Request-Method: POST\r\n"
	    "Access-Control-Request-Headers: x-api-key,a\r\n"
	    "Access-Control-Request-Private-Network: true\r\n"), 0,
	    "preflight");
	EQ(g.preflight, 1, "is answered here");
	EQS(buf_slice(&extra), "Access-Control-Allow-Origin: "
	    "https://app.example\r\nVary: Origin\r\n"
	    "Access-Control-Allow-Methods: POST\r\n"
	    "Access-Control-Allow-Headers: x-api-key,a\r\n"
	    "Access-Control-Allow-Private-Network: true\r\n"
	    "Access-Control-Max-Age: 7200\r\n", "as asked");
	EQ(gate(&l, 0, "OPTIONS /v1/messages HTTP/1.1",
	    ORIGIN("https://app.example")), 0, "plain OPTIONS");
	EQ(g.preflight, 0, "is none");
	EQ(gate(&l, 0, "OPTIONS /v1/messages HTTP/1.1",
	    ORIGIN("https://evil.example")
	    "Access-Control-Request-Method: POST\r\n"), 403, "foreign");
}

int
main(void)
{
	test_hosts();
	test_origins();
	test_preflight();
	buf_free(&extra);
	return DONE();
}
