#include "cmd/secret.h"

int
secret_named(struct slice name)
{
	static const char *const names[] = { "Authorization",
	    "Proxy-Authorization", "Cookie", "Set-Cookie" };
	static const char *const ends[] = { "key", "token", "secret",
	    "password", "auth" };
	struct slice end;
	size_t i;

	for (i = 0; i < COUNT(names); i++)
		if (slice_ieq(name, slice_str(names[i])))
			return 1;
	for (i = 0; i < COUNT(ends); i++) {
		end = slice_str(ends[i]);
		if (name.n >= end.n && slice_ieq(slice_sub(name,
		    name.n - end.n, end.n), end))
			return 1;
	}
	return 0;
}

int
secret_field(const struct own_provider *own, struct slice name)
{
	struct slice rest;
	size_t i;

	for (i = 0; own != NULL && i < own->nheaders; i++) {
		rest = slice_str(own->header[i]);
		if (own->secret[i] && slice_ieq(slice_cut(&rest, ':'), name))
			return 1;
	}
	return secret_named(name);
}

struct slice
secret_parameter(struct slice *query, struct slice *value)
{
	*value = slice_cut(query, '&');
	return slice_cut(value, '=');
}

void
secret_put_url(struct buf *out, struct slice url)
{
	struct slice query = url, rest, name, value, user, at;
	ptrdiff_t sep = slice_ifind(url, "://");
	size_t n;

	(void)slice_cut(&query, '?');
	rest = slice_sub(url, 0, url.n - query.n);
	/* user:password@ */
	at = slice_sub(rest, (size_t)(sep + 3), rest.n);
	for (n = at.n; sep >= 0 && n > 0 && at.p[n - 1] != '@'; n--)
		;
	user = slice_sub(at, 0, sep >= 0 && n > 0 ? n - 1 : 0);
	name = slice_cut(&user, ':');
	if (user.n > 0) {
		buf_put(out, slice_sub(rest, 0,
		    (size_t)(name.p + name.n - rest.p)));
		buf_puts(out, ":***");
		rest = slice_sub(at, n - 1, at.n);
	}
	buf_put(out, rest);
	while (query.n > 0) {
		rest = query;
		name = secret_parameter(&query, &value);
		if (value.n > 0 && secret_named(name)) {
			buf_put(out, name);
			buf_puts(out, query.n > 0 ? "=***&" : "=***");
		} else {
			buf_put(out, slice_sub(rest, 0, rest.n - query.n));
		}
	}
}
