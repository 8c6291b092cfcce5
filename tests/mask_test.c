#include "tests/t.h"
#include "wire/b64.h"
#include "wire/mask.h"

#define KEY "ab/cd+ef=gh/ijklmnopqrstuvwxyz012345"
#define STARS "************************************"

static const struct {
	const char *name, *text, *want;
	unsigned flags;
} rows[] = {
	{ "nothing", "", "", 0 },
	{ "no secret", "ab/cd and sk-customer-000123456", "ab/cd and "
	    "sk-customer-000123456", 0 },
	{ "as it is", "<" KEY "><" KEY ">", "<" STARS "><" STARS ">", 0 },
	{ "the whole text", KEY, STARS, 0 },
	{ "after a false start", "ab/cd+ef=ab/" KEY, "ab/cd+ef=ab/" STARS, 0 },
	{ "escaped slashes", "ab\\/cd+ef=gh\\/ijklmnopqrstuvwxyz012345",
	    "**" STARS, 0 },
	{ "escaped in JSON in JSON", "\"ab\\\\\\/cd+ef=gh\\\\/ijklmnopqrstuvw"
	    "xyz012345\"", "\"*****" STARS "\"", 0 },
	{ "by number", "ab\\u002fcd\\u002Bef=gh\\\\u002Fijklmnopqrstuvwxyz01234"
	    "\\u0035.", "*********************" STARS ".", 0 },
	{ "from the first byte on", "\\u0061b/cd+ef=gh/ijklmnopqrstuvwxyz"
	    "012345", "*****" STARS, 0 },
	{ "in a URL", "?k=ab%2Fcd%2bef%3dgh%2fijklmnopqrstuvwxyz012345&x=%41",
	    "?k=********" STARS "&x=%41", 0 },
	{ "after other escapes", "\\n\\\"" KEY "\\\"", "\\n\\\"" STARS "\\\"",
	    0 },
	{ "another escape in it", "ab\\u002ecd+ef=gh/ijklmnopqrstuvwxyz012345",
	    "ab\\u002ecd+ef=gh/ijklmnopqrstuvwxyz012345", 0 },
	{ "whole text, an escape cut", "ab\\u00", "ab\\u00", 0 },
	{ "cut", "see ab/cd", "see ab/cd", 0 },
	{ "cut, and known to be", "see ab/cd", "see *****", MASK_CUT },
	{ "cut in its escapes", "see ab\\/cd", "see ******", MASK_CUT },
	{ "too little of it", "see ab/", "see ab/", MASK_CUT },
	{ "an end like its start, but not cut", "ab/cd ab", "ab/cd ab",
	    MASK_CUT },
	{ "in an answer", KEY "!", STARS "!", MASK_ANSWER },
};

static void
test_rows(void)
{
	struct mask m = { 0 };
	struct buf text = { 0 };
	size_t i;

	mask_add(&m, SLICE(KEY));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&text);
		buf_puts(&text, rows[i].text);
		EQ(mask_finds(&m, buf_slice(&text), rows[i].flags),
		    strcmp(rows[i].text, rows[i].want) != 0, rows[i].name);
		mask_hide(&m, text.p, text.n, rows[i].flags);
		EQS(buf_slice(&text), rows[i].want, rows[i].name);
	}
	mask_free(&m);
	buf_free(&text);
}

/* In base64 at any place among other bytes, in both alphabets. */
static void
test_base64(void)
{
	struct buf plain = { 0 }, text = { 0 };
	struct mask m = { 0 };
	size_t before, i, url;

	mask_add(&m, SLICE("a\xff?>\xfb\xefkey of some length"));
	for (before = 0; before < 7; before++)
		for (url = 0; url < 2; url++) {
			buf_clear(&plain);
			buf_clear(&text);
			for (i = 0; i < before; i++)
				buf_putc(&plain, ':');
			buf_puts(&plain, "a\xff?>\xfb\xefkey of some length:");
			b64_put(&text, buf_slice(&plain));
			for (i = 0; url && i < text.n; i++)
				text.p[i] = text.p[i] == '+' ? '-' :
				    text.p[i] == '/' ? '_' : text.p[i];
			mask_hide(&m, text.p, text.n, 0);
			for (i = 0; i < text.n && text.p[i] != '*'; i++)
				;
			EQ(i, (before * 8 + 5) / 6, "base64: from where");
			while (i < text.n && text.p[i] == '*')
				i++;
			EQ(i, (before + 24) * 8 / 6, "base64: to where");
		}
	mask_free(&m);
	buf_free(&plain);
	buf_free(&text);
}

/* What a local server takes for a key is no secret of an answer. */
static void
test_short(void)
{
	char text[] = "no key 'lm-studio'", tiny[] = "abc";
	struct mask m = { 0 };

	EQ(mask_finds(NULL, SLICE("x"), 0), 0, "without secrets");
	EQ(mask_finds(&m, SLICE("x"), 0), 0, "with none");
	mask_add(&m, slice_str(tiny));
	EQ(mask_finds(&m, slice_str(tiny), 0), 0, "too short for a secret");
	mask_add(&m, SLICE("lm-studio"));
	mask_hide(&m, text, strlen(text), MASK_ANSWER);
	EQS(slice_str(text), "no key 'lm-studio'", "a short one: answer");
	mask_hide(&m, text, strlen(text), 0);
	EQS(slice_str(text), "no key '*********'", "a short one: error");
	mask_add(&m, SLICE("another, longer one"));
	EQ(mask_finds(&m, SLICE("is another, longer one"), MASK_ANSWER), 1,
	    "two secrets: the long one");
	EQ(mask_finds(&m, SLICE("is lm-studio"), 0), 1, "and the short one");
	mask_free(&m);
}

/* Every rotation of a text has the secret once, wherever it stands. */
static void
test_places(void)
{
	static const char pad[] = "aa/abab/cd+ef=gh/cd+ef=gh/012345012345ab/";
	char text[256];
	struct mask m = { 0 };
	size_t i, k, n;
	int bad = 0;

	mask_add(&m, SLICE(KEY));
	for (i = 0; i < sizeof(pad); i++)
		for (k = 0; k < sizeof(pad); k++) {
			(void)str_printf(text, sizeof(text), "%.*s" KEY "%s",
			    (int)i, pad, pad + k);
			mask_hide(&m, text, strlen(text), 0);
			n = strspn(text + i, "*");
			bad += n != strlen(KEY) || memcmp(text, pad, i) != 0 ||
			    strcmp(text + i + n, pad + k) != 0;
			/* an escape, at any place in a step of scan.h */
			(void)str_printf(text, sizeof(text), "%.*sab%%2Fcd+"
			    "ef=gh/ijklmnopqrstuvwxyz012345%s", (int)i, pad,
			    pad + k);
			mask_hide(&m, text, strlen(text), 0);
			n = strspn(text + i, "*");
			bad += n != strlen(KEY) + 2;
		}
	EQ(bad, 0, "at every place");
	mask_free(&m);
}

/* The time is linear, whatever a peer sends: else this takes minutes. */
static void
test_run(void)
{
	struct mask m = { 0 };
	struct buf b = { 0 };
	size_t n = (size_t)4 << 20;

	mask_add(&m, SLICE("sk-0123456789abcdef"));
	memset(buf_room(&b, n), '\\', n);
	b.n = n;
	OK(!mask_finds(&m, buf_slice(&b), 0), "a long run of backslashes");
	buf_puts(&b, "sk-0123456789abcdef");
	OK(mask_finds(&m, buf_slice(&b), 0), "and a secret after it");
	buf_free(&b);
	mask_free(&m);
}

int
main(void)
{
	test_run();
	test_rows();
	test_base64();
	test_short();
	test_places();
	return DONE();
}
