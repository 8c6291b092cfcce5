#include "serve/bind.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/os.h"
#include "net/dns.h"
#include "wire/url.h"

#define BACKLOG 4096		/* the system cuts it to its own maximum */
#define RESOLVE_TIME ((msec)10000)
#define FIRST_PASSED 3		/* SD_LISTEN_FDS_START */

static int
failed(struct fault *f, const char *at, int err)
{
	fault_set(f, F_CONNECT, 0, "cannot listen at %s: %s", at,
	    strerror(err));
	f->code = err;
	return -1;
}

/* Learns what fd listens on.  0, or -1 with errno. */
static int
look(struct bound *b, int fd)
{
	struct dns_addr a = { 0 };
	socklen_t n = sizeof(a);
	int listens = 0;
	socklen_t size = sizeof(listens);

	if (getsockname(fd, &a.u.any, &n) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) < 0)
		return -1;
	if (!listens) {
		errno = EINVAL;
		return -1;
	}
	b->fd = fd;
	b->local = a.u.any.sa_family == AF_UNIX;
	b->port = a.u.any.sa_family == AF_INET ? ntohs(a.u.v4.sin_port) :
	    a.u.any.sa_family == AF_INET6 ? ntohs(a.u.v6.sin6_port) : 0;
	return 0;
}

/* -1 with errno. */
static int
listen_at(const struct sockaddr *a, socklen_t n)
{
	int fd = os_socket(a->sa_family, O_NONBLOCK);
	int on = 1, err;

	if (fd < 0)
		return -1;
	if (a->sa_family != AF_UNIX)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on,
		    sizeof(on));
	if (bind(fd, a, n) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	err = errno;
	(void)close(fd);
	errno = err;
	return -1;
}

static int
open_tcp(const struct env *env, const char *at, struct bound *b,
    struct fault *f)
{
	struct slice s = slice_str(at);
	struct dns_list list;
	long long port;
	struct url u = { 0 };
	int n = 0, fd;
	size_t i;

	for (i = s.n; i > 0 && s.p[i - 1] != ':'; i--)
		;
	port = slice_dec(slice_sub(s, i, s.n), 65535);
	if (i == 0 || port < 0 || url_authority(slice_sub(s, 0, i - 1), &u) !=
	    NULL || u.port_given)
		return fault_set(f, F_REQUEST, 0, "%s is neither ADDR:PORT "
		    "nor unix:PATH", at);
	if (dns_resolve(env, u.host, (int)port, env_mono(env) + RESOLVE_TIME,
	    &list, f) < 0)
		return -1;
	for (i = 0; i < list.n && n < BIND_MAX; i++) {
		struct dns_addr *a = &list.addr[i];

		fd = listen_at(&a->u.any, a->u.any.sa_family == AF_INET ?
		    (socklen_t)sizeof(a->u.v4) : (socklen_t)sizeof(a->u.v6));
		/* a system without IPv6 has no ::1 for localhost */
		if (fd < 0 && n > 0 && errno != EADDRINUSE)
			continue;
		if (fd < 0 || look(&b[n], fd) < 0) {
			failed(f, at, errno);
			bind_close(b, n);
			return -1;
		}
		n++;
	}
	return n;
}

/* Removes a socket on which nobody listens.  0, or -1 with errno. */
static int
remove_stale(const struct sockaddr_un *a)
{
	struct stat st;
	int fd, rc, err;

	if (lstat(a->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : -1;
	errno = EEXIST;
	if (!S_ISSOCK(st.st_mode))
		return -1;
	fd = os_socket(AF_UNIX, O_NONBLOCK);
	if (fd < 0)
		return -1;
	rc = connect(fd, (const struct sockaddr *)a, sizeof(*a));
	err = rc < 0 ? errno : EADDRINUSE;
	(void)close(fd);
	errno = err == EAGAIN ? EADDRINUSE : err;
	return err == ECONNREFUSED ? unlink(a->sun_path) : -1;
}

static int
open_unix(const char *at, const char *path, struct bound *b, struct fault *f)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	mode_t old;
	int fd;

	if (path[0] == '\0' || strlen(path) >= sizeof(a.sun_path))
		return fault_set(f, F_REQUEST, 0, "%s: the path of a socket "
		    "has 1 to %zu bytes", at, sizeof(a.sun_path) - 1);
	(void)str_printf(a.sun_path, sizeof(a.sun_path), "%s", path);
	if (remove_stale(&a) < 0)
		return failed(f, at, errno);
	old = umask(0177);
	fd = listen_at((struct sockaddr *)&a, sizeof(a));
	(void)umask(old);
	if (fd < 0 || look(b, fd) < 0)
		return failed(f, at, errno);
	(void)str_printf(b->path, sizeof(b->path), "%s", path);
	return 1;
}

/* The sockets that systemd passed; 0 if there are none. */
static int
open_passed(struct bound *b, struct fault *f)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	long long n = slice_dec(slice_str(fds), BIND_MAX);
	int i, fd;

	if (n < 1 || slice_dec(slice_str(pid), INT32_MAX) != getpid())
		return 0;
	for (i = 0; i < n; i++) {
		fd = FIRST_PASSED + i;
		if (look(&b[i], fd) < 0 ||
		    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ||
		    fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
			return failed(f, "a socket of LISTEN_FDS", errno);
		b[i].inherited = 1;
	}
	return i;
}

int
bind_open(const struct env *env, const char *at, struct bound b[BIND_MAX],
    struct fault *f)
{
	int n = 0;

	if (at == NULL) {
		n = open_passed(b, f);
		if (n != 0)
			return n;
		at = BIND_DEFAULT;
	}
	if (strncmp(at, "unix:", 5) == 0)
		return open_unix(at, at + 5, b, f);
	return open_tcp(env, at, b, f);
}

void
bind_name(const struct bound *b, struct buf *out)
{
	struct dns_addr a = { 0 };
	socklen_t n = sizeof(a);
	char text[INET6_ADDRSTRLEN] = "";

	if (b->local) {
		buf_printf(out, "unix:%s", b->path);
		return;
	}
	(void)getsockname(b->fd, &a.u.any, &n);
	if (a.u.any.sa_family == AF_INET6) {
		(void)inet_ntop(AF_INET6, &a.u.v6.sin6_addr, text,
		    sizeof(text));
		buf_printf(out, "[%s]:%d", text, b->port);
	} else {
		(void)inet_ntop(AF_INET, &a.u.v4.sin_addr, text,
		    sizeof(text));
		buf_printf(out, "%s:%d", text, b->port);
	}
}

void
bind_close(struct bound *b, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		/* the workers have it, too */
		if (!b[i].inherited)
			(void)shutdown(b[i].fd, SHUT_RDWR);
		(void)close(b[i].fd);
		if (b[i].path[0] != '\0')
			(void)unlink(b[i].path);
		b[i] = (struct bound){ .fd = -1 };
	}
}
