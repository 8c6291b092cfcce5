/* LIST, newline, URL: the parts lie within the text, and a Host field made of
 * them parses to the same host and port. */

#include <assert.h>
#include <stdint.h>

#include "tests/splits.h"
#include "wire/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
again(const struct url *u)
{
	struct buf b = { 0 };
	struct url v;

	buf_puts(&b, u->https ? "https://" : "http://");
	url_host(u, &b);
	assert(url_parse(buf_slice(&b), &v) == NULL);
	assert(slice_eq(u->host, v.host) && u->port == v.port);
	assert(u->ipv6 == v.ipv6 && v.userinfo.p == NULL && v.path.n == 0);
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };
	struct slice list = slice_cut(&text, '\n');
	char *url = exact(text), *no_proxy = exact(list);
	struct buf b = { 0 };
	struct url u;

	if (url_parse((struct slice){ url, text.n }, &u) == NULL) {
		assert(u.host.n > 0 && u.port > 0 && u.port < 65536);
		assert(u.path.n == 0 || u.path.p[0] == '/');
		again(&u);
		url_no_proxy(&u, (struct slice){ no_proxy, list.n });
	}
	if (url_unescape((struct slice){ no_proxy, list.n }, &b) < 0)
		assert(b.n == 0);
	assert(b.n <= list.n);
	buf_free(&b);
	free(url);
	free(no_proxy);
	return 0;
}
