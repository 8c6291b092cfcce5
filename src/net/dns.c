#define _GNU_SOURCE	/* NSIG */

#include "net/dns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/os.h"
#include "base/sandbox.h"
#include "net/await.h"
#include "wire/ip.h"

socklen_t
dns_addr_size(const struct dns_addr *a)
{
	return a->u.any.sa_family == AF_INET6 ? sizeof(a->u.v6) :
	    sizeof(a->u.v4);
}

/* Adds an address of 4 or 16 bytes while there is room. */
static void
add(struct dns_list *list, int family, const void *ip, uint32_t scope)
{
	struct dns_addr *a = &list->addr[list->n];

	if (list->n == DNS_ADDRS_MAX)
		return;
	list->n++;
	memset(a, 0, sizeof(*a));
	a->u.any.sa_family = (sa_family_t)family;
	if (family == AF_INET) {
		memcpy(&a->u.v4.sin_addr, ip, 4);
	} else {
		memcpy(&a->u.v6.sin6_addr, ip, 16);
		a->u.v6.sin6_scope_id = scope;
	}
}

/* Adds the address that text is, if it is one: "192.0.2.1", "::1",
 * "fe80::1%eth0", "fe80::1%2". */
static void
add_literal(struct dns_list *list, struct slice text)
{
	struct slice zone = text, ip = slice_cut(&zone, '%');
	unsigned char bytes[16];
	size_t n = ip_parse(ip, bytes);
	long long scope = 0;
	char name[IF_NAMESIZE];

	if (n == 4 && ip.n == text.n) {
		add(list, AF_INET, bytes, 0);
	} else if (n == 16) {
		if (zone.n > 0 && (scope = slice_dec(zone, UINT32_MAX)) < 0) {
			slice_copy(zone, name, sizeof(name));
			scope = if_nametoindex(name);
		}
		add(list, AF_INET6, bytes, (uint32_t)scope);
	}
}

/* What is wrong with a name by RFC 1035 2.3.4; NULL if nothing is.  A resolver
 * might cut it or refuse it as if it did not exist. */
static const char *
malformed(struct slice name)
{
	size_t i, label = 0;

	if (name.n > DNS_NAME_MAX)
		return "longer than 253 bytes";
	for (i = 0; i <= name.n; i++, label++) {
		if (i < name.n && name.p[i] != '.')
			continue;
		if (label == 0)
			return "a part between dots is empty";
		if (label > DNS_LABEL_MAX)
			return "a part between dots is longer than 63 bytes";
		label = (size_t)-1;	/* the dot */
	}
	return NULL;
}

/* RFC 6761 6.3: localhost and all names below it are the loopback, whatever a
 * name server says and even where a container has no /etc/hosts. */
static int
is_localhost(struct slice s)
{
	struct slice want = SLICE("localhost");

	return s.n >= want.n &&
	    slice_ieq(slice_sub(s, s.n - want.n, want.n), want) &&
	    (s.n == want.n || s.p[s.n - want.n - 1] == '.');
}

/* -- the child that calls getaddrinfo() ------------------------------------ */

/* What the child writes: at most PIPE_BUF bytes, so a read gets all of it. */
struct reply {
	int gai;		/* what getaddrinfo() returned */
	int sys;		/* errno for EAI_SYSTEM */
	struct dns_list list;
};

_Static_assert(sizeof(struct reply) <= 4096, "a reply must be atomic");

/*
 * Some name servers drop or refuse queries for one family, or deny that the
 * name exists; musl's getaddrinfo() then finds nothing and glibc's takes long.
 * So a second child asks for IPv4 only, and a third one for IPv6 only: after
 * this time and twice this time, or when the ones before have found nothing.
 * The first reply with an address wins.
 */
#define RESCUE_DELAY ((msec)300)

enum { ASK_ALL, ASK_V4, ASK_V6, ASKS };

static const int families[ASKS] = { AF_UNSPEC, AF_INET, AF_INET6 };

struct query {
	const char *name;
	int running;			/* children */
	pid_t pid[ASKS];
	struct pollfd fds[1 + ASKS];	/* fds[0] is await's; then the read
					   ends of the pipes, -1: no child */
};

/*
 * Makes the child forget its parent: handlers write to the parent's pipes
 * (ignored signals stay ignored), an open socket or pipe would keep the peer
 * from seeing the parent close it, an open journal would keep its lock.  Only
 * out stays open, as descriptor 0.
 */
static void
detach(int out)
{
	struct sigaction sa;
	int sig;

	for (sig = 1; sig < NSIG; sig++) {
		if (sigaction(sig, NULL, &sa) < 0 || sa.sa_handler == SIG_IGN ||
		    sa.sa_handler == SIG_DFL)
			continue;
		memset(&sa, 0, sizeof(sa));
		sa.sa_handler = SIG_DFL;
		(void)sigaction(sig, &sa, NULL);
	}
	if (out != 0)
		(void)dup2(out, 0);
	else
		(void)fcntl(0, F_SETFD, 0);
	os_close_from(1);
}

#define FILE_MAX ((size_t)1 << 20)	/* what is read of one of these */

/* Takes the next word of a line. */
static struct slice
word(struct slice *line)
{
	struct slice s = slice_trim(*line);
	size_t n = 0;

	while (n < s.n && (unsigned char)s.p[n] > ' ')
		n++;
	*line = slice_sub(s, n, s.n);
	return slice_sub(s, 0, n);
}

/* Adds what /etc/hosts has for a name.  getaddrinfo() would read it, but musl's
 * compares names as bytes, ignores a last line without a newline and cuts
 * lines at 511 bytes. */
static void
add_hosts(struct dns_list *list, struct slice name)
{
	struct buf hosts = { .max = FILE_MAX };
	struct slice rest, line, address, s;

	if (file_read("/etc/hosts", &hosts) < 0)
		return;
	for (rest = buf_slice(&hosts); rest.n > 0; ) {
		s = slice_cut(&rest, '\n');
		line = slice_cut(&s, '#');
		address = word(&line);
		do
			s = word(&line);
		while (s.n > 0 && !slice_ieq(s, name));
		if (s.n > 0)
			add_literal(list, address);
	}
}

/* Whether the search list is empty, written as "search ." (by systemd-resolved
 * for one).  musl makes a malformed query of it. */
static int
search_nothing(void)
{
	struct buf conf = { .max = FILE_MAX };
	struct slice rest, line, key;
	int nothing = 0;

	if (file_read("/etc/resolv.conf", &conf) < 0)
		return 0;
	for (rest = buf_slice(&conf); rest.n > 0; ) {
		line = slice_cut(&rest, '\n');
		key = word(&line);
		if (slice_is(key, "search") || slice_is(key, "domain"))
			nothing = slice_is(slice_trim(line), ".");
	}
	return nothing;
}

/*
 * The child.  The alarm ends it if the parent is killed.  No AI_ADDRCONFIG: it
 * hides ::1 on hosts whose only IPv6 address is the loopback's, and connecting
 * to an address without a route fails at once anyway.
 */
static void
resolve_and_exit(const char *name, int family, msec left)
{
	struct addrinfo hints = { .ai_family = family,
	    .ai_socktype = SOCK_STREAM };
	struct addrinfo *all = NULL, *ai;
	char absolute[DNS_NAME_MAX + 3];
	struct sockaddr_in6 v6;
	struct sockaddr_in v4;
	struct sandbox box;
	struct reply r;

	(void)alarm((unsigned)(left < 3600000 ? left / 1000 + 2 : 3600));
	sandbox_open(&box);
	sandbox_system(&box);
	(void)sandbox_close(&box, CALLS_NET);
	memset(&r, 0, sizeof(r));
	add_hosts(&r.list, slice_str(name));
	if (strchr(name, '.') == NULL && search_nothing()) {
		(void)str_printf(absolute, sizeof(absolute), "%s.", name);
		name = absolute;
	}
	if (r.list.n == 0) {
		r.gai = getaddrinfo(name, NULL, &hints, &all);
		r.sys = errno;
	}
	for (ai = r.gai == 0 ? all : NULL; ai != NULL; ai = ai->ai_next)
		if (ai->ai_family == AF_INET &&
		    ai->ai_addrlen >= sizeof(v4)) {
			memcpy(&v4, ai->ai_addr, sizeof(v4));
			add(&r.list, AF_INET, &v4.sin_addr, 0);
		} else if (ai->ai_family == AF_INET6 &&
		    ai->ai_addrlen >= sizeof(v6)) {
			memcpy(&v6, ai->ai_addr, sizeof(v6));
			add(&r.list, AF_INET6, &v6.sin6_addr,
			    v6.sin6_scope_id);
		}
	_exit(write(0, &r, sizeof(r)) != (ssize_t)sizeof(r));
}

/* Starts child i.  Signals are blocked across fork() so that no handler of the
 * parent's runs in the child. */
static int
query_start(struct query *q, int i, msec left)
{
	sigset_t all, mask;
	int fd[2], err;

	if (os_pipe(fd, 0) < 0)
		return -1;
	sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &mask);
	q->pid[i] = fork();
	if (q->pid[i] == 0) {
		detach(fd[1]);
		(void)sigprocmask(SIG_SETMASK, &mask, NULL);
		resolve_and_exit(q->name, families[i], left);
	}
	err = errno;
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	(void)close(fd[1]);
	if (q->pid[i] < 0) {
		(void)close(fd[0]);
		errno = err;
		return -1;
	}
	q->fds[1 + i] = (struct pollfd){ .fd = fd[0], .events = POLLIN };
	q->running++;
	return 0;
}

/* Kills and reaps child i, if it runs, and returns its wait status. */
static int
query_end(struct query *q, int i)
{
	if (q->fds[1 + i].fd < 0)
		return 0;
	(void)close(q->fds[1 + i].fd);
	q->fds[1 + i].fd = -1;
	q->running--;
	(void)kill(q->pid[i], SIGKILL);
	return env_reap(q->pid[i]);
}

/* Reads child i's reply and ends it: 1 with addresses, -1 with *f. */
static int
query_take(struct query *q, int i, struct dns_list *out, struct fault *f)
{
	struct reply r;
	ssize_t n = read(q->fds[1 + i].fd, &r, sizeof(r));
	int status = query_end(q, i);
	const char *why = "name server refused to answer";

	if (n != (ssize_t)sizeof(r) || r.list.n > DNS_ADDRS_MAX) {
		if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
			return fault_set(f, F_DNS, 1, "%s: name does not "
			    "resolve (resolver ended by signal %d)", q->name,
			    WTERMSIG(status));
		return fault_set(f, F_DNS, 1, "%s: name does not resolve "
		    "(resolver ended early)", q->name);
	}
	if (r.gai == 0 && r.list.n > 0) {
		*out = r.list;
		return 1;
	}
	if (r.gai == 0 || r.gai == EAI_NONAME)
		why = "no such name, or no address for it";
	else if (r.gai == EAI_AGAIN)
		why = "name server failed or did not answer, try again later";
	else if (r.gai == EAI_SYSTEM)
		why = strerror(r.sys);
	fault_set(f, F_DNS, r.gai == 0 || r.gai == EAI_NONAME ? FAULT_BRIEF : 1,
	    "%s: name does not resolve (%s)", q->name, why);
	f->code = r.gai;
	return -1;
}

/* Takes what the children have written: 1 with addresses; else 0, with the
 * first child's reason in *f if it has ended. */
static int
query_look(struct query *q, struct dns_list *out, struct fault *f)
{
	struct fault second;
	int i;

	for (i = 0; i < ASKS; i++)
		if (q->fds[1 + i].fd >= 0 && q->fds[1 + i].revents != 0 &&
		    query_take(q, i, out, i == ASK_ALL ? f : &second) > 0)
			return 1;
	return 0;
}

/* Asks the C library: 1 with addresses in *out, -1 with *f. */
static int
lookup(const struct env *env, const char *name, msec deadline,
    struct dns_list *out, struct fault *f)
{
	struct query q = { .name = name, .fds = { [1] = { .fd = -1 },
	    [2] = { .fd = -1 }, [3] = { .fd = -1 } } };
	msec until, due = env_mono(env) + RESCUE_DELAY;
	int i, next = ASK_V4, rc = 0;

	if (query_start(&q, ASK_ALL, deadline - env_mono(env)) < 0)
		return fault_set(f, F_DNS, 1, "%s: cannot start a resolver: %s",
		    name, strerror(errno));
	while (rc == 0) {
		until = next < ASKS && due < deadline ? due : deadline;
		rc = await_fds(env, q.fds, 1 + ASKS, until, f);
		if (rc > 0)
			rc = query_look(&q, out, f);
		else if (rc == 0 && until == deadline)
			rc = fault_set(f, F_TIMEOUT, 1,
			    "%s: name server gave no answer in time", name);
		if (rc == 0 && next < ASKS &&
		    (q.running == 0 || env_mono(env) >= due)) {
			(void)query_start(&q, next++, deadline - env_mono(env));
			due += RESCUE_DELAY;
		}
		if (rc == 0 && q.running == 0)
			rc = -1;
	}
	for (i = 0; i < ASKS; i++)
		(void)query_end(&q, i);
	return rc;
}

int
dns_resolve(const struct env *env, struct slice host, int port, msec deadline,
    struct dns_list *out, struct fault *f)
{
	struct slice relative = host;	/* without a final dot */
	char name[DNS_NAME_MAX + 2];
	struct dns_addr *a;
	const char *why;
	int rc = 0;

	out->n = 0;
	slice_copy(host, name, sizeof(name));	/* too long: for *f alone */
	if (host.n > 0 && host.p[host.n - 1] == '.')
		relative.n--;
	if (is_localhost(relative)) {
		add_literal(out, SLICE("::1"));
		add_literal(out, SLICE("127.0.0.1"));
	} else {
		add_literal(out, host);
	}
	if (out->n == 0 && (why = malformed(relative)) != NULL)
		return fault_set(f, F_DNS, 0, "%s: malformed host name: %s",
		    name, why);
	if (out->n == 0)
		rc = lookup(env, name, deadline, out, f);
	for (a = out->addr; rc >= 0 && a < out->addr + out->n; a++)
		if (a->u.any.sa_family == AF_INET6)
			a->u.v6.sin6_port = htons((uint16_t)port);
		else
			a->u.v4.sin_port = htons((uint16_t)port);
	return rc;
}
