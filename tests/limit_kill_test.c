/*
 * Processes that share a page of limits and are killed at random: most of what
 * the server allows is used, little is refused, and nothing stays blocked.
 */

#define _GNU_SOURCE	/* MAP_ANONYMOUS */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/tickets.h"

#define WORKERS 32

#define SPAN 500		/* us in which the bucket refills by one */
#define WINDOW (1000 * SPAN)

/* The server's bucket; .full: when it is full again, us. */
struct tally {
	_Atomic int64_t full;
	_Atomic int64_t sent, refused;
};

static msec
clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (msec)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
nap(long us)
{
	struct timespec ts = { 0, us * 1000 };

	nanosleep(&ts, NULL);
}

static int
serve(struct tally *tally, struct quota *q)
{
	int64_t full = atomic_load(&tally->full), next, now;

	do {
		now = clock_now() * 1000;
		next = (full > now ? full : now) + SPAN;
		if (next > now + WINDOW)
			break;
	} while (!atomic_compare_exchange_weak(&tally->full, &full, next));
	full = next > now + WINDOW ? next - SPAN : next;
	quota_fields(NULL, 0, 0, q);
	q->of[QUOTA_REQUESTS] = (struct quota_of){ WINDOW / SPAN,
	    (WINDOW - (full - now)) / SPAN, MSEC_NONE, WINDOW / 1000 };
	return next <= now + WINDOW ? 200 : 429;
}

static void
work(struct limit *l, struct tally *tally)
{
	const struct fault limited = { .class = F_RATE, .retry = 1,
	    .wait = MSEC_NONE };
	struct ticket t = { 0 };
	struct quota q;
	msec now, look;
	int status;

	for (;;) {
		for (;;) {
			now = clock_now();
			look = limit_local.ask(l, &t, SLICE("{}"), now);
			if (look <= now)
				break;
			nap((long)(look - now) * 1000);
		}
		status = serve(tally, &q);
		atomic_fetch_add(status == 200 ? &tally->sent :
		    &tally->refused, 1);
		limit_local.head(l, &t, &q, status, clock_now());
		limit_local.done(l, &t, status == 200 ? &whole : &limited, 1,
		    &none, clock_now());
		if (status != 200)
			nap(10000);
	}
}

static pid_t
begin(struct limit *l, struct tally *tally)
{
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGALRM, SIG_DFL);
		alarm(20);
		work(l, tally);
	}
	return pid;
}

static void
test_kills(void)
{
	struct limit l = home_limit();
	struct tally *tally = mmap(NULL, sizeof(*tally), PROT_READ |
	    PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid[WORKERS];
	msec start = clock_now(), span;
	int64_t sent, refused, most;
	int i, k;

	atomic_store(&tally->full, start * 1000 + WINDOW);	/* empty */
	for (i = 0; i < WORKERS; i++)
		pid[i] = begin(&l, tally);
	for (k = 0; clock_now() - start < 1500; k++) {
		i = k % WORKERS;
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
		pid[i] = begin(&l, tally);
		nap(500);
	}
	span = clock_now() - start;
	sent = atomic_load(&tally->sent);
	refused = atomic_load(&tally->refused);
	most = span * 1000 / SPAN + 1;
	printf("# %d killed in %lld ms, %lld of %lld sent, %lld refused\n", k,
	    (long long)span, (long long)sent, (long long)most,
	    (long long)refused);
	OK(sent >= most / 4, "most of the bucket is used");
	/* each death between ask() and done() may cost one, and delays of the
	 * machine some more */
	OK(refused <= k + sent / 4, "few are refused");
	for (i = 0; i < WORKERS; i++)
		kill(pid[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	sent = atomic_load(&tally->sent);
	start = clock_now();
	pid[0] = begin(&l, tally);
	while (atomic_load(&tally->sent) < sent + 20 &&
	    clock_now() - start < 15000)
		nap(5000);
	printf("# then 20 in %lld ms\n", (long long)(clock_now() - start));
	OK(clock_now() - start < 15000, "nothing stays blocked");
	kill(pid[0], SIGKILL);
	waitpid(pid[0], NULL, 0);
	munmap(tally, sizeof(*tally));
	page_close(l.page);
}

int
main(void)
{
	test_kills();
	return DONE();
}
