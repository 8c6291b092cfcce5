#define _GNU_SOURCE	/* MAP_ANONYMOUS */

#include "limit/server.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bug.h"
#include "limit/script.h"
#include "net/sock.h"
#include "net/tls.h"
#include "wire/resp.h"

#define STEP ((msec)250)
#define SLOW 3			/* steps in a row that took longer: away */
#define DIAL ((msec)1000)	/* to connect, with TLS */
#define AGAIN ((msec)500)	/* until the next try, at least */
#define TELL ((msec)60000)	/* between two reports of an absence */
#define PREFIX "bide:"

/* What the processes know that were forked from the one that opened it. */
struct state {
	_Atomic int64_t next;	/* when to try again; 0: it is not away */
	_Atomic int64_t told;	/* both on the monotonic clock */
	_Atomic int64_t slow;	/* steps that took too long since the last that
				   did not */
	_Atomic int64_t hosts;
};

struct server {
	const struct env *env;
	const struct server_at *at;
	void (*tell)(const char *why, void *ctx);
	void *ctx;
	struct state *state;
	struct conn *conn;
	pid_t pid;		/* whose connection it is */
	struct buf out;		/* secret while it holds AUTH */
	struct resp in;
	char space[4096];	/* what was read, */
	struct slice rest;	/* and not yet parsed */
};

/* -- the connection -------------------------------------------------------- */

static void
hang_up(struct server *s)
{
	/* of a parent's connection only the memory is ours: a farewell of TLS
	 * would end it */
	if (s->conn != NULL && s->pid == getpid())
		s->conn->ops->close(s->conn);
	s->conn = NULL;
	s->rest.n = 0;
	resp_free(&s->in);
}

static int
flush(struct server *s, msec deadline, struct fault *f)
{
	struct slice out = buf_slice(&s->out);
	int rc = s->conn->ops->write(s->conn, &out, deadline, f);

	if (rc > 0)	/* such as an error for too many clients */
		rc = 0;
	return rc;
}

/* Sets *f for an error reply. */
static int
refused(const struct server *s, struct slice text, struct fault *f)
{
	static const struct {
		const char *word;
		enum fclass class;
	} words[] = {
		/* of Redis 6 to 8 and Valkey; within a script 6 puts its own
		 * words before them */
		{ "WRONGPASS", F_AUTH }, { "NOAUTH", F_AUTH },
		/* to a command of more than ten arguments, instead of NOAUTH */
		{ "unauthenticated", F_AUTH },
		{ "invalid password", F_AUTH }, { "ERR AUTH", F_AUTH },
		{ "without any password", F_AUTH },
		{ "NOPERM", F_PERMISSION }, { "DENIED", F_PERMISSION },
		{ "unknown command", F_PERMISSION },
		{ "DB index", F_PERMISSION },
		{ "not allowed from script", F_PERMISSION },
		{ "", F_SERVER },
	};
	struct slice password = secret_slice(&s->at->password);
	ptrdiff_t at = password.n > 0 ? slice_isearch(text, password) : -1;
	size_t i = 0;

	while (slice_ifind(text, words[i].word) < 0)
		i++;
	/* a command that it does not know it repeats, with its arguments */
	text = slice_sub(text, 0, at >= 0 ? (size_t)at : 160);
	return fault_set(f, words[i].class, words[i].class == F_SERVER,
	    "%.*s", SLICE_FMT(text));
}

/* Reads the next event of a reply; RESP_BAD with *f on failure. */
static enum resp_ev
next(struct server *s, msec deadline, struct fault *f)
{
	enum resp_ev ev;
	ssize_t n;

	while ((ev = resp_push(&s->in, &s->rest)) == RESP_MORE) {
		n = s->conn->ops->read(s->conn, s->space, sizeof(s->space),
		    deadline, f);
		if (n == 0)
			fault_set(f, F_IO, 1, "connection closed");
		if (n <= 0)
			return RESP_BAD;
		s->rest = (struct slice){ s->space, (size_t)n };
	}
	if (ev == RESP_BAD)
		fault_set(f, F_PROTO, 0, "not a Redis server");
	return ev;
}

/* Reads a whole reply.  0; or -1 with *f, which is F_NONE after NOSCRIPT. */
static int
receive(struct server *s, struct server_reply *r, msec deadline,
    struct fault *f)
{
	int rc = 0, text = 0;
	enum resp_ev ev;

	r->n = 0;
	buf_clear(&r->text);
	do {
		ev = next(s, deadline, f);
		if (ev == RESP_BAD)
			return -1;
		if (ev == RESP_INT && r->n < SERVER_NUMBERS)
			r->number[r->n++] = s->in.number;
		if (ev == RESP_TEXT && !text++)
			buf_put(&r->text, buf_slice(&s->in.text));
		if (ev != RESP_ERROR || rc < 0)
			continue;
		rc = -1;
		if (slice_starts(buf_slice(&s->in.text), "NOSCRIPT"))
			f->class = F_NONE;
		else
			(void)refused(s, buf_slice(&s->in.text), f);
	} while (!s->in.whole);
	return rc;
}

/* Sends the password, and selects the database. */
static int
log_in(struct server *s, msec deadline, struct fault *f)
{
	const struct server_at *at = s->at;
	struct slice password = secret_slice(&at->password);
	struct server_reply r = { 0 };
	char db[24];
	int i, n = 0, rc;

	buf_clear(&s->out);
	/* growing would leave copies of the password behind */
	buf_room(&s->out, password.n + at->user.n + 128);
	if (password.n > 0) {
		resp_command(&s->out, at->user.n > 0 ? 3 : 2);
		resp_arg(&s->out, SLICE("AUTH"));
		if (at->user.n > 0)
			resp_arg(&s->out, buf_slice(&at->user));
		resp_arg(&s->out, password);
		n++;
	}
	if (at->db > 0) {
		(void)str_printf(db, sizeof(db), "%lld", at->db);
		resp_command(&s->out, 2);
		resp_arg(&s->out, SLICE("SELECT"));
		resp_arg(&s->out, slice_str(db));
		n++;
	}
	rc = flush(s, deadline, f);
	buf_wipe(&s->out);
	for (i = 0; rc == 0 && i < n; i++)
		rc = receive(s, &r, deadline, f);
	buf_free(&r.text);
	return rc;
}

/* Makes sure that there is a connection. */
static int
call_up(struct server *s, struct fault *f)
{
	msec deadline = env_mono(s->env) + DIAL;
	struct dial_times times;

	/* one that was idle may have been closed */
	if (s->conn != NULL && (s->pid != getpid() ||
	    s->rest.n > 0 || !s->conn->ops->quiet(s->conn)))
		hang_up(s);
	if (s->conn != NULL)
		return 0;
	s->conn = s->at->path != NULL ? sock_unix(s->env, s->at->path, f) :
	    conn_dial(s->env, &s->at->to, deadline, &times, f);
	s->pid = getpid();
	if (s->conn == NULL)
		return -1;
	return log_in(s, deadline, f);
}

/* -- steps ----------------------------------------------------------------- */

/* Appends EVALSHA or EVAL with the keys of a page. */
static void
put_step(struct server *s, const char *verb, struct slice code,
    const char *page, const struct slice *arg, size_t n)
{
	static const char *const keys[] = { "page", "tickets", "wait",
	    "active", "hosts" };
	size_t nkeys = COUNT(keys), i;
	char key[80];

	buf_clear(&s->out);
	resp_command(&s->out, 3 + nkeys + n);
	resp_arg(&s->out, slice_str(verb));
	resp_arg(&s->out, code);
	resp_arg(&s->out, SLICE("5"));
	for (i = 0; i < nkeys; i++) {
		(void)str_printf(key, sizeof(key), PREFIX "{%s}:%s", page,
		    keys[i]);
		resp_arg(&s->out, slice_str(key));
	}
	for (i = 0; i < n; i++)
		resp_arg(&s->out, arg[i]);
}

static void
unpack_script(struct buf *out)
{
	const unsigned char *p = limit_script, *end = p + limit_script_n;
	size_t n, at;

	while (p < end) {
		if (*p < 128) {
			buf_putc(out, (char)*p++);
			continue;
		}
		n = *p - 124U;
		at = (size_t)(p[1] << 8 | p[2]);
		must(out->p != NULL && at < out->n);
		for (p += 3; n > 0; n--)
			buf_putc(out, out->p[at++]);
	}
}

static int
attempt(struct server *s, const char *page, const struct slice *arg, size_t n,
    struct server_reply *r, struct fault *f)
{
	struct buf code = { 0 };
	int rc;

	if (call_up(s, f) < 0)
		return -1;
	put_step(s, "EVALSHA", slice_str(limit_script_sha1), page, arg, n);
	rc = flush(s, env_mono(s->env) + STEP, f);
	if (rc == 0)
		rc = receive(s, r, env_mono(s->env) + STEP, f);
	if (rc == 0 || f->class != F_NONE)
		return rc;
	unpack_script(&code);
	put_step(s, "EVAL", buf_slice(&code), page, arg, n);
	buf_free(&code);
	rc = flush(s, env_mono(s->env) + STEP, f);
	if (rc == 0)
		rc = receive(s, r, env_mono(s->env) + STEP, f);
	return rc;
}

/* The step has failed: it is away. */
static void
lose(struct server *s, const struct fault *f)
{
	msec now = env_mono(s->env), told = atomic_load(&s->state->told);

	hang_up(s);
	if (f->class == F_CANCEL)
		return;
	atomic_store(&s->state->next, now + AGAIN +
	    (msec)(env_random32(s->env) % (uint32_t)AGAIN));
	if ((told == 0 || now - told >= TELL) &&
	    atomic_compare_exchange_strong(&s->state->told, &told, now))
		s->tell(f->text, s->ctx);
}

int
server_run(struct server *s, const char *page, const struct slice *arg,
    size_t n, struct server_reply *reply)
{
	msec due = atomic_load(&s->state->next), now = env_mono(s->env);
	struct fault f;

	/* of several processes one tries */
	if (due != 0 && (now < due || !atomic_compare_exchange_strong(
	    &s->state->next, &due, now + AGAIN)))
		return -1;
	if (attempt(s, page, arg, n, reply, &f) < 0) {
		/* a packet may have been lost */
		if (due == 0 && f.class == F_TIMEOUT &&
		    atomic_fetch_add(&s->state->slow, 1) < SLOW - 1) {
			hang_up(s);
			return 1;
		}
		lose(s, &f);
		return -1;
	}
	if (due != 0)
		atomic_store(&s->state->next, 0);
	if (atomic_load(&s->state->slow) != 0)
		atomic_store(&s->state->slow, 0);
	return 0;
}

int
server_check(struct server *s, struct fault *f)
{
	static const char page[] = "00000000000000000000000000000000";
	static const struct slice arg[] = { { "check", 5 }, { "check", 5 },
	    { "check", 5 }, { "0", 1 }, { "0", 1 }, { "0", 1 }, { "0", 1 },
	    { "0", 1 }, { "0", 1 }, { "0", 1 }, { "0", 1 }, { "", 0 } };
	struct server_reply r = { 0 };
	int rc = attempt(s, page, arg, COUNT(arg), &r, f);

	buf_free(&r.text);
	if (rc == 0)
		return 0;
	if (!f->retry && f->class != F_DNS) {
		hang_up(s);
		return 1;
	}
	lose(s, f);
	return -1;
}

int
server_pages(struct server *s, struct buf *out, struct fault *f)
{
	static const char match[] = PREFIX "{*}:page";
	size_t front = sizeof(PREFIX), digits = 32;
	msec deadline;
	struct buf cursor = { 0 };
	struct slice key;
	enum resp_ev ev;
	int rc = call_up(s, f);

	buf_puts(&cursor, "0");
	while (rc == 0) {
		buf_clear(&s->out);
		resp_command(&s->out, 6);
		resp_arg(&s->out, SLICE("SCAN"));
		resp_arg(&s->out, buf_slice(&cursor));
		resp_arg(&s->out, SLICE("MATCH"));
		resp_arg(&s->out, slice_str(match));
		resp_arg(&s->out, SLICE("COUNT"));
		resp_arg(&s->out, SLICE("1000"));
		deadline = env_mono(s->env) + STEP;
		rc = flush(s, deadline, f);
		buf_clear(&cursor);
		do {
			ev = rc < 0 ? RESP_BAD : next(s, deadline, f);
			key = buf_slice(&s->in.text);
			if (ev == RESP_ERROR)
				rc = refused(s, key, f);
			else if (ev == RESP_BAD)
				rc = -1;
			else if (ev == RESP_TEXT && cursor.n == 0)
				buf_put(&cursor, key);
			else if (ev == RESP_TEXT && key.n > front + digits) {
				buf_put(out, slice_sub(key, front, digits));
				buf_putc(out, '\0');
			}
		} while (rc == 0 && !s->in.whole);
		if (slice_is(buf_slice(&cursor), "0"))
			break;
	}
	buf_free(&cursor);
	if (rc < 0)
		hang_up(s);
	return rc;
}

/* -- the object ------------------------------------------------------------ */

struct server *
server_open(const struct env *env, const struct server_at *at,
    void (*tell)(const char *why, void *ctx), void *ctx)
{
	struct server *s = calloc(1, sizeof(*s));
	void *state = mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (s == NULL || state == MAP_FAILED)
		err_oom();
	s->env = env;
	s->at = at;
	s->tell = tell;
	s->ctx = ctx;
	s->state = state;
	return s;
}

void
server_close(struct server *s)
{
	if (s == NULL)
		return;
	hang_up(s);
	buf_free(&s->out);
	(void)munmap(s->state, sizeof(*s->state));
	free(s);
}

void
server_hosts(struct server *s, int64_t hosts)
{
	atomic_store(&s->state->hosts, hosts);
}

int64_t
server_share(const struct server *s)
{
	return atomic_load(&s->state->hosts);
}

const struct env *
server_env(const struct server *s)
{
	return s->env;
}
