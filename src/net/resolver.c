#define _GNU_SOURCE	/* pipe2, SYS_close_range, NSIG */

#include "net/resolver.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/await.h"

/* What the child writes: at most PIPE_BUF bytes, so it comes whole or not. */
struct reply {
	int gai;		/* getaddrinfo's verdict */
	int sys;		/* errno with EAI_SYSTEM */
	struct dns_list list;
};

/*
 * Name servers that drop or refuse the queries for one family are met with;
 * musl's getaddrinfo() finds nothing then, glibc's takes its time.  So a
 * question that is not answered soon is asked again for IPv4 alone, and a
 * little later for IPv6 alone, beside the first, and the first answer with an
 * address in it counts.
 */
#define RESCUE_DELAY ((msec)300)

enum { ASK_ALL, ASK_V4, ASK_V6, ASKS };

static const int families[ASKS] = { AF_UNSPEC, AF_INET, AF_INET6 };

struct query {
	const char *name;
	pid_t pid[ASKS];
	struct pollfd fds[1 + ASKS];	/* fds[0] is await's; then the pipes'
					   read ends, -1 = no child */
};

_Static_assert(sizeof(struct reply) <= 4096, "a reply must be atomic");

/* Handlers of the parent write to its pipes; ignored signals stay ignored. */
static void
forget_handlers(void)
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
}

/*
 * Leaves only out, as descriptor 0: an open pipe or socket would keep its
 * other end from seeing ours close, an open journal its lock.
 */
static void
forget_files(int out)
{
	struct rlimit most;
	rlim_t fd;

	if (out != 0)
		(void)dup2(out, 0);
	else
		(void)fcntl(0, F_SETFD, 0);
#ifdef SYS_close_range
	if (syscall(SYS_close_range, 1U, ~0U, 0U) == 0)
		return;
#endif
	if (getrlimit(RLIMIT_NOFILE, &most) < 0 || most.rlim_cur > 65536)
		most.rlim_cur = 65536;
	for (fd = 1; fd < most.rlim_cur; fd++)
		(void)close((int)fd);
}

static void
add_info(struct dns_list *list, const struct addrinfo *ai)
{
	struct sockaddr_in6 v6;
	struct sockaddr_in v4;

	if (ai->ai_family == AF_INET && ai->ai_addrlen >= sizeof(v4)) {
		memcpy(&v4, ai->ai_addr, sizeof(v4));
		dns_add(list, AF_INET, &v4.sin_addr, 0);
	} else if (ai->ai_family == AF_INET6 && ai->ai_addrlen >= sizeof(v6)) {
		memcpy(&v6, ai->ai_addr, sizeof(v6));
		dns_add(list, AF_INET6, &v6.sin6_addr, v6.sin6_scope_id);
	}
}

/*
 * AI_ADDRCONFIG is left out: it takes ::1 away from hosts that have IPv6 on
 * the loopback only, and an address out of reach fails at once anyway.
 */
static void
ask(const struct query *q, int family, struct reply *r)
{
	struct addrinfo hints = { .ai_family = family,
	    .ai_socktype = SOCK_STREAM };
	struct addrinfo *all, *ai;

	r->gai = getaddrinfo(q->name, NULL, &hints, &all);
	r->sys = errno;
	if (r->gai != 0)
		return;
	for (ai = all; ai != NULL; ai = ai->ai_next)
		add_info(&r->list, ai);
}

/* The child's whole life.  The alarm ends it should the parent be killed. */
static void
child_main(const struct query *q, int family, int out, msec left,
    const sigset_t *mask) __attribute__((noreturn));

static void
child_main(const struct query *q, int family, int out, msec left,
    const sigset_t *mask)
{
	struct reply r;
	ssize_t n;

	forget_handlers();
	forget_files(out);
	(void)sigprocmask(SIG_SETMASK, mask, NULL);
	(void)alarm((unsigned)(left < 3600000 ? left / 1000 + 2 : 3600));
	memset(&r, 0, sizeof(r));
	ask(q, family, &r);
	n = write(0, &r, sizeof(r));
	_exit(n != (ssize_t)sizeof(r));
}

/* Signals are held back over the fork so that none runs a handler of the
 * parent's in the child. */
static int
query_start(struct query *q, int i, msec left)
{
	sigset_t all, mask;
	int fd[2], err;

	if (pipe2(fd, O_CLOEXEC) < 0)
		return -1;
	sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &mask);
	q->pid[i] = fork();
	if (q->pid[i] == 0)
		child_main(q, families[i], fd[1], left, &mask);
	err = errno;
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	(void)close(fd[1]);
	if (q->pid[i] < 0) {
		(void)close(fd[0]);
		errno = err;
		return -1;
	}
	q->fds[1 + i] = (struct pollfd){ .fd = fd[0], .events = POLLIN };
	return 0;
}

/* Ends the child, whatever it does, and returns its wait status. */
static int
query_end(struct query *q, int i)
{
	int status = 0;

	if (q->fds[1 + i].fd < 0)
		return 0;
	(void)close(q->fds[1 + i].fd);
	q->fds[1 + i].fd = -1;
	(void)kill(q->pid[i], SIGKILL);
	while (waitpid(q->pid[i], &status, 0) < 0 && errno == EINTR)
		continue;
	return status;
}

static int
no_reply(const char *name, int status, struct fault *f)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		return fault_set(f, F_DNS, 1,
		    "%s: name does not resolve (resolver ended by signal %d)",
		    name, WTERMSIG(status));
	return fault_set(f, F_DNS, 1,
	    "%s: name does not resolve (resolver ended early)", name);
}

/* Takes a child's reply: 1 with addresses, -1 with *f. */
static int
query_take(struct query *q, int i, struct dns_list *out, struct fault *f)
{
	struct reply r;
	ssize_t n = read(q->fds[1 + i].fd, &r, sizeof(r));
	int status = query_end(q, i);

	if (n != (ssize_t)sizeof(r) || r.list.n > DNS_ADDRS_MAX)
		return no_reply(q->name, status, f);
	if (r.gai != 0 || r.list.n == 0)
		return dns_no_address(q->name, r.gai, r.sys, f);
	*out = r.list;
	return 1;
}

/* What the children say now: 1 with addresses, 0 when one is still at work,
 * -1 with the first one's reason in *f. */
static int
query_look(struct query *q, struct dns_list *out, struct fault *f)
{
	struct fault second;
	int i, left = 0;

	for (i = 0; i < ASKS; i++) {
		if (q->fds[1 + i].fd < 0)
			continue;
		if (q->fds[1 + i].revents == 0)
			left++;
		else if (query_take(q, i, out, i == ASK_ALL ? f : &second) > 0)
			return 1;
	}
	return left > 0 ? 0 : -1;
}

static int
query_run(const struct env *env, struct query *q, msec deadline,
    struct dns_list *out, struct fault *f)
{
	msec until = env_mono(env) + RESCUE_DELAY;
	int next = ASK_V4, rc = 0;

	while (rc == 0) {
		if (next == ASKS || until > deadline)
			until = deadline;
		rc = await_fds(env, q->fds, 1 + ASKS, until, f);
		if (rc > 0) {
			rc = query_look(q, out, f);
		} else if (rc == 0 && until == deadline) {
			rc = fault_set(f, F_TIMEOUT, 1,
			    "%s: name server gave no answer in time", q->name);
		} else if (rc == 0) {
			(void)query_start(q, next++, deadline - until);
			until += RESCUE_DELAY;
		}
	}
	return rc;
}

int
resolver_lookup(const struct env *env, const char *name, msec deadline,
    struct dns_list *out, struct fault *f)
{
	struct query q = { .name = name, .fds = { [1] = { .fd = -1 },
	    [2] = { .fd = -1 }, [3] = { .fd = -1 } } };
	int i, rc;

	if (query_start(&q, ASK_ALL, deadline - env_mono(env)) < 0)
		return fault_set(f, F_DNS, 1, "%s: cannot start a resolver: %s",
		    name, strerror(errno));
	rc = query_run(env, &q, deadline, out, f);
	for (i = 0; i < ASKS; i++)
		(void)query_end(&q, i);
	return rc;
}
