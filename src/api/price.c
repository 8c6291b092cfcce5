#include "api/price.h"

#include "api/event.h"

#define MILLION 1000000
#define COST_MAX (INT64_MAX / 2)

int64_t
price_decimal(struct slice s)
{
	struct slice whole = slice_cut(&s, '.');
	long long n = slice_dec(whole, MILLION), part = 0;
	size_t i;

	if (n < 0 || s.n > 6 ||
	    (s.n > 0 && (part = slice_dec(s, MILLION - 1)) < 0))
		return -1;
	for (i = s.n; i < 6; i++)
		part *= 10;
	return n * MILLION + part;
}

int
price_read(struct slice text, struct price *p)
{
	struct slice in = slice_cut(&text, ',');

	p->input = price_decimal(in);
	p->output = price_decimal(text);
	return p->input < 0 || p->output < 0 || text.n == 0 ? -1 : 0;
}

static int64_t
times(int64_t n, int64_t price)
{
	if (n <= 0 || price == 0)
		return 0;
	return n > COST_MAX / price ? COST_MAX : n * price;
}

int64_t
price_add(int64_t a, int64_t b)
{
	return a > COST_MAX - b ? COST_MAX : a + b;
}

int64_t
price_cost(const struct price *p, const struct usage *u)
{
	return p == NULL ? 0 : price_add(times(u->input, p->input),
	    times(u->output, p->output));
}

void
price_put(int64_t cost, struct buf *out)
{
	int64_t one = PRICE_UNIT / MILLION;
	long long n = cost / one + (cost % one > 0);

	buf_printf(out, "%lld.%06lld", n / MILLION, n % MILLION);
}

void
price_put_cost(struct json_out *w, int64_t cost)
{
	struct buf text = { 0 };

	if (cost <= 0)
		return;
	price_put(cost, &text);
	json_key(w, "cost");
	(void)json_raw(w, buf_slice(&text));
	buf_free(&text);
}
