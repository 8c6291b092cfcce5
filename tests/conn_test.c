#define _GNU_SOURCE	/* for netenv.h */

/* conn.c: CONNECT through proxies run in forked children.  In place of TLS
 * there is a conn that forwards everything. */

#include "net/conn.h"

#include "net/tls.h"
#include "tests/netenv.h"
#include "tests/t.h"
#include "wire/url.h"

static struct env env;
static struct fault f;
static struct dial_times times;
static int tls_calls;
static char tls_host[64];

struct conn *
tls_open(const struct env *e, struct conn *below, struct slice host,
    const struct trust *trust, msec deadline, struct fault *fault)
{
	(void)e;
	(void)trust;
	(void)deadline;
	(void)fault;
	tls_calls++;
	slice_copy(host, tls_host, sizeof(tls_host));
	return below;
}

/* A proxy for one connection: reads a head, copies it to told, sends reply
 * (NULL: sends nothing and stays), then echoes what it reads in capitals. */
struct proxy {
	pid_t pid;
	int port, told;
};

static void
proxy_life(int fd, int told, const char *reply)
{
	char space[4096];
	size_t have = 0;
	ssize_t n = 1;

	fd = accept(fd, NULL, NULL);
	while (n > 0 && (have < 4 || memcmp(space + have - 4, "\r\n\r\n",
	    4) != 0)) {
		n = read(fd, space + have, 1);
		have += n > 0;
	}
	n = write(told, space, have);
	close(told);
	if (reply == NULL)
		for (;;)
			pause();
	n = write(fd, reply, strlen(reply));
	while (n > 0 && (n = read(fd, space, 1)) > 0) {
		space[0] = (char)(space[0] - 'a' + 'A');
		n = write(fd, space, 1);
	}
	_exit(0);
}

static struct proxy
proxy_start(const char *reply)
{
	struct proxy p = { .port = 0 };
	int fd = listener("127.0.0.1", &p.port, 5), told[2];

	if (pipe(told) < 0 || (p.pid = fork()) < 0)
		abort();
	if (p.pid == 0)
		proxy_life(fd, told[1], reply);
	close(fd);
	close(told[1]);
	p.told = told[0];
	return p;
}

static void
proxy_end(struct proxy *p)
{
	close(p->told);
	end_child(p->pid);
}

/* Everything in it is a literal or outlives the dial. */
static struct conn *
dial(const char *to, const char *proxy, int port, msec wait)
{
	static char text[128];
	struct endpoint end = { 0 };
	struct url via;

	snprintf(text, sizeof(text), proxy == NULL ? "%s" : "%s:%d",
	    proxy == NULL ? "http://unused" : proxy, port);
	if (url_parse(slice_str(to), &end.url) != NULL ||
	    url_parse(slice_str(text), &via) != NULL)
		abort();
	end.proxy = proxy == NULL ? NULL : &via;
	tls_calls = 0;
	memset(&f, 0, sizeof(f));
	return conn_dial(&env, &end, env_mono(&env) + wait, &times, &f);
}

static void
t_auth(void)
{
	static const struct {
		const char *url, *want;
	} cases[] = {
		{ "http://proxy:3128", "" },
		{ "http://@proxy:3128", "" },
		{ "http://Aladdin:open%20sesame@proxy",
		    "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" },	/* RFC 7617 */
		{ "http://u:p%40%3a@proxy", "Basic dTpwQDo=" },
		{ "http://user@proxy", "Basic dXNlcjo=" },
		{ "http://u:50%@proxy", "Basic dTo1MCU=" },
	};
	struct buf out = { 0 };
	struct url u;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&out);
		OK(url_parse(slice_str(cases[i].url), &u) == NULL, "URL");
		conn_proxy_auth(&u, &out);
		EQS(buf_slice(&out), cases[i].want, cases[i].url);
	}
	buf_wipe(&out);
}

static void
t_connect(void)
{
	static const struct {
		const char *name, *to, *user, *reply, *head;
	} cases[] = {
		{ "plain", "https://api.test/v1", "http://127.0.0.1",
		    "HTTP/1.1 200 Connection established\r\n\r\n",
		    "CONNECT api.test:443 HTTP/1.1\r\n"
		    "Host: api.test:443\r\n\r\n" },
		{ "with a password, answer with a length",
		    "https://api.test:8443", "http://me:pw@127.0.0.1",
		    "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n",
		    "CONNECT api.test:8443 HTTP/1.1\r\n"
		    "Host: api.test:8443\r\n"
		    "Proxy-Authorization: Basic bWU6cHc=\r\n\r\n" },
		{ "IPv6, interim answer", "https://[::1]/v1",
		    "http://127.0.0.1",
		    "HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 204 Go\r\n\r\n",
		    "CONNECT [::1]:443 HTTP/1.1\r\n"
		    "Host: [::1]:443\r\n\r\n" },
	};
	char head[512], got[4];
	struct slice s;
	struct proxy p;
	struct conn *c;
	ssize_t n;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		p = proxy_start(cases[i].reply);
		c = dial(cases[i].to, cases[i].user, p.port, 2000);
		n = read(p.told, head, sizeof(head));
		EQS(((struct slice){ head, n < 0 ? 0 : (size_t)n }),
		    cases[i].head, cases[i].name);
		OK(c != NULL, f.text);
		EQ(tls_calls, 1, "then TLS");
		OK(times.connect >= 0 && times.tls >= 0, "times are told");
		if (c == NULL)
			continue;
		s = SLICE("x");
		EQ(c->ops->write(c, &s, MSEC_MAX, &f), 0, "through it");
		EQ(c->ops->read(c, got, 4, env_mono(&env) + 2000, &f), 1,
		    "and back");
		EQ(got[0], 'X', "from behind the proxy's answer");
		c->ops->close(c);
		proxy_end(&p);
	}
}

static void
t_refusals(void)
{
	static const struct {
		const char *reply, *user, *text;
		enum fclass class;
		int retry, status;
	} cases[] = {
		{ "HTTP/1.1 407 No\r\n\r\n", "http://127.0.0.1",
		    "USER:PASSWORD", F_PERMISSION, 0, 407 },
		{ "HTTP/1.1 407 No\r\nContent-Length: 9\r\n\r\n<html>",
		    "http://me:pw@127.0.0.1", "in HTTPS_PROXY",
		    F_PERMISSION, 0, 407 },
		{ "HTTP/1.1 403 No\r\n\r\n", "http://127.0.0.1",
		    "api.test:443", F_PERMISSION, 0, 403 },
		{ "HTTP/1.1 405 No\r\n\r\n", "http://127.0.0.1",
		    "does not allow", F_PERMISSION, 0, 405 },
		{ "HTTP/1.1 404 No\r\n\r\n", "http://127.0.0.1",
		    "status 404", F_CONNECT, 0, 404 },
		{ "HTTP/1.0 501 No\r\n\r\n", "http://127.0.0.1",
		    "status 501", F_CONNECT, 0, 501 },
		{ "HTTP/1.1 302 Log in\r\n\r\n", "http://127.0.0.1",
		    "status 302", F_CONNECT, 0, 302 },
		{ "HTTP/1.1 502 No\r\n\r\n", "http://127.0.0.1",
		    "api.test:443 (502)", F_CONNECT, 1, 502 },
		{ "HTTP/1.1 503 No\r\n\r\n", "http://127.0.0.1",
		    "(503)", F_CONNECT, 1, 503 },
		{ "HTTP/1.1 504 No\r\n\r\n", "http://127.0.0.1",
		    "(504)", F_CONNECT, 1, 504 },
		{ "SSH-2.0-OpenSSH_9.2\r\n\r\n", "http://127.0.0.1",
		    "does not speak HTTP", F_PROTO, 0, 0 },
		{ "HTTP/1.1 200 OK\r\n\r\nextra", "http://127.0.0.1",
		    "more than its answer", F_PROTO, 0, 0 },
	};
	struct proxy p;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		p = proxy_start(cases[i].reply);
		OK(dial("https://api.test/", cases[i].user, p.port, 2000) ==
		    NULL, cases[i].reply);
		EQ(f.class, cases[i].class, "class");
		EQ(f.retry, cases[i].retry, "retry");
		EQ(f.status, cases[i].status, "status");
		OK(strstr(f.text, cases[i].text) != NULL, f.text);
		OK(slice_starts(slice_str(f.text), "proxy 127.0.0.1:"),
		    "names the proxy");
		OK(strstr(f.text, "me:pw") == NULL, "tells no password");
		EQ(tls_calls, 0, "no TLS");
		proxy_end(&p);
	}
}

static void
t_no_answer(void)
{
	struct proxy p = proxy_start("");
	msec start = env_mono(&env);

	OK(dial("https://api.test/", "http://127.0.0.1", p.port, 2000) ==
	    NULL, "proxy closes");
	EQ(f.class, F_CONNECT, "closes: class");
	EQ(f.retry, 1, "closes: can be tried again");
	proxy_end(&p);
	p = proxy_start(NULL);
	start = begin(&env);
	OK(dial("https://api.test/", "http://127.0.0.1", p.port, 60) == NULL,
	    "silent proxy");
	EQ(f.class, F_TIMEOUT, "silent: class");
	OK(about(env_mono(&env) - start, 60), "silent: at the deadline");
	OK(slice_starts(slice_str(f.text), "proxy 127.0.0.1:"), f.text);
	proxy_end(&p);
	p = proxy_start(NULL);
	start = begin(&env);
	cancel_in(20);
	OK(dial("https://api.test/", "http://127.0.0.1", p.port, 5000) ==
	    NULL, "cancelled in CONNECT");
	EQ(f.class, F_CANCEL, "cancelled: class");
	OK(about(env_mono(&env) - start, 19), "cancelled: when");
	cancel_undo();
	proxy_end(&p);
	start = env_mono(&env);
	OK(dial("https://api.test/", "http://127.0.0.1", p.port, 5000) ==
	    NULL, "no proxy there");
	EQ(f.class, F_CONNECT, "no proxy there: class");
	OK(slice_starts(slice_str(f.text), "proxy 127.0.0.1:"), f.text);
}

/* http needs no CONNECT: its requests go out in absolute form. */
static void
t_plain(void)
{
	char to[64];
	int port = 0, fd = listener("127.0.0.1", &port, 5);
	struct conn *c;

	snprintf(to, sizeof(to), "http://127.0.0.1:%d/v1", port);
	c = dial(to, NULL, 0, 1000);
	OK(c != NULL, "http");
	EQ(tls_calls, 0, "http: no TLS");
	OK(times.dns == MSEC_NONE && times.connect >= 0 &&
	    times.tls == MSEC_NONE, "http: times");
	if (c != NULL)
		c->ops->close(c);
	c = dial("http://api.test", "http://127.0.0.1", port, 1000);
	OK(c != NULL, "http by a proxy: nothing is asked");
	if (c != NULL)
		c->ops->close(c);
	c = dial("http://api.test", "https://127.0.0.1", port, 1000);
	EQ(tls_calls, 1, "an https proxy is spoken to in TLS");
	EQS(slice_str(tls_host), "127.0.0.1", "by its own name");
	if (c != NULL)
		c->ops->close(c);
	snprintf(to, sizeof(to), "https://127.0.0.1:%d/v1", port);
	c = dial(to, NULL, 0, 1000);
	EQ(tls_calls, 1, "https");
	OK(c != NULL && times.tls >= 0, "https: times");
	if (c != NULL)
		c->ops->close(c);
	OK(net_real.dial == conn_dial, "the real net");
	close(fd);
}

/* A kept connection is used again only when nothing came and nobody left. */
static void
t_quiet(void)
{
	struct endpoint to = { 0 };
	struct conn *c;
	int peer, port = 0, fd = listener("127.0.0.1", &port, 5);
	char byte;

	begin(&env);
	to.url.host = SLICE("127.0.0.1");
	to.url.port = port;
	c = conn_dial(&env, &to, env_mono(&env) + 1000, &times, &f);
	peer = accept(fd, NULL, NULL);
	close(fd);
	OK(c->ops->quiet(c), "quiet: nothing came");
	EQ(write(peer, "x", 1), 1, "quiet: the peer says more");
	OK(!c->ops->quiet(c), "quiet: no longer");
	EQ(c->ops->read(c, &byte, 1, env_mono(&env) + 1000, &f), 1,
	    "quiet: it is still there");
	OK(c->ops->quiet(c), "quiet: again");
	close(peer);
	OK(!c->ops->quiet(c), "quiet: the peer has closed");
	c->ops->close(c);
}

int
main(void)
{
	env = env_new();
	t_auth();
	t_connect();
	t_refusals();
	t_no_answer();
	t_plain();
	t_quiet();
	return DONE();
}
