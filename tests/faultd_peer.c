#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/faultd.h"
#include "wire/json.h"

msec
faultd_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (msec)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
peer_sleep(msec span)
{
	struct timespec ts = { span / 1000, (long)(span % 1000 * 1000000) };

	while (span > 0 && nanosleep(&ts, &ts) < 0 && errno == EINTR)
		;
}

/* One write() a line keeps the children's lines whole. */
static void
log_close(struct json_out *w)
{
	ssize_t rc;

	json_close(w);
	buf_putc(w->out, '\n');
	rc = write(STDOUT_FILENO, w->out->p, w->out->n);
	(void)rc;
	buf_free(w->out);
}

static void
log_open(const struct peer *p, struct json_out *w)
{
	json_open(w, '{');
	json_member_num(w, "t", faultd_now() - p->d->start);
	json_member_num(w, "conn", p->conn);
	json_member_num(w, "line", p->step->line);
}

void
peer_complain(const struct peer *p, const char *what, struct slice name,
    struct slice got)
{
	struct buf line = {0};
	struct json_out w = { .out = &line };

	log_open(p, &w);
	json_member(&w, "fail", slice_str(what));
	json_member(&w, "name", name);
	json_member(&w, "got", got);
	log_close(&w);
}

void
peer_note(const struct peer *p, const char *a, long long an, const char *b,
    long long bn)
{
	struct buf line = {0};
	struct json_out w = { .out = &line };

	log_open(p, &w);
	json_member_num(&w, a, an);
	json_member_num(&w, b, bn);
	log_close(&w);
}

static void
log_request(const struct peer *p, int number)
{
	struct buf line = {0};
	struct json_out w = { .out = &line };

	log_open(p, &w);
	json_member_num(&w, "req", number);
	json_member(&w, "method", p->method);
	json_member(&w, "target", p->target);
	json_member_num(&w, "body", (int64_t)p->body.n);
	if (p->d->by_request)
		json_member(&w, "case", peer_field(p, "x-case"));
	if (p->tls != NULL) {
		json_member(&w, "sni", slice_str(tls_sni(p->tls)));
		json_member(&w, "alpn", slice_str(tls_alpn(p->tls)));
	}
	log_close(&w);
}

static void
keep_file(const struct peer *p, int number, const char *what, struct slice s)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/req-%d.%s", p->d->dir, number, what);
	f = fopen(path, "w");
	if (f == NULL || fwrite(s.p, 1, s.n, f) != s.n || fclose(f) != 0)
		peer_complain(p, "cannot write", slice_str(path), SLICE(""));
}

size_t
peer_fill(struct peer *p)
{
	char *to = buf_room(&p->in, 65536);
	ssize_t n;

	if (p->tls != NULL)
		n = tls_read(p->tls, to, 65536);
	else
		n = recv(p->fd, to, 65536, 0);
	if (n <= 0)
		return 0;
	p->in.n += (size_t)n;
	return (size_t)n;
}

/* Where the head ends, 0 while it has not. */
static size_t
head_end(struct slice in)
{
	ptrdiff_t at = slice_ifind(in, "\r\n\r\n");

	return at < 0 ? 0 : (size_t)at + 4;
}

enum go
peer_read_head(struct peer *p)
{
	struct slice line;
	size_t n;

	while ((n = head_end(buf_slice(&p->in))) == 0)
		if (peer_fill(p) == 0)
			return GO_GONE;
	buf_clear(&p->head);
	buf_put(&p->head, slice_sub(buf_slice(&p->in), 0, n));
	buf_drop(&p->in, n);
	line = buf_slice(&p->head);
	line = slice_cut(&line, '\r');
	p->method = slice_cut(&line, ' ');
	p->target = slice_cut(&line, ' ');
	return GO_ON;
}

struct slice
peer_field(const struct peer *p, const char *name)
{
	struct slice head = buf_slice(&p->head), line;

	while (head.n > 0) {
		line = slice_cut(&head, '\n');
		if (slice_ieq(slice_cut(&line, ':'), slice_str(name)))
			return slice_trim(line);
	}
	return (struct slice){0};
}

/* Moves n bytes of what comes to the body. */
static enum go
take_body(struct peer *p, size_t n)
{
	while (p->in.n < n)
		if (peer_fill(p) == 0)
			return GO_GONE;
	buf_put(&p->body, slice_sub(buf_slice(&p->in), 0, n));
	buf_drop(&p->in, n);
	return GO_ON;
}

/* The next line, without its end, up to the next call. */
static enum go
read_line(struct peer *p, struct buf *line)
{
	struct slice in;

	while (memchr(buf_slice(&p->in).p, '\n', p->in.n) == NULL)
		if (peer_fill(p) == 0)
			return GO_GONE;
	in = buf_slice(&p->in);
	in = slice_cut(&in, '\n');
	buf_clear(line);
	buf_put(line, slice_trim(in));
	buf_drop(&p->in, in.n + 1);
	return GO_ON;
}

static enum go
read_chunks(struct peer *p)
{
	struct buf line = {0};
	struct slice size;
	long long n = 1;
	enum go go = GO_ON;

	while (n > 0 && go == GO_ON) {
		go = read_line(p, &line);
		size = buf_slice(&line);
		n = go == GO_ON ? slice_hex(slice_cut(&size, ';')) : 0;
		if (n > 0)
			go = take_body(p, (size_t)n);
		if (n >= 0 && go == GO_ON)
			go = read_line(p, &line);
	}
	if (n < 0)
		peer_complain(p, "bad chunk", SLICE(""), buf_slice(&line));
	buf_free(&line);
	return n < 0 ? GO_END : go;
}

enum go
peer_read_body(struct peer *p)
{
	struct slice length = peer_field(p, "content-length");
	long long n = length.p == NULL ? 0 : slice_dec(length, 1LL << 32);
	enum go go;
	int number;

	buf_clear(&p->body);
	if (n < 0)
		peer_complain(p, "bad length", SLICE(""), length);
	if (peer_field(p, "transfer-encoding").p != NULL)
		go = read_chunks(p);
	else
		go = take_body(p, n < 0 ? 0 : (size_t)n);
	if (go != GO_ON)
		return go;
	number = atomic_fetch_add(&p->d->shared->requests, 1) + 1;
	if (p->d->dir != NULL) {
		keep_file(p, number, "head", buf_slice(&p->head));
		keep_file(p, number, "body", buf_slice(&p->body));
	}
	log_request(p, number);
	return GO_ON;
}

int
peer_wants_stream(const struct peer *p)
{
	struct json_want stream = { .key = "stream" };

	return slice_ifind(p->target, ":streamGenerateContent") >= 0 ||
	    (json_pick(buf_slice(&p->body), &stream, 1) == 0 &&
	    stream.type == JSON_TRUE);
}

static int
send_all(struct peer *p, struct slice s)
{
	ssize_t n;

	if (p->tls != NULL)
		return tls_send(p->tls, s);
	for (; s.n > 0; s = slice_sub(s, (size_t)n, s.n)) {
		n = send(p->fd, s.p, s.n, MSG_NOSIGNAL);
		if (n < 0)
			return -1;
	}
	return 0;
}

enum go
peer_send(struct peer *p, struct slice s)
{
	size_t n;

	for (; s.n > 0; s = slice_sub(s, n, s.n)) {
		n = p->piece > 0 && p->piece < s.n ? p->piece : s.n;
		if (send_all(p, slice_sub(s, 0, n)) < 0)
			return GO_GONE;
		peer_sleep(p->pause);
	}
	return GO_ON;
}

enum go
peer_send_body(struct peer *p, struct slice s)
{
	struct buf out = {0};
	enum go go;

	if (!p->chunked)
		return peer_send(p, s);
	buf_printf(&out, "%zx\r\n", s.n);
	buf_put(&out, s);
	buf_puts(&out, "\r\n");
	go = peer_send(p, buf_slice(&out));
	buf_free(&out);
	return go;
}

void
peer_close(struct peer *p)
{
	char sink[4096];

	if (p->tls != NULL)
		tls_goodbye(p->tls);
	/* What the peer still sends would turn our FIN into an RST. */
	shutdown(p->fd, SHUT_WR);
	while (recv(p->fd, sink, sizeof(sink), 0) > 0)
		;
	close(p->fd);
}

void
peer_reset(struct peer *p)
{
	struct linger hard = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(p->fd);
}

static enum go
read_request(struct peer *p)
{
	p->unread = 0;
	return peer_read_head(p) == GO_ON ? peer_read_body(p) : GO_GONE;
}

static enum go
play(struct peer *p)
{
	const struct step *s = p->step;
	enum go go = GO_ON;
	size_t i;

	p->unread = !p->d->by_request &&
	    !slice_is(slice_str(s->verb[0].kind->name), "accept");
	p->keep = p->chunked = 0;
	p->piece = 0;
	p->pause = 0;
	for (i = 0; i < s->nverbs && go == GO_ON; i++) {
		if (p->unread &&
		    !slice_is(slice_str(s->verb[i].kind->name), "tls"))
			go = read_request(p);
		if (go == GO_ON)
			go = s->verb[i].kind->run(p, &s->verb[i]);
	}
	return go == GO_ON && !p->keep ? GO_END : go;
}

/* Reads a request and plays the step that is meant for it. */
static enum go
play_chosen(struct peer *p)
{
	static const struct step none;
	const struct faultd *d = p->d;
	enum go go;
	size_t part;

	p->step = &none;
	p->chunked = 0;
	p->piece = 0;
	go = read_request(p);
	if (go != GO_ON || side_answer(p, &go))
		return go;
	part = script_part(&d->script, peer_field(p, "x-case"));
	if (part == CASES_MAX) {
		peer_complain(p, "no such case", peer_field(p, "x-case"),
		    p->target);
		return GO_END;
	}
	p->step = script_step(&d->script, part,
	    atomic_fetch_add(&d->shared->turns[part], 1));
	return play(p);
}

void
peer_serve(struct peer *p, int turn)
{
	enum go go;

	for (;;) {
		if (p->d->by_request) {
			go = play_chosen(p);
		} else {
			p->step = script_step(&p->d->script, 0, turn);
			go = play(p);
		}
		if (go != GO_ON)
			break;
		/* A turn is taken only when there is a request for it. */
		if (p->in.n == 0 && peer_fill(p) == 0) {
			go = GO_END;
			break;
		}
		if (!p->d->by_request)
			turn = atomic_fetch_add(&p->d->shared->turns[0], 1);
	}
	if (go == GO_END)
		peer_close(p);
	/* else the end of the process closes it */
}
