#define _GNU_SOURCE	/* MAP_ANONYMOUS */

#include "serve/listen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "serve/worker.h"

/* Times in ms: how long connections may pend when all places are taken, until
 * they are refused; a refused client is given to read the answer; a pause
 * after a worker that could not be forked or died at once; the workers' time
 * to end when cancelled; and the pending connections' to be accepted before
 * the sockets are closed. */
#define PEND_TIME ((msec)100)
#define REFUSED_TIME ((msec)2000)
#define FORK_PAUSE ((msec)1000)
#define CANCEL_TIME ((msec)2000)
#define FLUSH_TIME ((msec)100)

#define REFUSED_MAX 64
#define SPAWN_MAX ((size_t)16)	/* workers forked at once */
#define YIELD_MAX ((size_t)8)	/* and asked to give up a connection */

struct pool {
	struct listen *l;
	const struct env *env;
	struct board board;
	size_t live, burst;	/* workers; to fork next time */
	int sigfd;
	sigset_t old;		/* the signals that were blocked before */
	msec pause;		/* no forks before this time */
	msec pending;		/* since when connections pend; MSEC_NONE */
	int draining;
	msec end;		/* of draining */
	int refused[REFUSED_MAX];	/* their sockets, or -1 */
	msec until[REFUSED_MAX];
	size_t next;
	pid_t pid[];		/* of each place; 0: none */
};

int
listen_open(struct listen *l, struct fault *f)
{
	l->nbound = bind_open(l->env, l->at, l->bound, f);
	return l->nbound < 0 ? -1 : 0;
}

static void
sayf(const struct listen *l, const char *event, const char *key, int64_t n)
{
	char line[128];

	(void)str_printf(line, sizeof(line), l->json ?
	    "{\"event\":\"%s\",\"%s\":%lld}" : "event=%s %s=%lld", event, key,
	    (long long)n);
	l->say(l->ctx, slice_str(line));
}

/* -- workers --------------------------------------------------------------- */

static int
spawn(struct pool *p)
{
	size_t i = 0, k;
	pid_t pid;

	while (p->pid[i] != 0)
		i++;
	/* now, lest more than needed are forked */
	atomic_store(&p->board.shared->place[i], PLACE_IDLE);
	pid = fork();
	if (pid == 0) {
		/* of a group or a service all get the signal; but what is
		 * under way is to end */
		(void)signal(SIGTERM, SIG_IGN);
		(void)signal(SIGINT, SIG_IGN);
		(void)close(p->sigfd);
		(void)close(p->board.drain[1]);
		for (k = 0; k < REFUSED_MAX; k++)
			if (p->refused[k] >= 0)
				(void)close(p->refused[k]);
		(void)sigprocmask(SIG_SETMASK, &p->old, NULL);
		worker(p->l, &p->board, i);
	}
	if (pid < 0) {
		atomic_store(&p->board.shared->place[i], PLACE_FREE);
		p->pause = env_mono(p->env) + FORK_PAUSE;
		return -1;
	}
	p->pid[i] = pid;
	p->live++;
	return 0;
}

/* Forks what is missing; more each time while they are used up at once. */
static void
spawn_missing(struct pool *p, msec now)
{
	size_t idle = board_count(&p->board, PLACE_IDLE), n;

	if (idle >= WORKERS_IDLE || p->draining || now < p->pause) {
		p->burst = WORKERS_IDLE;
		return;
	}
	n = idle > 0 ? WORKERS_IDLE - idle : p->burst;
	for (; n > 0 && p->live < p->board.max; n--)
		if (spawn(p) < 0)
			break;
	p->burst = idle > 0 ? WORKERS_IDLE : p->burst * 2 < SPAWN_MAX ?
	    p->burst * 2 : SPAWN_MAX;
}

/* Buries the dead. */
static void
reap(struct pool *p)
{
	enum place was;
	size_t i;
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (i = 0; i < p->board.max && p->pid[i] != pid; i++)
			;
		if (i == p->board.max)
			continue;
		was = atomic_exchange(&p->board.shared->place[i], PLACE_FREE);
		p->pid[i] = 0;
		p->live--;
		if (status == 0 || p->draining)
			continue;
		sayf(p->l, "worker_died", WIFSIGNALED(status) ? "signal" :
		    "status", WIFSIGNALED(status) ? WTERMSIG(status) :
		    WEXITSTATUS(status));
		if (was == PLACE_IDLE)
			p->pause = env_mono(p->env) + FORK_PAUSE;
	}
}

/* -- connections beyond the most ------------------------------------------- */

/* Whether all workers are busy, and there can be no more of them. */
static int
is_full(const struct pool *p, msec now)
{
	return !p->draining && (p->live == p->board.max || now < p->pause) &&
	    board_count(&p->board, PLACE_IDLE) == 0;
}

/* Whether one can be accepted from any of the sockets. */
static int
connection_pends(const struct pool *p)
{
	struct pollfd fds[BIND_MAX];
	int i;

	for (i = 0; i < p->l->nbound; i++)
		fds[i] = (struct pollfd){ .fd = p->l->bound[i].fd,
		    .events = POLLIN };
	return poll(fds, (nfds_t)i, 0) > 0;
}

/* Closes the refused connections whose client has read the answer, or has had
 * the time to; all if now is MSEC_MAX.  Closing one with unread bytes at once
 * would destroy the answer. */
static void
close_refused(struct pool *p, msec now)
{
	char drop[4096];
	ssize_t n = 0;
	size_t i;
	int k;

	for (i = 0; i < REFUSED_MAX; i++) {
		if (p->refused[i] < 0)
			continue;
		for (k = 0; k < 16; k++) {
			n = recv(p->refused[i], drop, sizeof(drop), 0);
			if (n <= 0)
				break;
		}
		if (n > 0 || (n < 0 && errno == EAGAIN && now < p->until[i]))
			continue;
		(void)close(p->refused[i]);
		p->refused[i] = -1;
	}
}

static void
refuse(struct pool *p, int fd, msec now)
{
	static const char body[] = "{\"error\":{\"type\":\"overloaded_error\","
	    "\"message\":\"bide proxy: too many connections "
	    "(--max-connections)\"}}\n";
	char answer[512];
	int *to = &p->refused[p->next];

	(void)str_printf(answer, sizeof(answer),
	    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n"
	    "Connection: close\r\n\r\n%s", sizeof(body) - 1, body);
	(void)send(fd, answer, strlen(answer), MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	if (*to >= 0)
		(void)close(*to);
	*to = fd;
	p->until[p->next] = now + REFUSED_TIME;
	p->next = (p->next + 1) % REFUSED_MAX;
	metrics_count(p->board.metrics, &(struct account){ .status = 503,
	    .first = MSEC_NONE }, 0);
}

/* All workers are busy.  If connections pend, asks some whose client is silent
 * to close that connection; if there are none, refuses those that pend. */
static void
make_room(struct pool *p, msec now)
{
	size_t kept = board_count(&p->board, PLACE_KEPT);
	char bytes[YIELD_MAX] = "";
	int i, fd;

	if (!connection_pends(p)) {
		p->pending = MSEC_NONE;
		return;
	}
	if (p->pending == MSEC_NONE)
		p->pending = now;
	if (kept > 0) {
		while (read(p->board.yield[0], bytes, sizeof(bytes)) > 0)
			;
		(void)!write(p->board.yield[1], bytes, kept < YIELD_MAX ?
		    kept : YIELD_MAX);
		return;
	}
	if (now - p->pending < PEND_TIME)
		return;
	for (i = 0; i < p->l->nbound; i++)
		while ((fd = os_accept(p->l->bound[i].fd, NULL, NULL)) >=
		    0)
			refuse(p, fd, now);
	p->pending = MSEC_NONE;
}

/* -- the parent ------------------------------------------------------------ */

/* Takes no more requests: idle workers end, others when they have answered. */
static void
drain(struct pool *p, msec now)
{
	struct pollfd nothing = { .fd = -1 };

	p->draining = 1;
	p->end = now + p->l->drain;
	/* connections that were made before the signal are served */
	while (connection_pends(p) && env_mono(p->env) < now + FLUSH_TIME &&
	    board_count(&p->board, PLACE_IDLE) > 0)
		(void)poll(&nothing, 1, 1);
	bind_close(p->l->bound, p->l->nbound);
	p->l->nbound = 0;
	(void)close(p->board.drain[1]);
	sayf(p->l, "draining", "requests",
	    (int64_t)(board_count(&p->board, PLACE_BUSY) +
	    board_count(&p->board, PLACE_READING)));
}

static void
take_signals(struct pool *p, msec now)
{
	int sig;

	while ((sig = os_signal(p->sigfd)) != 0) {
		if (sig == SIGCHLD)
			continue;
		if (!p->draining)
			drain(p, now);
		else
			p->end = now;
		if (p->end <= now)
			atomic_store(&p->board.shared->stop, sig);
	}
	reap(p);
}

/* Sleeps until something has changed. */
static void
sleep_until(struct pool *p, msec until)
{
	struct pollfd fds[2 + BIND_MAX + REFUSED_MAX];
	msec now = env_mono(p->env), left;
	int full = p->pending == MSEC_NONE && is_full(p, now);
	char drop[512];
	nfds_t n = 0;
	size_t k;
	int i;

	fds[n++] = (struct pollfd){ .fd = p->sigfd, .events = POLLIN };
	fds[n++] = (struct pollfd){ .fd = p->board.need[0], .events = POLLIN };
	for (i = 0; full && i < p->l->nbound; i++)
		fds[n++] = (struct pollfd){ .fd = p->l->bound[i].fd,
		    .events = POLLIN };
	for (k = 0; k < REFUSED_MAX; k++)
		if (p->refused[k] >= 0) {
			fds[n++] = (struct pollfd){ .fd = p->refused[k],
			    .events = POLLIN };
			if (p->until[k] < until)
				until = p->until[k];
		}
	left = until - now;
	(void)poll(fds, n, left < 0 ? 0 : left > 60000 ? 60000 : (int)left);
	while (read(p->board.need[0], drop, sizeof(drop)) > 0)
		;
}

/* When the parent has something to do of its own. */
static msec
next_time(const struct pool *p, msec now)
{
	msec until = p->draining ? p->end : MSEC_MAX;

	if (!p->draining && p->pause > now)
		until = p->pause;
	if (!p->draining && p->pending != MSEC_NONE)
		until = now + PEND_TIME / 10;
	return until;
}

/* Ends the workers that are left, with what they do. */
static void
cancel(struct pool *p)
{
	msec end = env_mono(p->env) + CANCEL_TIME;
	size_t i;

	if (atomic_load(&p->board.shared->stop) == 0)
		atomic_store(&p->board.shared->stop, SIGTERM);
	(void)!write(p->board.cancel[1], "", 1);
	while (p->live > 0 && env_mono(p->env) < end) {
		sleep_until(p, end);
		take_signals(p, env_mono(p->env));
	}
	for (i = 0; i < p->board.max; i++)
		if (p->pid[i] != 0)
			(void)kill(p->pid[i], SIGKILL);
	while (p->live > 0) {
		sleep_until(p, MSEC_MAX);
		take_signals(p, MSEC_MAX);
	}
}

static void
run_pool(struct pool *p)
{
	msec now = env_mono(p->env);

	for (;;) {
		take_signals(p, now);
		if (p->draining && (p->live == 0 || now >= p->end))
			break;
		spawn_missing(p, now);
		if (is_full(p, now))
			make_room(p, now);
		else
			p->pending = MSEC_NONE;
		close_refused(p, now);
		sleep_until(p, next_time(p, now));
		now = env_mono(p->env);
	}
	cancel(p);
	close_refused(p, MSEC_MAX);
}

/* Signals come through a descriptor; those of env's no longer count. */
static int
take_over_signals(struct pool *p)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGUSR1, SIG_IGN);
	(void)sigprocmask(SIG_BLOCK, &set, &p->old);
	p->sigfd = os_signals(&set);
	return p->sigfd < 0 ? -1 : 0;
}

static void
say_places(struct listen *l)
{
	struct buf line = { 0 };
	int i;

	for (i = 0; i < l->nbound; i++) {
		buf_clear(&line);
		buf_puts(&line, l->json ? "{\"event\":\"listening\",\"at\":\"" :
		    "event=listening at=");
		bind_name(&l->bound[i], &line);
		buf_puts(&line, l->json ? "\"}" : "");
		l->say(l->ctx, buf_slice(&line));
	}
	buf_free(&line);
}

int
listen_serve(struct listen *l, struct fault *f)
{
	size_t i, max = (size_t)l->max_connections;
	/* shared, because of a page that the parent writes to after a fork
	 * the worker would keep a copy */
	struct pool *p = mmap(NULL, sizeof(*p) + max * sizeof(p->pid[0]),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		err_oom();
	p->l = l;
	p->env = l->env;
	p->burst = WORKERS_IDLE;
	p->pending = MSEC_NONE;
	for (i = 0; i < REFUSED_MAX; i++)
		p->refused[i] = -1;
	if (board_open(&p->board, max, metrics_open(l->relay)) < 0 ||
	    take_over_signals(p) < 0)
		return fault_set(f, F_IO, 0, "%s", strerror(errno));
	say_places(l);
	if (l->env->cancelled(l->env->ctx) == 0)
		run_pool(p);
	bind_close(l->bound, l->nbound);
	return 0;
}
