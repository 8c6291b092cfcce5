#include "wire/url.h"

#include "tests/t.h"

static const struct {
	const char *text;
	int https, port, port_given, ipv6;
	const char *userinfo, *host, *path, *host_field;
} good[] = {
	{ "https://api.openai.com/v1", 1, 443, 0, 0, NULL, "api.openai.com",
	    "/v1", "api.openai.com" },
	{ "HTTP://Localhost", 0, 80, 0, 0, NULL, "Localhost", "",
	    "Localhost" },
	{ "http://127.0.0.1:11434/", 0, 11434, 1, 0, NULL, "127.0.0.1", "/",
	    "127.0.0.1:11434" },
	{ "https://h:443/a", 1, 443, 1, 0, NULL, "h", "/a", "h" },
	{ "https://h:80/a", 1, 80, 1, 0, NULL, "h", "/a", "h:80" },
	{ "http://h:/a", 0, 80, 0, 0, NULL, "h", "/a", "h" },
	{ "http://[::1]:8080/x", 0, 8080, 1, 1, NULL, "::1", "/x",
	    "[::1]:8080" },
	{ "https://[2001:db8::1]", 1, 443, 0, 1, NULL, "2001:db8::1", "",
	    "[2001:db8::1]" },
	{ "http://u:p%40ss@proxy:3128", 0, 3128, 1, 0, "u:p%40ss", "proxy", "",
	    "proxy:3128" },
	{ "http://u:p@ss@proxy:3128", 0, 3128, 1, 0, "u:p@ss", "proxy", "",
	    "proxy:3128" },
	{ "http://@h/", 0, 80, 0, 0, "", "h", "/", "h" },
	{ "http://h/a@b:c", 0, 80, 0, 0, NULL, "h", "/a@b:c", "h" },
	{ "https://x.openai.azure.com/openai/?api-version=2024-10-21#top", 1,
	    443, 0, 0, NULL, "x.openai.azure.com",
	    "/openai/?api-version=2024-10-21", "x.openai.azure.com" },
	{ "http://h#/x", 0, 80, 0, 0, NULL, "h", "", "h" },
	{ "http://model_runner.docker.internal./", 0, 80, 0, 0, NULL,
	    "model_runner.docker.internal.", "/",
	    "model_runner.docker.internal." },
};

static const char *const bad[] = {
	"", "api.openai.com", "api.openai.com/v1", "//h/", "https:/h",
	"ftp://h",
	"://h", "https://", "https:///v1", "http://:80/", "http://u@/",
	"http://?x", "http://h?x=1", "http://h:0/", "http://h:65536/",
	"http://h:8a/", "http://h:-1/", "http://h:80:80/", "http://a b/",
	"http://a/b c", " http://a/", "http://a/\r\nX: y", "http://a\t/",
	"http://a/\x7f", "http://[::1", "http://[::1]x/", "http://[h]/",
	"http://[127.0.0.1]/", "http://[]/", "http://[fe80::1%25lo]/",
	"http://::1/", "http://h\\@evil/", "http://\xc3\xbc.de/",
	"http://a%2fb/", "http://<h>/",
};

static const struct {
	const char *url, *list;
	int want;
} no_proxy[] = {
	{ "https://api.openai.com/", "", 0 },
	{ "https://api.openai.com/", "*", 1 },
	{ "https://api.openai.com/", "localhost,*", 1 },
	{ "https://api.openai.com/", "openai.com", 1 },
	{ "https://api.openai.com/", ".openai.com", 1 },
	{ "https://api.openai.com/", "*.openai.com", 1 },
	{ "https://openai.com/", ".openai.com", 1 },
	{ "https://api.openai.com/", "OpenAI.COM.", 1 },
	{ "https://api.openai.com./", "openai.com", 1 },
	{ "https://api.openai.com/", "penai.com", 0 },
	{ "https://api.openai.com/", "api", 0 },
	{ "https://api.openai.com/", "com,", 1 },
	{ "https://api.openai.com/", ".", 0 },
	{ "https://api.openai.com/", "a,, b openai.com\tc", 1 },
	{ "https://api.openai.com/", "openai.com:443", 1 },
	{ "https://api.openai.com/", "openai.com:80", 0 },
	{ "https://api.openai.com/", "openai.com:", 0 },
	{ "https://api.openai.com/", "*:443", 1 },
	{ "http://127.0.0.1:8080/", "127.0.0.1", 1 },
	{ "http://127.0.0.1:8080/", "127.0.0.1:8080", 1 },
	{ "http://127.0.0.1:8080/", "127.0.0.1:81", 0 },
	{ "http://127.0.0.1:8080/", "0.1", 0 },
	{ "http://127.0.0.1/", "127.0.0.0/8", 1 },
	{ "http://128.0.0.1/", "127.0.0.0/8", 0 },
	{ "http://10.31.255.255/", "10.0.0.0/11", 1 },
	{ "http://10.32.0.0/", "10.0.0.0/11", 0 },
	{ "http://10.0.0.1/", "10.0.0.1/32", 1 },
	{ "http://10.0.0.2/", "10.0.0.1/32", 0 },
	{ "http://10.0.0.2/", "1.2.3.4/0", 1 },
	{ "http://10.0.0.2/", "10.0.0.0/33", 0 },
	{ "http://10.0.0.2/", "10.0.0.0/", 0 },
	{ "http://10.0.0.2/", "10.0.0.0/x", 0 },
	{ "http://10.0.0.2/", "0::/0", 0 },
	{ "http://[::1]/", "::1", 1 },
	{ "http://[::1]/", "0:0::1", 1 },
	{ "http://[::1]/", "[::1]", 1 },
	{ "http://[::1]:8080/", "[::1]:8080", 1 },
	{ "http://[::1]:8080/", "[::1]:80", 0 },
	{ "http://[::1]/", "::2", 0 },
	{ "http://[fe80::1]/", "fe80::/10", 1 },
	{ "http://[febf::1]/", "fe80::/10", 1 },
	{ "http://[fec0::1]/", "fe80::/10", 0 },
	{ "http://[2001:db8::1]/", "2001:db8::/32", 1 },
	{ "http://[2001:db9::1]/", "2001:db8::/32", 0 },
	{ "http://[2001:db8::1]/", "10.0.0.0/8", 0 },
	{ "http://[2001:db8::1]/", "2001:db8::1/128", 1 },
	{ "http://localhost/", "127.0.0.1", 0 },
};

static const struct {
	const char *text, *want;
} escaped[] = {
	{ "", "" }, { "plain", "plain" }, { "p%40s%3as", "p@s:s" },
	{ "%25%2f%2F", "%//" }, { "+", "+" },
	{ "%", NULL }, { "%4", NULL }, { "%4g", NULL }, { "%00", NULL },
	{ "a%zz", NULL },
};

static void
test_good(void)
{
	struct buf b = { 0 };
	struct url u;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		OK(url_parse(slice_str(good[i].text), &u) == NULL,
		    good[i].text);
		EQ(u.https, good[i].https, "scheme");
		EQ(u.port, good[i].port, "port");
		EQ(u.port_given, good[i].port_given, "port given");
		EQ(u.ipv6, good[i].ipv6, "brackets");
		EQ(u.userinfo.p == NULL, good[i].userinfo == NULL, "user");
		if (good[i].userinfo != NULL)
			EQS(u.userinfo, good[i].userinfo, "user");
		EQS(u.host, good[i].host, "host");
		EQS(u.path, good[i].path, "path");
		buf_clear(&b);
		url_host(&u, &b);
		EQS(buf_slice(&b), good[i].host_field, "Host field");
	}
	buf_free(&b);
}

/* 253 bytes, or 254 with a final dot. */
static void
test_length(void)
{
	char text[400] = "http://";
	struct url u;

	memset(text + 7, 'a', 254);
	OK(url_parse(slice_str(text), &u) != NULL, "a name of 254 bytes");
	text[7 + 253] = '.';
	OK(url_parse(slice_str(text), &u) == NULL, "with a final dot");
	text[7 + 253] = '\0';
	OK(url_parse(slice_str(text), &u) == NULL, "a name of 253 bytes");
}

static const struct {
	const char *url;
	int local;
} hosts[] = {
	{ "http://localhost:8000/v1", 1 }, { "http://a.LocalHost./", 1 },
	{ "http://127.0.0.1/", 1 }, { "http://127.9.9.9/", 1 },
	{ "http://[::1]/", 1 }, { "http://0.0.0.0/", 1 }, { "http://[::]/", 1 },
	{ "http://128.0.0.1/", 0 }, { "http://10.0.0.1/", 0 },
	{ "http://[::2]/", 0 }, { "http://[7f00::1]/", 0 },
	{ "http://gpu.lan/", 0 }, { "http://localhost.evil.test/", 0 },
	{ "http://notlocalhost/", 0 },
};

static void
test_local(void)
{
	struct url u;
	size_t i;

	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		OK(url_parse(slice_str(hosts[i].url), &u) == NULL,
		    hosts[i].url);
		EQ(url_is_local(&u), hosts[i].local, hosts[i].url);
	}
}

static void
test_unescape(void)
{
	struct buf b = { 0 };
	size_t i;
	int rc;

	for (i = 0; i < sizeof(escaped) / sizeof(escaped[0]); i++) {
		buf_clear(&b);
		rc = url_unescape(slice_str(escaped[i].text), &b);
		EQ(rc, escaped[i].want == NULL ? -1 : 0, escaped[i].text);
		EQS(buf_slice(&b), rc < 0 ? "" : escaped[i].want, "text");
	}
	buf_clear(&b);
	url_escape((struct slice){ "aZ9-._~/=\0\xff", 11 }, &b);
	EQS(buf_slice(&b), "aZ9-._~%2F%3D%00%FF", "escaped");
	buf_free(&b);
}

int
main(void)
{
	struct url u;
	size_t i;

	test_good();
	test_length();
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		OK(url_parse(slice_str(bad[i]), &u) != NULL, "refused");
	OK(url_parse((struct slice){ "http://a\0b/", 11 }, &u) != NULL, "NUL");
	for (i = 0; i < sizeof(no_proxy) / sizeof(no_proxy[0]); i++) {
		OK(url_parse(slice_str(no_proxy[i].url), &u) == NULL,
		    no_proxy[i].url);
		EQ(url_no_proxy(&u, slice_str(no_proxy[i].list)),
		    no_proxy[i].want, no_proxy[i].list);
	}
	test_unescape();
	test_local();
	return DONE();
}
