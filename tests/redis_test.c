#define _GNU_SOURCE

/*
 * A Redis server that does not do what it is asked: a child process answers
 * the commands of limit/server.c from a script.
 */

#include "limit/server.h"
#include "tests/netenv.h"
#include "tests/t.h"

#include <sys/un.h>

static char dir[] = "/tmp/bide-redis-XXXXXX", path[48], url[64];
static struct env env;
static int told;
static char why[512];

static void
middling(void *ctx, void *p, size_t n)
{
	(void)ctx;
	memset(p, 0x55, n);
}

static void
tell(const char *text, void *ctx)
{
	(void)ctx;
	told++;
	(void)snprintf(why, sizeof(why), "%s", text);
}

/* Reads a command and logs its first word; 0 at the end. */
static int
command(FILE *from, int log)
{
	char line[65536], word[32] = "";
	int n, size, i;

	if (fgets(line, sizeof(line), from) == NULL ||
	    sscanf(line, "*%d", &n) != 1)
		return 0;
	for (i = 0; i < n; i++) {
		if (fgets(line, sizeof(line), from) == NULL ||
		    sscanf(line, "$%d", &size) != 1 ||
		    fread(line, 1, (size_t)size + 2, from) != (size_t)size + 2)
			return 0;
		line[size] = '\0';
		if (i == 0)
			(void)snprintf(word, sizeof(word), "%.20s ", line);
	}
	return write(log, word, strlen(word)) > 0;
}

/* Answers one command after the other.  A reply "" is none for a second; after
 * one that ends without CRLF the connection is closed. */
static void
answer(int fd, int log, const char *const *reply)
{
	FILE *from = NULL;
	size_t n;
	int c;

	for (; *reply != NULL; reply++) {
		if (from == NULL && ((c = accept(fd, NULL, NULL)) < 0 ||
		    (from = fdopen(c, "r+")) == NULL))
			_exit(1);
		if (!command(from, log)) {
			fclose(from);
			from = NULL;
			reply--;
			continue;
		}
		n = strlen(*reply);
		if (n == 0)
			sleep(1);
		(void)!write(fileno(from), *reply, n);
		if (n > 0 && (*reply)[n - 1] != '\n') {
			fclose(from);
			from = NULL;
		}
	}
	_exit(0);
}

struct peer {
	pid_t pid;
	int log;
};

static struct peer
peer_open(const char *const *reply)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), log[2];
	struct peer p;

	(void)unlink(path);
	memcpy(to.sun_path, path, sizeof(path));
	if (pipe(log) < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    listen(fd, 4) < 0)
		exit(1);
	p.log = log[0];
	p.pid = fork();
	if (p.pid == 0)
		answer(fd, log[1], reply);
	close(fd);
	close(log[1]);
	return p;
}

/* What it was asked. */
static void
peer_close(struct peer *p, const char *want, const char *name)
{
	char log[256];
	size_t n = 0;
	ssize_t got;

	(void)kill(p->pid, SIGTERM);
	(void)waitpid(p->pid, NULL, 0);
	while (n < sizeof(log) && (got = read(p->log, log + n,
	    sizeof(log) - n)) > 0)
		n += (size_t)got;
	close(p->log);
	EQS(((struct slice){ log, n }), want, name);
}

static int
run(struct server *s, struct server_reply *r)
{
	static const struct slice arg[] = { { "step", 4 }, { "id", 2 } };

	return server_run(s, "0123456789abcdef0123456789abcdef", arg, 2, r);
}

static void
nap(msec ms)
{
	struct timespec ts = { ms / 1000, (long)(ms % 1000 * 1000000) };

	nanosleep(&ts, NULL);
}

/* What makes it away, what is said then, and what was asked. */
static const struct {
	const char *name, *reply[4], *why, *asked;
} cases[] = {
	{ "loading", { "-LOADING Redis is loading\r\n" }, "LOADING",
	    "EVALSHA " },
	{ "a replica", { "-READONLY You can't write against a read only "
	    "replica.\r\n" }, "READONLY", "EVALSHA " },
	{ "within a script, as Redis 6 has it", { "-ERR Error running script "
	    "(call to f_x): @user_script:1: -OOM command not allowed\r\n" },
	    "OOM", "EVALSHA " },
	{ "moved", { "-MOVED 3999 127.0.0.1:6381\r\n" }, "MOVED",
	    "EVALSHA " },
	{ "no script, and no memory for it", { "-NOSCRIPT No matching\r\n",
	    "-OOM command not allowed\r\n" }, "OOM", "EVALSHA EVAL " },
	{ "too slow thrice", { "", ":1\r\n" }, "in time", "EVALSHA " },
	{ "cut short", { "*2\r\n:0\r\n:1" }, "closed", "EVALSHA " },
	{ "cut in a string", { "$10\r\nabc" }, "closed", "EVALSHA " },
	{ "garbage", { "HTTP/1.1 400 Bad Request\r\n\r\n" },
	    "not a Redis server", "EVALSHA " },
	{ "RESP3", { "%1\r\n+a\r\n:1\r\n" }, "not a Redis server",
	    "EVALSHA " },
};

/* It is away, which is said once; no step is repeated. */
static void
test_away(size_t i, const struct server_at *at)
{
	struct peer p = peer_open(cases[i].reply);
	struct server *s = server_open(&env, at, tell, NULL);
	struct server_reply r = { 0 };

	told = 0;
	if (strstr(cases[i].name, "thrice") != NULL) {
		EQ(run(s, &r), 1, "the first is only slow");
		EQ(run(s, &r), 1, "as is the second");
		EQ(told, 0, "not told");
	}
	EQ(run(s, &r), -1, cases[i].name);
	EQ(told, 1, "told");
	OK(strstr(why, cases[i].why) != NULL, why);
	EQ(run(s, &r), -1, "nor is it asked again at once");
	EQ(told, 1, "or told");
	peer_close(&p, cases[i].asked, "what it was asked");
	buf_free(&r.text);
	server_close(s);
}

static void
test_back(const struct server_at *at)
{
	static const char *const reply[] = { "-NOSCRIPT No matching\r\n",
	    "*3\r\n$2\r\nab\r\n:5\r\n:-1\r\n", ":7\r\n", "-LOADING x\r\n",
	    ":8\r\n", NULL };
	struct peer p = peer_open(reply);
	struct server *s = server_open(&env, at, tell, NULL);
	struct server_reply r = { 0 };
	msec start;

	told = 0;
	EQ(run(s, &r), 0, "the script is sent where it is not known");
	EQ(r.n, 2, "numbers");
	EQ(r.number[1], -1, "the second");
	EQS(buf_slice(&r.text), "ab", "and a string");
	EQ(run(s, &r), 0, "then its digest will do");
	EQ(r.number[0], 7, "a number");
	EQ(run(s, &r), -1, "it is away");
	start = clock_real(NULL);
	while (run(s, &r) < 0 && clock_real(NULL) - start < 5000)
		nap(10);
	start = clock_real(NULL) - start;
	OK(start >= 480 && start < 1500, "tried again after 0.5 to 1 s");
	EQ(r.number[0], 8, "it is back");
	EQ(told, 1, "told once");
	peer_close(&p, "EVALSHA EVAL EVALSHA EVALSHA EVALSHA ", "asked");
	buf_free(&r.text);
	server_close(s);
}

/* A child has a connection of its own, and the parent's stays. */
static void
test_fork(const struct server_at *at)
{
	static const char *const reply[] = { ":1\r\n", ":2\r\n", NULL };
	struct peer p = peer_open(reply);
	struct server *s = server_open(&env, at, tell, NULL);
	struct server_reply r = { 0 };
	int status = 0;
	pid_t pid;

	EQ(run(s, &r), 0, "the parent's");
	pid = fork();
	if (pid == 0) {
		/* the peer serves one connection at a time: this is another;
		 * killed, because the parent's is lost here, not closed, and
		 * valgrind would tell */
		if (run(s, &r) == 1)
			(void)kill(getpid(), SIGKILL);
		_exit(1);
	}
	(void)waitpid(pid, &status, 0);
	OK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	    "the child's waits to be accepted");
	peer_close(&p, "EVALSHA ", "the parent's carries nothing of it");
	server_close(s);
	buf_free(&r.text);
}

static void
test_check(const struct server_at *at)
{
	static const struct {
		const char *reply[2];
		int rc;
		enum fclass class;
	} checks[] = {
		{ { ":1\r\n" }, 0, F_NONE },
		{ { "-NOAUTH Authentication required.\r\n" }, 1, F_AUTH },
		{ { "-ERR Protocol error: unauthenticated multibulk length"
		    "\r\n" }, 1, F_AUTH },
		{ { "-NOPERM this user has no permissions\r\n" }, 1,
		    F_PERMISSION },
		{ { "-ERR unknown command `EVALSHA`\r\n" }, 1, F_PERMISSION },
		{ { "220 mail.example ESMTP\r\n" }, 1, F_PROTO },
		{ { "-LOADING x\r\n" }, -1, F_NONE },
		{ { "-ERR max number of clients reached\r\n" }, -1, F_NONE },
	};
	struct server *s;
	struct fault f;
	struct peer p;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		p = peer_open(checks[i].reply);
		s = server_open(&env, at, tell, NULL);
		rc = server_check(s, &f);
		EQ(rc, checks[i].rc, "a check");
		if (rc > 0)
			EQ(f.class, checks[i].class, "why");
		peer_close(&p, "EVALSHA ", "asked");
		server_close(s);
	}
}

static void
test_parse(void)
{
	static const struct {
		const char *url, *host, *user, *password;
		int port, bad;
		long long db;
	} urls[] = {
		{ "redis://h", "h", "", "", 6379, 0, 0 },
		{ "redis://h:7/", "h", "", "", 7, 0, 0 },
		{ "rediss://u:p%40ss@h/15", "h", "u", "p@ss", 6379, 0, 15 },
		{ "redis://:p@[::1]:7/2", "::1", "", "p", 7, 0, 2 },
		{ "redis://:a@b@h", "h", "", "a@b", 6379, 0, 0 },
		{ "unix:/run/r.sock", "", "", "", 0, 0, 0 },
		{ "h:6379", "", "", "", 0, 1, 0 },
		{ "http://h", "", "", "", 0, 1, 0 },
		{ "redis:/h", "", "", "", 0, 1, 0 },
		{ "redis://", "", "", "", 0, 1, 0 },
		{ "redis://h:0", "", "", "", 0, 1, 0 },
		{ "redis://h/x", "", "", "", 0, 1, 0 },
		{ "redis://h/1/2", "", "", "", 0, 1, 0 },
		{ "redis://h/-1", "", "", "", 0, 1, 0 },
		{ "redis://:%zz@h", "", "", "", 0, 1, 0 },
		{ "unix:relative", "", "", "", 0, 1, 0 },
	};
	struct server_at at;
	size_t i;

	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		EQ(server_parse(urls[i].url, &at) != NULL, urls[i].bad,
		    urls[i].url);
		if (!urls[i].bad) {
			EQS(at.to.url.host, urls[i].host, "host");
			EQS(buf_slice(&at.user), urls[i].user, "user");
			EQS(secret_slice(&at.password), urls[i].password,
			    "password");
			EQ(at.to.url.port, urls[i].port, "port");
			EQ(at.db, urls[i].db, "database");
		}
		server_wipe(&at);
	}
}

int
main(void)
{
	struct server_at at;
	size_t i;

	(void)signal(SIGPIPE, SIG_IGN);
	env = env_new();
	env.random = middling;
	if (mkdtemp(dir) == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/s", dir);
	(void)snprintf(url, sizeof(url), "unix:%s", path);
	test_parse();
	(void)server_parse(url, &at);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_away(i, &at);
	test_check(&at);
	test_back(&at);
	test_fork(&at);
	server_wipe(&at);
	(void)unlink(path);
	(void)rmdir(dir);
	return DONE();
}
