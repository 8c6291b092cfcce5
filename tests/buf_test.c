#include <stdint.h>

#include "base/buf.h"
#include "tests/t.h"

static void
test_cut(void)
{
	struct slice s = SLICE("a,,b");

	EQS(slice_cut(&s, ','), "a", "cut: first");
	EQS(slice_cut(&s, ','), "", "cut: empty");
	EQS(s, "b", "cut: what follows");
	EQS(slice_cut(&s, ','), "b", "cut: last");
	EQ(s.n, 0, "cut: nothing left");
	EQ(slice_cut(&s, ',').n, 0, "cut: of nothing");
	s = (struct slice){ 0 };
	EQ(slice_cut(&s, ',').n, 0, "cut: of {0}");
}

static void
test_slices(void)
{
	EQ(slice_str(NULL).n, 0, "NULL is empty");
	EQS(slice_sub(SLICE("abc"), 1, 1), "b", "sub");
	EQS(slice_sub(SLICE("abc"), 1, 99), "bc", "sub: clamped");
	EQS(slice_sub(SLICE("abc"), 9, 1), "", "sub: past the end");
	EQS(slice_sub(SLICE("abc"), 1, (size_t)-1), "bc", "sub: no overflow");
	EQS(slice_sub((struct slice){ 0 }, 0, 5), "", "sub: of {0}");
	EQS(slice_trim(SLICE(" \t\r\na b\n ")), "a b", "trim");
	EQS(slice_trim(SLICE(" \n")), "", "trim: blanks only");
	OK(slice_eq(SLICE("a\0b"), SLICE("a\0b")), "eq: with NUL");
	OK(!slice_eq(SLICE("a\0b"), SLICE("a\0c")), "eq: behind NUL");
	OK(slice_eq((struct slice){ 0 }, SLICE("")), "eq: {0}");
	OK(slice_ieq(SLICE("Retry-AFTER"), SLICE("retry-after")), "ieq");
	OK(!slice_ieq(SLICE("a["), SLICE("A{")), "ieq: letters only");
	OK(!slice_ieq(SLICE("\xc3\x89"), SLICE("\xc3\xa9")), "ieq: ASCII only");
	OK(slice_is(SLICE("abc"), "abc") && !slice_is(SLICE("abc"), "ab") &&
	    !slice_is(SLICE("ab"), "abc"), "is");
	OK(slice_iis(SLICE("aBc"), "Abc") && !slice_iis(SLICE("abc"), "AB") &&
	    !slice_iis(SLICE("ab"), "ABC") && !slice_iis(SLICE("a\0"), "a") &&
	    slice_iis(SLICE(""), ""), "is, ignoring case");
	OK(slice_starts(SLICE("abc"), "ab") && slice_starts(SLICE("ab"), "") &&
	    !slice_starts(SLICE("a"), "ab"), "starts");
	EQ(slice_ifind(SLICE("xxTry Again"), "try again"), 2, "ifind");
	EQ(slice_ifind(SLICE("aab"), "ab"), 1, "ifind: after a false start");
	EQ(slice_ifind(SLICE("ab"), "abc"), -1, "ifind: longer");
	EQ(slice_ifind(SLICE("abc"), "d"), -1, "ifind: none");
	EQ(slice_ifind(SLICE("abc"), ""), 0, "ifind: nothing is everywhere");
}

static void
test_numbers(void)
{
	EQ(slice_dec(SLICE("0042"), 100), 42, "dec");
	EQ(slice_dec(SLICE("100"), 100), 100, "dec: the most");
	EQ(slice_dec(SLICE("101"), 100), -1, "dec: past it");
	EQ(slice_dec(SLICE(""), 100), -1, "dec: empty");
	EQ(slice_dec(SLICE("-1"), 100), -1, "dec: a sign");
	EQ(slice_dec(SLICE("1 "), 100), -1, "dec: a blank");
	EQ(slice_dec(SLICE("9223372036854775807"), INT64_MAX), INT64_MAX,
	    "dec: all of 64 bits");
	EQ(slice_dec(SLICE("9223372036854775808"), INT64_MAX), -1,
	    "dec: one more");
	EQ(slice_dec(SLICE("99999999999999999999"), INT64_MAX), -1,
	    "dec: far more");
	EQ(slice_hex(SLICE("1fA")), 0x1fa, "hex");
	EQ(slice_hex(SLICE("0x1")), -1, "hex: no prefix");
	EQ(slice_hex(SLICE("")), -1, "hex: empty");
	EQ(slice_hex(SLICE("fffffffffffffff")), 0xfffffffffffffff,
	    "hex: 15 digits");
	EQ(slice_hex(SLICE("0000000000000001")), -1, "hex: 16");
	EQ(slice_hexdigit('g'), -1, "hexdigit: g");
	EQ(slice_hexdigit('@'), -1, "hexdigit: @");
	EQ(slice_hexdigit('\x10'), -1, "hexdigit: a control that folds to 0");
}

static void
test_copy(void)
{
	char small[4] = "zzz";

	slice_copy(SLICE("abcdef"), small, sizeof(small));
	EQS(slice_str(small), "abc", "copy: cut");
	slice_copy((struct slice){ 0 }, small, sizeof(small));
	EQS(slice_str(small), "", "copy: {0}");
}

static void
test_buf(void)
{
	struct buf b = { 0 };
	size_t i;

	EQ(buf_slice(&b).n, 0, "a new one is empty");
	buf_puts(&b, "one");
	buf_putc(&b, ' ');
	buf_printf(&b, "%d %.*s", 2, SLICE_FMT(SLICE("three")));
	EQS(buf_slice(&b), "one 2 three", "put");
	buf_put(&b, (struct slice){ 0 });
	buf_drop(&b, 4);
	EQS(buf_slice(&b), "2 three", "drop");
	buf_drop(&b, 99);
	EQ(b.n, 0, "drop: all");
	for (i = 0; i < 100000; i++)
		buf_putc(&b, (char)i);
	EQ(b.n, 100000, "grows");
	OK(b.cap < 400000, "grows in proportion");
	EQ(b.p[77777], (char)77777, "keeps what it has");
	buf_free(&b);
	OK(b.p == NULL && b.n == 0 && b.cap == 0, "free");
	buf_free(&b);
	buf_wipe(&b);
}

/* Texts that fill the room to the byte, or do not. */
static void
test_printf(void)
{
	struct buf b = { 0 };
	size_t i;

	for (i = 120; i < 136; i++) {
		buf_clear(&b);
		buf_printf(&b, "%*d", (int)i, 7);
		buf_printf(&b, "%d", 123456789);
		EQ(b.n, i + 9, "printf: length");
		OK(memcmp(b.p + i - 1, "7123456789", 10) == 0,
		    "printf: text");
		buf_free(&b);
	}
	buf_put_num(&b, 0);
	buf_put_num(&b, -1);
	buf_put_num(&b, 1234567890);
	buf_putc(&b, ' ');
	buf_put_num(&b, INT64_MAX);
	buf_put_num(&b, INT64_MIN);
	EQS(buf_slice(&b), "0-11234567890 9223372036854775807"
	    "-9223372036854775808", "numbers");
	buf_free(&b);
}

static void
test_max(void)
{
	struct buf b = { .max = 5 };

	buf_puts(&b, "abc");
	buf_puts(&b, "def");
	EQS(buf_slice(&b), "abc", "max: all or nothing");
	EQ(b.full, 1, "max: full");
	buf_puts(&b, "de");
	EQS(buf_slice(&b), "abcde", "max: what fits still does");
	EQ(b.full, 1, "max: sticky");
	buf_clear(&b);
	EQ(b.full, 0, "max: cleared");
	buf_printf(&b, "%s", "123456");
	EQ(b.n, 0, "max: printf");
	OK(buf_room(&b, 6) == NULL, "max: room");
	OK(buf_room(&b, (size_t)-1) == NULL, "max: no overflow");
	OK(buf_room(&b, 5) != NULL, "max: room for that much");
	buf_free(&b);
	EQ(b.max, 5, "max: stays");
}

int
main(void)
{
	test_cut();
	test_slices();
	test_numbers();
	test_copy();
	test_buf();
	test_printf();
	test_max();
	return DONE();
}
