/* Types of files, and the parts made of them. */

#include "api/media.h"

#include <stdint.h>

#include "tests/t.h"

#define DATA(lit) { "" lit, sizeof(lit) - 1 }

static const struct {
	struct slice data;
	enum media want;
	const char *mime, *name;
} kinds[] = {
	{ DATA("\x89PNG\r\n\x1a\n\0"), MEDIA_PNG, "image/png", "png" },
	{ DATA("\x89PNG\n\x1a\n"), MEDIA_UNKNOWN, "",
	    "a png damaged by text mode" },
	{ DATA("\xff\xd8\xff\xe0"), MEDIA_JPEG, "image/jpeg", "jpeg" },
	{ DATA("\xff\xd8"), MEDIA_UNKNOWN, "", "too short for a jpeg" },
	{ DATA("GIF87a"), MEDIA_GIF, "image/gif", "gif" },
	{ DATA("GIF89a\1"), MEDIA_GIF, "image/gif", "gif of 1989" },
	{ DATA("GIF88a"), MEDIA_TEXT, "", "text that begins like a gif" },
	{ DATA("RIFF\1\2\3\4WEBPVP8 "), MEDIA_WEBP, "image/webp", "webp" },
	{ DATA("RIFF\1\2\3\4WAVE\xff"), MEDIA_UNKNOWN, "", "a sound" },
	{ DATA("RIFF\1\2\3\4WEB"), MEDIA_TEXT, "", "too short for a webp" },
	{ DATA("%PDF-1.7\n\xe2\xe3"), MEDIA_PDF, "application/pdf", "pdf" },
	{ DATA(""), MEDIA_TEXT, "", "an empty file" },
	{ DATA("\xef\xbb\xbfna\xc3\xafve\n"), MEDIA_TEXT, "", "text" },
	{ DATA("na\xefve\n"), MEDIA_UNKNOWN, "", "Latin 1" },
	{ DATA("a\0b"), MEDIA_UNKNOWN, "", "a NUL" },
};

static void
types(void)
{
	enum media m;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		m = media_of(kinds[i].data);
		EQ(m, kinds[i].want, kinds[i].name);
		EQS(slice_str(media_mime(m)), kinds[i].mime, "its type");
	}
}

static void
parts(void)
{
	static const struct {
		const char *name, *text, *want;
	} texts[] = {
		{ "a.txt", "one\ntwo\n", "a.txt:\n```\none\ntwo\n```\n" },
		{ "a", "no newline", "a:\n```\nno newline\n```\n" },
		{ "a", "", "a:\n```\n```\n" },
		{ "a.md", "x\n````c\ny\n````\n",
		    "a.md:\n`````\nx\n````c\ny\n````\n`````\n" },
		{ "a", "`` ```", "a:\n````\n`` ```\n````\n" },
		{ "a\n```\nb", "x", "a ``` b:\n```\nx\n```\n" },
	};
	struct slice png = SLICE("\x89PNG\r\n\x1a\n\0"), pdf = SLICE("%PDF-1");
	struct buf text = { 0 };
	struct part p;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		buf_clear(&text);
		EQ(media_part(slice_str(texts[i].name),
		    slice_str(texts[i].text), &text, &p), 0, "a text");
		EQ(p.type, PART_TEXT, "is one");
		EQS(p.text, texts[i].want, "under its name and fenced");
	}
	buf_free(&text);
	EQ(media_part(SLICE("a.txt"), png, &text, &p), 0, "an image");
	EQ(p.type, PART_IMAGE, "by its content, not by its name");
	EQS(p.mime, "image/png", "with its type");
	OK(p.data.p == png.p && p.data.n == png.n, "and its bytes, borrowed");
	EQ(media_part(SLICE("a.pdf"), pdf, &text, &p), 0, "a PDF");
	EQ(p.type, PART_FILE, "is a file");
	EQS(p.name, "a.pdf", "with its name");
	EQS(p.data, "%PDF-1", "and its bytes");
	EQ(media_part(SLICE("a.txt"), SLICE("\x7f" "ELF\0"), &text, &p), -1,
	    "anything else is none");
	EQ(text.n, 0, "no text came of these");
}

static void
limits(void)
{
	static const char *const dialects[] = { "responses", "chat",
	    "messages", "gemini" };
	size_t i, most;
	enum media m;

	for (i = 0; i < 4; i++) {
		EQ(media_limit(dialects[i], MEDIA_UNKNOWN), 0, dialects[i]);
		OK(media_limit(dialects[i], MEDIA_TEXT) == SIZE_MAX,
		    "text has no limit of its own");
		for (m = MEDIA_PNG; m <= MEDIA_PDF; m++) {
			most = media_limit(dialects[i], m);
			OK(most / 3 * 4 <= media_total(dialects[i]),
			    "what is taken alone fits into a body");
			OK((most == 0) == (i == 3 && m == MEDIA_GIF),
			    "only gemini takes no gif");
		}
	}
	EQ(media_limit("messages", MEDIA_PNG), 5 << 20, "5 MiB an image");
	EQ(media_total("messages"), 32000000, "32 MB a body");
}

int
main(void)
{
	types();
	parts();
	limits();
	return DONE();
}
