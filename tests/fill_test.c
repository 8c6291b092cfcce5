#include "wire/fill.h"

#include "tests/t.h"

static const struct {
	const char *text, *want, *missing;
} all[] = {
	{ "", "", NULL },
	{ "{", "{", NULL },
	{ "{{", "{{", NULL },
	{ "{{a}}", "A{{b}}", NULL },	/* values are not read again */
	{ "x {{ a }}{{a}}.", "x A{{b}}A{{b}}.", NULL },
	{ "{{a}", "{{a}", NULL },
	{ "{{}} {{ }} {{a b}} {a}}", "{{}} {{ }} {{a b}} {a}}", NULL },
	{ "{{{a}}}", "{A{{b}}}", NULL },
	{ "{{e-1_x}}|", "|", NULL },
	{ "1{{a}}2{{no}}3", "1A{{b}}", "no" },
};

static const struct slice *
value(void *ctx, struct slice name)
{
	static const struct slice a = { "A{{b}}", 6 }, empty = { "", 0 };

	(void)ctx;
	return slice_is(name, "a") ? &a : slice_is(name, "e-1_x") ? &empty :
	    NULL;
}

int
main(void)
{
	struct buf out = { 0 };
	struct slice missing;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		buf_clear(&out);
		missing = SLICE("");
		rc = fill(slice_str(all[i].text), value, NULL, &out, &missing);
		EQ(rc, all[i].missing == NULL ? 0 : -1, all[i].text);
		EQS(buf_slice(&out), all[i].want, all[i].text);
		EQS(missing, all[i].missing == NULL ? "" : all[i].missing,
		    all[i].text);
	}
	buf_free(&out);
	return DONE();
}
