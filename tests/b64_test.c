#include "wire/b64.h"

#include "tests/t.h"

/* RFC 4648, section 10, and all 64 digits. */
static const struct {
	struct slice plain;
	const char *text;
} both[] = {
	{ { "", 0 }, "" },
	{ { "f", 1 }, "Zg==" },
	{ { "fo", 2 }, "Zm8=" },
	{ { "foo", 3 }, "Zm9v" },
	{ { "foob", 4 }, "Zm9vYg==" },
	{ { "fooba", 5 }, "Zm9vYmE=" },
	{ { "foobar", 6 }, "Zm9vYmFy" },
	{ { "\0\xff\0", 3 }, "AP8A" },
	{ { "\x00\x10\x83\x10\x51\x87\x20\x92\x8b\x30\xd3\x8f\x41\x14\x93\x51"
	    "\x55\x97\x61\x96\x9b\x71\xd7\x9f\x82\x18\xa3\x92\x59\xa7\xa2\x9a"
	    "\xab\xb2\xdb\xaf\xc3\x1c\xb3\xd3\x5d\xb7\xe3\x9e\xbb\xf3\xdf\xbf",
	    48 }, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/" },
};

static const char *const broken[] = {
	"Z", "Zg", "Zg=", "Zg===", "Zg==Zg==", "=", "====", "Z===", "Zm9v=",
	"Zm9v====", "Zg=g", "Zh==", "Zm9=", "Zm9v-w==", "Zm9v_w==", "Zm9v.",
	"Zg==x", "Z\xfc==",
};

int
main(void)
{
	struct buf out = { 0 };
	size_t i;

	for (i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		buf_clear(&out);
		b64_put(&out, both[i].plain);
		EQS(buf_slice(&out), both[i].text, both[i].text);
		buf_clear(&out);
		EQ(b64_take(slice_str(both[i].text), &out), 0, "taken");
		OK(slice_eq(buf_slice(&out), both[i].plain), both[i].text);
	}
	buf_clear(&out);
	EQ(b64_take(SLICE("Zm\r\n9v\n Y\tg= =\n"), &out), 0, "wrapped");
	EQS(buf_slice(&out), "foob", "wrapped");
	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		EQ(b64_take(slice_str(broken[i]), &out), -1, broken[i]);
		EQS(buf_slice(&out), "foob", "nothing is left behind");
	}
	out.max = 6;
	b64_put(&out, SLICE("x"));
	OK(out.full && out.n == 4, "no half of a text where room ends");
	buf_free(&out);
	return DONE();
}
