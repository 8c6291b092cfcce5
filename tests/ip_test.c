/* Addresses as text, compared with inet_pton(). */

#include "wire/ip.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "tests/t.h"

static size_t
theirs(const char *text, unsigned char ip[16])
{
	if (inet_pton(AF_INET, text, ip) == 1)
		return 4;
	return inet_pton(AF_INET6, text, ip) == 1 ? 16 : 0;
}

static int
same(const char *text)
{
	unsigned char a[16], b[16];
	size_t n = ip_parse(slice_str(text), a);

	if (n == theirs(text, b) && memcmp(a, b, n) == 0)
		return 1;
	printf("# %s: %zu\n", text, n);
	return 0;
}

static const char *const texts[] = {
	"", ".", ":", "::", ":::", "::::", "1", "1.2.3", "1.2.3.4", "1.2.3.4.",
	"1.2.3.4.5", ".1.2.3", "1..3.4", "01.2.3.4", "0.0.0.0", "1.2.3.00",
	"255.255.255.255", "256.1.1.1", "1.2.3.4 ", " 1.2.3.4", "1.2.3.a",
	"0x1.2.3.4", "127.1", "::1", "1::", ":1", "1:", "1:2", "::1:", ":1::",
	"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
	"1:2:3:4:5:6:7:", ":2:3:4:5:6:7:8", "1:2:3:4:5:6:7::",
	"::2:3:4:5:6:7:8", "1::3:4:5:6:7:8", "1:2:3:4::5:6:7:8", "1::2::3",
	"fe80::1", "FE80::aBcD", "12345::", "1:12345::", "::g", "::1.2.3.4",
	"::ffff:1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:1.2.3.4",
	"1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "::1.2.3.4:5", "1.2.3.4::",
	"::01.2.3.4", "fe80::1%1", "[::1]", "::1 ", "00000::", "0001::",
};

/* All texts of a few letters. */
static void
t_random(void)
{
	static const char letters[] = "::::12f0..";
	char text[32];
	size_t i, k, n, good = 0;

	srand(1);
	for (i = 0; i < 300000; i++) {
		n = 1 + (size_t)rand() % 20;
		for (k = 0; k < n; k++)
			text[k] = letters[(size_t)rand() %
			    (sizeof(letters) - 1)];
		text[n] = '\0';
		good += (size_t)same(text);
	}
	EQ(good, i, "at random");
}

int
main(void)
{
	unsigned char ip[16];
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		OK(same(texts[i]), texts[i]);
	EQ(ip_parse(SLICE("1.2.3.4\0"), ip), 0, "a NUL behind it");
	EQ(ip_parse(SLICE("::1\0"), ip), 0, "a NUL behind it, IPv6");
	t_random();
	return DONE();
}
