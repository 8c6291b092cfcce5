#include "wire/url.h"

#include <stdint.h>
#include <string.h>

#include "wire/ip.h"

/* The offset of the first byte of s that is in set; s.n if there is none. */
static size_t
find(struct slice s, const char *set)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (memchr(set, s.p[i], strlen(set)) != NULL)
			break;
	return i;
}

/* Parses what follows the host: nothing, or a port, which may be empty. */
static const char *
parse_port(struct slice s, struct url *u)
{
	long long port;

	if (s.n == 0 || slice_is(s, ":"))
		return NULL;
	port = slice_dec(slice_sub(s, 1, s.n), 65535);
	if (s.p[0] != ':' || port < 1)
		return "the port is no number from 1 to 65535";
	u->port = (int)port;
	u->port_given = 1;
	return NULL;
}

const char *
url_authority(struct slice s, struct url *u)
{
	unsigned char a[16] = { 0 };
	size_t n, i;
	char c;

	if (s.n > 0 && s.p[0] == '[') {
		n = find(s, "]");
		u->ipv6 = 1;
		u->host = slice_sub(s, 1, n - 1);
		if (n == s.n || ip_parse(u->host, a) != 16)
			return "no IPv6 address in the brackets";
		return parse_port(slice_sub(s, n + 1, s.n), u);
	}
	n = find(s, ":");
	u->host = slice_sub(s, 0, n);
	if (n == 0)
		return "no host";
	for (i = 0; i < n; i++) {
		c = s.p[i];	/* container networks use underscores */
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '-' || c == '.' ||
		    c == '_'))
			break;
	}
	if (i < n)
		return (unsigned char)s.p[i] < 0x80 ?
		    "the host is neither a name nor an address" :
		    "the host is not in ASCII: give its xn-- form";
	if (n > 253 + (s.p[n - 1] == '.' ? 1U : 0U))
		return "the host name is longer than 253 bytes";
	return parse_port(slice_sub(s, n, s.n), u);
}

const char *
url_parse(struct slice s, struct url *u)
{
	struct slice authority;
	ptrdiff_t sep;
	size_t i;

	*u = (struct url){ 0 };
	/* browsers treat a backslash as a slash, others do not */
	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f ||
		    s.p[i] == '\\')
			return "a blank, backslash or control character in it";
	sep = slice_ifind(s, "://");
	if (sep < 0)
		return "no scheme: it must start with https:// or http://";
	u->https = slice_ieq(slice_sub(s, 0, (size_t)sep), SLICE("https"));
	u->port = u->https ? 443 : 80;
	if (!u->https && !slice_ieq(slice_sub(s, 0, (size_t)sep),
	    SLICE("http")))
		return "the scheme is neither https nor http";
	slice_skip(&s, (size_t)sep + 3);
	s = slice_sub(s, 0, find(s, "#"));
	authority = slice_sub(s, 0, find(s, "/?"));
	u->path = slice_sub(s, authority.n, s.n);
	if (u->path.n > 0 && u->path.p[0] == '?')
		return "a query without a path before it";
	/* the last @: passwords often have unescaped ones, hosts cannot */
	for (i = authority.n; i > 0 && authority.p[i - 1] != '@'; i--)
		;
	if (i > 0)
		u->userinfo = slice_sub(authority, 0, i - 1);
	return url_authority(slice_sub(authority, i, authority.n), u);
}

void
url_host(const struct url *u, struct buf *out)
{
	if (u->ipv6)
		buf_putc(out, '[');
	buf_put(out, u->host);
	if (u->ipv6)
		buf_putc(out, ']');
	if (u->port != (u->https ? 443 : 80)) {
		buf_putc(out, ':');
		buf_put_num(out, u->port);
	}
}

int
url_unescape(struct slice s, struct buf *out)
{
	size_t start = out->n, i;
	long long c;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] != '%') {
			buf_putc(out, s.p[i]);
			continue;
		}
		c = s.n - i < 3 ? -1 : slice_hex(slice_sub(s, i + 1, 2));
		if (c <= 0) {
			out->n = start;
			return -1;
		}
		buf_putc(out, (char)c);
		i += 2;
	}
	return 0;
}

void
url_escape(struct slice s, struct buf *out)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
	    "pqrstuvwxyz0123456789-._~";

	for (; s.n > 0; slice_skip(&s, 1)) {
		if (memchr(plain, *s.p, sizeof(plain) - 1) != NULL)
			buf_putc(out, *s.p);
		else
			buf_printf(out, "%%%02X", (unsigned char)*s.p);
	}
}

/* Whether the address a, n bytes long, is in the block ADDRESS[/BITS]. */
static int
in_block(const unsigned char *a, size_t n, struct slice block)
{
	size_t slash = find(block, "/"), whole;
	unsigned char b[16] = { 0 };
	long long bits = (long long)n * 8;
	int shift;

	if (slash < block.n)
		bits = slice_dec(slice_sub(block, slash + 1, block.n), bits);
	if (bits < 0 || ip_parse(slice_sub(block, 0, slash), b) != n)
		return 0;
	whole = (size_t)bits / 8;
	shift = 8 - (int)(bits % 8);
	return memcmp(a, b, whole) == 0 &&
	    (shift == 8 || a[whole] >> shift == b[whole] >> shift);
}

static struct slice
without_last_dot(struct slice s)
{
	return s.n > 1 && s.p[s.n - 1] == '.' ? slice_sub(s, 0, s.n - 1) : s;
}

/* Whether host is name or a subdomain of it. */
static int
below(struct slice host, struct slice name)
{
	size_t off;

	host = without_last_dot(host);
	name = without_last_dot(name);
	if (slice_starts(name, "*."))
		slice_skip(&name, 1);
	if (slice_starts(name, "."))
		slice_skip(&name, 1);
	if (name.n == 0 || name.n > host.n)
		return 0;
	off = host.n - name.n;
	return slice_ieq(slice_sub(host, off, name.n), name) &&
	    (off == 0 || host.p[off - 1] == '.');
}

int
url_is_local(const struct url *u)
{
	static const unsigned char none[16];
	unsigned char a[16] = { 0 };
	size_t n = ip_parse(u->host, a);

	if (n == 0)
		return below(u->host, SLICE("localhost"));
	return (n == 4 && a[0] == 127) || memcmp(a, none, n) == 0 ||
	    in_block(a, n, SLICE("::1"));
}

/* Removes :PORT, and the brackets of an IPv6 address, from *entry.  0 if there
 * is a port and it is another one. */
static int
port_fits(struct slice *entry, int port)
{
	struct slice rest;
	size_t n;

	if (entry->p[0] == '[') {
		n = find(*entry, "]");
		rest = slice_sub(*entry, n + 1, entry->n);
		*entry = slice_sub(*entry, 1, n - 1);
	} else {
		n = find(*entry, ":");
		rest = slice_sub(*entry, n, entry->n);
		if (find(slice_sub(rest, 1, rest.n), ":") + 1 < rest.n)
			return 1;	/* an IPv6 address without brackets */
		*entry = slice_sub(*entry, 0, n);
	}
	return rest.n == 0 || (rest.p[0] == ':' &&
	    slice_dec(slice_sub(rest, 1, rest.n), 65535) == port);
}

int
url_no_proxy(const struct url *u, struct slice list)
{
	struct slice entry;
	unsigned char a[16] = { 0 };
	size_t n = ip_parse(u->host, a), len;

	for (; list.n > 0; slice_skip(&list, len + 1)) {
		len = find(list, ", \t\r\n");
		entry = slice_sub(list, 0, len);
		if (len == 0 || !port_fits(&entry, u->port))
			continue;
		if (slice_is(entry, "*") || (n > 0 ?
		    in_block(a, n, entry) : below(u->host, entry)))
			return 1;
	}
	return 0;
}
