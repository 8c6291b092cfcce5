#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/faultd.h"

static enum go
verb_accept(struct peer *p, const struct verb *v)
{
	(void)p, (void)v;
	return GO_ON;
}

/* A connection that is kept alive has shaken hands before. */
static enum go
verb_tls(struct peer *p, const struct verb *v)
{
	struct buf why = {0};
	int err;

	if (p->tls != NULL)
		return GO_ON;
	p->tls = tls_accept(p->fd, p->d->certs, v->arg[0], &err);
	if (p->tls != NULL)
		return GO_ON;
	buf_printf(&why, "%d", err);
	peer_complain(p, "tls", v->arg[0], buf_slice(&why));
	buf_free(&why);
	return GO_END;
}

static enum go
verb_read(struct peer *p, const struct verb *v)
{
	(void)v;
	return peer_read_head(p) == GO_ON ? peer_read_body(p) : GO_GONE;
}

static enum go
verb_read_head(struct peer *p, const struct verb *v)
{
	(void)v;
	return peer_read_head(p);
}

static enum go
verb_read_body(struct peer *p, const struct verb *v)
{
	(void)v;
	return peer_read_body(p);
}

static enum go
verb_expect_header(struct peer *p, const struct verb *v)
{
	char name[256];
	struct slice got;

	slice_copy(v->arg[0], name, sizeof(name));
	got = peer_field(p, name);
	if (v->nargs < 2 ? got.p != NULL : !slice_eq(got, v->arg[1]))
		peer_complain(p, "expect-header", v->arg[0], got);
	return GO_ON;
}

static enum go
verb_expect_body(struct peer *p, const struct verb *v)
{
	char text[4096];

	slice_copy(v->arg[0], text, sizeof(text));
	if (slice_ifind(buf_slice(&p->body), text) < 0)
		peer_complain(p, "expect-body", v->arg[0],
		    buf_slice(&p->body));
	return GO_ON;
}

static enum go
verb_send(struct peer *p, const struct verb *v)
{
	return peer_send(p, v->arg[0]);
}

static enum go
verb_send_file(struct peer *p, const struct verb *v)
{
	char path[4096];
	struct buf in = {0};
	enum go go = GO_END;
	ssize_t n = -1;
	int fd;

	slice_copy(v->arg[0], path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && (n = read(fd, buf_room(&in, 65536), 65536)) > 0)
		in.n += (size_t)n;
	if (n < 0)
		peer_complain(p, "cannot read", v->arg[0], SLICE(""));
	else
		go = peer_send(p, buf_slice(&in));
	if (fd >= 0)
		close(fd);
	buf_free(&in);
	return go;
}

static enum go
verb_split(struct peer *p, const struct verb *v)
{
	p->piece = (size_t)verb_num(v, 0);
	p->pause = v->nargs < 2 ? 0 : verb_num(v, 1);
	return GO_ON;
}

static enum go
verb_sleep(struct peer *p, const struct verb *v)
{
	(void)p;
	peer_sleep(verb_num(v, 0));
	return GO_ON;
}

static enum go
verb_rst(struct peer *p, const struct verb *v)
{
	(void)v;
	peer_reset(p);
	return GO_GONE;
}

static enum go
verb_fin(struct peer *p, const struct verb *v)
{
	(void)p, (void)v;
	return GO_END;
}

static enum go
verb_close_notify(struct peer *p, const struct verb *v)
{
	(void)v;
	if (p->tls != NULL)
		tls_goodbye(p->tls);
	return GO_ON;
}

static enum go
verb_no_close_notify(struct peer *p, const struct verb *v)
{
	(void)v;
	p->tls = NULL;
	return GO_END;
}

/* Silence, until the peer has enough of it. */
static enum go
verb_hold(struct peer *p, const struct verb *v)
{
	(void)v;
	while (peer_fill(p) > 0)
		;
	return GO_END;
}

static enum go
verb_keep(struct peer *p, const struct verb *v)
{
	(void)v;
	p->keep = 1;
	return GO_ON;
}

static enum go
verb_connect(struct peer *p, const struct verb *v)
{
	(void)v;
	return peer_send(p,
	    SLICE("HTTP/1.1 200 Connection established\r\n\r\n"));
}

static const struct verb_kind kinds[] = {
	{ "accept", "", verb_accept },
	{ "tls", "s", verb_tls },
	{ "connect", "", verb_connect },
	{ "read", "", verb_read },
	{ "read-head", "", verb_read_head },
	{ "read-body", "", verb_read_body },
	{ "expect-header", "s?s", verb_expect_header },
	{ "expect-body", "s", verb_expect_body },
	{ "send", "s", verb_send },
	{ "send-file", "s", verb_send_file },
	{ "split", "n", verb_split },
	{ "drip", "nn", verb_split },
	{ "sleep", "n", verb_sleep },
	{ "keep", "", verb_keep },
	{ "hold", "", verb_hold },
	{ "fin", "", verb_fin },
	{ "rst", "", verb_rst },
	{ "close-notify", "", verb_close_notify },
	{ "no-close-notify", "", verb_no_close_notify },
	{ "status", "n?f*", verb_status },
	{ "error", "nss?f*", verb_error },
	{ "head", "?f*", verb_head },
	{ "end", "", verb_end },
	{ "event", "s?s", verb_event },
	{ "comment", "s?nn", verb_comment },
	{ "start", "d", verb_start },
	{ "text", "s", verb_text },
	{ "fail", "ss", verb_fail },
	{ "done", "?s", verb_done },
	{ "stream", "ds?f*", verb_stream },
	{ "stream-cut", "ds?f*", verb_stream_cut },
	{ "stream-error", "dsss?f*", verb_stream_error },
	{ "whole", "ds?f*", verb_whole },
	{ "whole-cut", "ds?f*", verb_whole_cut },
	{ "answer", "ds?f*", verb_answer },
	{ "refuse", "dnss?f*", verb_refuse },
	{ "bulk", "dn?f*", verb_bulk },
	{ "limited", "dsnnnn?n", verb_limited },
};

const struct verb_kind *
verb_find(struct slice name)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (slice_is(name, kinds[i].name))
			return &kinds[i];
	return NULL;
}
