#include "tests/home.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/bide-home-XXXXXX", path[48], file[48], url[64];
static struct server_at at;
static struct server *server;
static pid_t child;
static int clock_fd = -1;
static unsigned names;
static struct page *shown;

static msec
still(void *ctx)
{
	(void)ctx;
	return 1000;	/* nothing times out */
}

static int
no_signal(void *ctx)
{
	(void)ctx;
	return 0;
}

static void
count(void *ctx, void *p, size_t n)
{
	static uint64_t last;
	unsigned char *to = p;
	size_t i;

	(void)ctx;
	last++;
	for (i = 0; i < n; i++)
		to[i] = (unsigned char)(last >> 8 * (i % 8));
}

static const struct env env = { .mono = still, .wall = still,
    .cancelled = no_signal, .random = count, .wakefd = -1 };

static void
tell(const char *why, void *ctx)
{
	(void)ctx;
	printf("# the server is away: %s\n", why);
}

static void
serve(int fd)
{
	int c = accept(fd, NULL, NULL);

	if (c >= 0 && dup2(c, 0) == 0 && dup2(c, 1) == 1)
		execlp("lua5.1", "lua5.1", "tests/redis.lua", file,
		    (char *)NULL);
	_exit(1);
}

int
home_open(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct fault f;

	if (mkdtemp(dir) == NULL || fd < 0)
		return -1;
	(void)signal(SIGPIPE, SIG_IGN);
	(void)snprintf(path, sizeof(path), "%s/s", dir);
	(void)snprintf(file, sizeof(file), "%s/clock", dir);
	(void)snprintf(url, sizeof(url), "unix:%s", path);
	clock_fd = open(file, O_RDWR | O_CREAT, 0600);
	home_clock(0);
	memcpy(to.sun_path, path, sizeof(path));
	if (bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    listen(fd, 1) < 0)
		return -1;
	child = fork();
	if (child == 0)
		serve(fd);
	close(fd);
	if (server_parse(url, &at) != NULL)
		return -1;
	server = server_open(&env, &at, tell, NULL);
	return server_check(server, &f);
}

void
home_close(void)
{
	page_close(shown);
	shown = NULL;
	server_close(server);
	server = NULL;
	server_wipe(&at);
	(void)waitpid(child, NULL, 0);
	close(clock_fd);
	(void)unlink(path);
	(void)unlink(file);
	(void)rmdir(dir);
}

struct limit
home_limit(void)
{
	struct limit l = { .ops = &limit_local, .page = page_alone() };
	char name[33];

	if (server != NULL) {
		(void)snprintf(name, sizeof(name), "%032x", ++names);
		l.ops = &limit_redis;
		l.remote = redis_page(server, name,
		    SLICE("http://127.0.0.1\nm"));
	}
	return l;
}

void
home_clock(msec now)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%-20lld\n", (long long)now);

	if (clock_fd >= 0)
		(void)!pwrite(clock_fd, text, (size_t)n, 0);
}

struct page *
home_view(struct limit *l, msec now)
{
	char name[33];

	if (server == NULL)
		return l->page;
	if (shown == NULL)
		shown = page_alone();
	home_clock(now);
	(void)snprintf(name, sizeof(name), "%032x", names);
	if (redis_peek(server, name, shown, now) < 0)
		memset(shown, 0, sizeof(*shown));
	return shown;
}
