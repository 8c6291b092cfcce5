#include "serve/fields.h"

#include <string.h>

#include "serve/key.h"

/* About a connection, or about the framing on it, and Host, which attempt()
 * writes.  Of Expect the listener has taken care. */
static const char hops[][26] = {
	"Connection", "Host", "Transfer-Encoding", "Keep-Alive", "Upgrade",
	"TE", "Trailer", "Expect", "Proxy-Connection", "Proxy-Authorization",
	"Proxy-Authenticate", "Proxy-Authentication-Info",
};

/* Whether the value of a Connection field has that name in it. */
static int
lists(struct slice value, struct slice name)
{
	while (value.n > 0)
		if (slice_ieq(slice_trim(slice_cut(&value, ',')), name))
			return 1;
	return 0;
}

static int
is_hop(const struct http_field *field, size_t n, struct slice name)
{
	size_t i;

	for (i = 0; i < COUNT(hops); i++)
		if (slice_iis(name, hops[i]))
			return 1;
	for (i = 0; i < n; i++)
		if (slice_ieq(field[i].name, SLICE("Connection")) &&
		    lists(field[i].value, name))
			return 1;
	return 0;
}

/* Mostly the line stands in the head as it is to be written. */
static void
put_line(struct buf *out, const struct http_field *f)
{
	const char *end = f->name.p + f->name.n;

	if (f->value.p == end + 2 && memcmp(end, ": ", 2) == 0) {
		buf_put(out, (struct slice){ f->name.p,
		    f->name.n + 2 + f->value.n });
	} else {
		buf_put(out, f->name);
		buf_puts(out, ": ");
		buf_put(out, f->value);
	}
	buf_puts(out, "\r\n");
}

void
fields_request(const struct client *c, int plain, int keyless,
    size_t length, struct buf *out)
{
	size_t i;

	for (i = 0; i < c->nfields; i++) {
		if (is_hop(c->field, c->nfields, c->field[i].name) ||
		    (plain && slice_ieq(c->field[i].name,
		    SLICE("Accept-Encoding"))) ||
		    slice_ieq(c->field[i].name, SLICE("Content-Length")) ||
		    (keyless && key_field(c->field[i].name)))
			continue;
		put_line(out, &c->field[i]);
	}
	if (plain)
		buf_puts(out, "Accept-Encoding: identity\r\n");
	if (c->body_given)
		buf_printf(out, "Content-Length: %zu\r\n", length);
}

void
fields_answer(const struct http *h, struct buf *out)
{
	size_t i;

	for (i = 0; i < h->nfields; i++)
		if (!is_hop(h->field, h->nfields, h->field[i].name) &&
		    !slice_ieq(h->field[i].name, SLICE("Content-Length")))
			put_line(out, &h->field[i]);
}

void
fields_drop(struct buf *lines, const char *name)
{
	struct slice rest = buf_slice(lines), line, value;
	struct buf kept = { 0 };

	while (rest.n > 0) {
		line = value = slice_cut(&rest, '\n');
		if (!slice_iis(slice_cut(&value, ':'), name)) {
			buf_put(&kept, line);
			buf_putc(&kept, '\n');
		}
	}
	buf_free(lines);
	*lines = kept;
}
