#define _GNU_SOURCE	/* MAP_ANONYMOUS */

#include "cmd/batch_pool.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/os.h"
#include "core/output.h"

#define CHUNK ((size_t)65536)
#define DEATHS_MAX 5	/* of workers over a line; then it is deferred */

void
pool_open(struct pool *p)
{
	/* each worker takes one; poll() refuses more entries */
	size_t i, files = os_max_files();

	if (p->max > files - POOL_FIRST)
		p->max = p->most = files - POOL_FIRST;
	p->pause = mmap(NULL, p->max * sizeof(*p->pause),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	p->w = calloc(p->max, sizeof(*p->w));
	p->idle = calloc(p->max, sizeof(*p->idle));
	p->fds = calloc(POOL_FIRST + p->max, sizeof(*p->fds));
	if (p->pause == MAP_FAILED || p->w == NULL || p->idle == NULL ||
	    p->fds == NULL)
		err_oom();
	for (i = 0; i < p->max; i++)
		p->w[i].fd = p->fds[POOL_FIRST + i].fd = -1;
}

/* -- one worker ------------------------------------------------------------ */

static int
start(struct pool *p, size_t i)
{
	struct worker *w = &p->w[i];
	size_t k;
	int fd[2];

	if (os_socketpair(fd) < 0)
		return -1;
	w->pid = fork();
	if (w->pid == 0) {
		(void)close(fd[0]);
		/* a sibling's socket held open would keep it from seeing that
		 * the parent is dead */
		for (k = 0; k < p->max; k++)
			if (p->w[k].fd >= 0)
				(void)close(p->w[k].fd);
		p->leave(p->ctx);
		work(p->work, fd[1], &p->pause[i]);
	}
	(void)close(fd[1]);
	if (w->pid < 0) {
		w->pid = 0;
		(void)close(fd[0]);
		return -1;
	}
	w->fd = fd[0];
	p->fds[POOL_FIRST + i] = (struct pollfd){ .fd = fd[0],
	    .events = POLLIN };
	return 0;
}

/* Reaps a worker that is dead, or that dies of its closed socket.  Its claim
 * stays. */
static void
bury(struct pool *p, size_t i)
{
	struct worker *w = &p->w[i];

	if (w->pid == 0)
		return;
	(void)close(w->fd);
	w->fd = p->fds[POOL_FIRST + i].fd = -1;
	(void)env_reap(w->pid);
	w->pid = 0;
	buf_free(&w->in);
	atomic_store(&p->pause[i].until, 0);
}

/* Sends its claim to worker i, which is started as often as necessary.  -1 with
 * errno if that fails, or too often. */
static int
send_claim(struct pool *p, size_t i)
{
	struct worker *w = &p->w[i];
	struct buf *b = &p->chunk;
	struct fault f;

	for (; w->deaths < DEATHS_MAX; w->deaths++) {
		if (w->pid == 0 && start(p, i) < 0)
			return -1;
		w->claim.given = w->text.n;
		buf_clear(b);
		buf_put(b, (struct slice){ (char *)&w->claim,
		    sizeof(w->claim) });
		buf_put(b, buf_slice(&w->text));
		if (output_write(p->env, w->fd, buf_slice(b), &f) == 0)
			return 0;
		bury(p, i);
	}
	errno = EAGAIN;
	return -1;
}

int
pool_give(struct pool *p, const struct claim *c, struct slice text)
{
	struct worker *w;
	size_t i = 0;

	if (p->nidle > 0)
		i = p->idle[--p->nidle];
	else
		while (p->w[i].pid != 0)
			i++;
	w = &p->w[i];
	w->claim = *c;
	w->deaths = 0;
	w->start = env_mono(p->env);
	if (c->at < 0 || text.n <= CLAIM_SHORT)
		buf_put(&w->text, text);
	if (send_claim(p, i) < 0) {
		buf_free(&w->text);
		if (p->busy == 0)
			return -1;
		p->most = p->busy;
		return 1;
	}
	w->busy = 1;
	p->busy++;
	return 0;
}

/* -- reports --------------------------------------------------------------- */

static void
set_idle(struct pool *p, size_t i)
{
	struct worker *w = &p->w[i];

	w->busy = 0;
	p->busy--;
	if (w->text.cap > CHUNK)
		buf_free(&w->text);
	buf_clear(&w->text);
	if (w->pid != 0)
		p->idle[p->nidle++] = i;
}

/* The worker is dead: starts another one for its claim, or gives up.  Returns
 * as pool_take(). */
static int
replace(struct pool *p, size_t i, struct report *r, struct slice *line)
{
	struct worker *w = &p->w[i];
	size_t k;

	bury(p, i);
	if (!w->busy) {
		for (k = 0; p->idle[k] != i; k++)
			;
		p->idle[k] = p->idle[--p->nidle];
		return 0;
	}
	w->deaths++;
	if (!p->closing && send_claim(p, i) == 0)
		return 0;
	*line = (struct slice){ 0 };
	memset(r, 0, sizeof(*r));
	r->fate = FATE_LEFT;
	r->res.wait = MSEC_NONE;
	fault_set(&r->res.last.fault, F_IO, 0, p->closing ? "stopped" :
	    "its worker processes died");
	set_idle(p, i);
	return 1;
}

/* Whether b has a whole report: *r and the line after it. */
static int
complete(struct slice b, struct report *r, struct slice *line)
{
	if (b.n < sizeof(*r))
		return 0;
	memcpy(r, b.p, sizeof(*r));
	*line = slice_sub(b, sizeof(*r), b.n);
	return line->n >= r->n;
}

int
pool_take(struct pool *p, size_t i, struct report *r, struct slice *line)
{
	struct worker *w = &p->w[i];
	ssize_t n;

	buf_clear(&p->chunk);
	if (p->chunk.cap > CHUNK)
		buf_free(&p->chunk);
	n = file_read_some(w->fd, buf_room(&p->chunk, CHUNK), CHUNK);
	if (n == FILE_AGAIN)
		return 0;
	if (n <= 0)
		return replace(p, i, r, line);
	p->chunk.n = (size_t)n;
	if (w->in.n == 0 && complete(buf_slice(&p->chunk), r, line)) {
		set_idle(p, i);
		return 1;
	}
	buf_put(&w->in, buf_slice(&p->chunk));
	if (!complete(buf_slice(&w->in), r, line))
		return 0;
	buf_free(&p->chunk);
	p->chunk = w->in;
	w->in = (struct buf){ 0 };
	set_idle(p, i);
	return 1;
}

void
pool_rest(struct pool *p)
{
	while (p->nidle > 0)
		bury(p, p->idle[--p->nidle]);
}

/* -- pauses, and the end --------------------------------------------------- */

size_t
pool_waiting(const struct pool *p, msec now, msec *first)
{
	size_t i, n = 0;
	msec until;

	*first = MSEC_MAX;
	for (i = 0; i < p->max; i++) {
		until = atomic_load(&p->pause[i].until);
		n += until > now;
		if (until > now && until < *first)
			*first = until;
	}
	return n;
}

void
pool_hurry(struct pool *p)
{
	size_t i;

	for (i = 0; i < p->max; i++)
		if (p->w[i].busy && atomic_load(&p->pause[i].until) > 0)
			(void)shutdown(p->w[i].fd, SHUT_WR);
}

void
pool_close(struct pool *p)
{
	size_t i;

	for (i = 0; p->w != NULL && i < p->max; i++) {
		if (p->w[i].busy)
			(void)kill(p->w[i].pid, SIGKILL);
		bury(p, i);
		buf_free(&p->w[i].text);
	}
	free(p->w);
	free(p->idle);
	free(p->fds);
	buf_free(&p->chunk);
}
