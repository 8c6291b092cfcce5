#include "api/price.h"

#include "api/event.h"
#include "tests/t.h"

static void
test_read(void)
{
	static const struct {
		const char *text;
		int64_t input, output;	/* -1: it is wrong */
	} rows[] = {
		{ "2.50,10", 2500000, 10000000 },
		{ "0.0375,.15", 37500, -1 },
		{ "0,0", 0, 0 },
		{ "0.000001,1000000", 1, 1000000000000 },
		{ "0.0000001,1", -1, -1 },
		{ "1000001,1", -1, -1 },
		{ "1.,2", 1000000, 2000000 },
		{ "1", -1, -1 },
		{ "1,", -1, -1 },
		{ ",1", -1, -1 },
		{ "1,2,3", -1, -1 },
		{ "-1,2", -1, -1 },
		{ "1 ,2", -1, -1 },
		{ "", -1, -1 },
	};
	struct price p;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rc = price_read(slice_str(rows[i].text), &p);
		if (rows[i].input < 0 || rows[i].output < 0)
			OK(rc < 0, rows[i].text);
		else
			OK(rc == 0 && p.input == rows[i].input &&
			    p.output == rows[i].output, rows[i].text);
	}
}

static void
test_cost(void)
{
	static const struct {
		struct price price;
		struct usage u;
		const char *want;
	} rows[] = {
		{ { 2500000, 10000000 }, { 1000000, 100000, -1, -1, 0 },
		    "3.500000" },
		{ { 2500000, 10000000 }, { 36, 102, 15, 0, 0 }, "0.001110" },
		{ { 1, 0 }, { 1, 5, -1, -1, 0 }, "0.000001" },
		{ { 2500000, 10000000 }, USAGE_NONE, "0.000000" },
		{ { 1000000000000, 1000000000000 },
		    { INT64_MAX, INT64_MAX, -1, -1, 0 }, "4611686.018428" },
	};
	struct buf b = { 0 };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&b);
		price_put(price_cost(&rows[i].price, &rows[i].u), &b);
		EQS(buf_slice(&b), rows[i].want, rows[i].want);
	}
	OK(price_cost(NULL, &rows[0].u) == 0, "no price");
	buf_free(&b);
}

static void
test_usage(void)
{
	struct usage sum = USAGE_NONE, one = { 1, 2, -1, -1, 3000000 };
	struct json_out w = { 0 };
	struct buf b = { 0 };

	event_add_usage(&sum, &one);
	event_add_usage(&sum, &one);
	w.out = &b;
	json_open(&w, '{');
	event_put_usage(&w, &sum);
	json_close(&w);
	EQS(buf_slice(&b), "{\"input\":2,\"output\":4,\"cached\":null,"
	    "\"reasoning\":null,\"cost\":0.000006}", "a sum");
	buf_clear(&b);
	w = (struct json_out){ .out = &b };
	sum.cost = 0;
	json_open(&w, '{');
	event_put_usage(&w, &sum);
	json_close(&w);
	OK(slice_ifind(buf_slice(&b), "cost") < 0, "not known");
	buf_free(&b);
}

int
main(void)
{
	test_read();
	test_cost();
	test_usage();
	return DONE();
}
