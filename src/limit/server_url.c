#include "limit/server.h"

#define PORT 6379

const char *
server_parse(const char *url, struct server_at *at)
{
	struct url *u = &at->to.url;
	struct slice s = slice_str(url), user;
	struct buf password = { 0 };
	const char *why;
	int tls;

	*at = (struct server_at){ 0 };
	if (slice_starts(s, "unix:/")) {
		at->path = url + 5;
		return NULL;
	}
	tls = slice_starts(s, "rediss://");
	if (!tls && !slice_starts(s, "redis://"))
		return "it must start with redis://, rediss:// or unix:/";
	buf_room(&at->text, s.n + 2);
	buf_puts(&at->text, tls ? "https" : "http");
	buf_puts(&at->text, url + (tls ? 6 : 5));
	why = url_parse(buf_slice(&at->text), u);
	if (why != NULL)
		return why;
	if (!u->port_given)
		u->port = PORT;
	if (u->path.n > 1)
		at->db = slice_dec(slice_sub(u->path, 1, u->path.n), 1 << 20);
	if (at->db < 0)
		return "after the host only the number of a database";
	buf_room(&at->user, u->userinfo.n + 1);
	buf_room(&password, u->userinfo.n + 1);
	s = u->userinfo;
	user = slice_cut(&s, ':');
	if (url_unescape(user, &at->user) < 0 ||
	    url_unescape(s, &password) < 0)
		why = "an invalid escape in the user or password";
	else if (secret_set(&at->password, buf_slice(&password)) < 0)
		why = "the password is too long";
	buf_wipe(&password);
	return why;
}

void
server_wipe(struct server_at *at)
{
	buf_wipe(&at->text);
	buf_wipe(&at->user);
	secret_drop(&at->password);
}

void
server_name(const struct server_at *at, struct buf *out)
{
	const struct url *u = &at->to.url;

	if (at->path != NULL)
		buf_puts(out, at->path);
	else
		buf_printf(out, u->ipv6 ? "[%.*s]:%d" : "%.*s:%d",
		    SLICE_FMT(u->host), u->port);
}
