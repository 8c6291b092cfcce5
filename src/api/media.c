#include "api/media.h"

#include <stdint.h>
#include <string.h>

#include "base/clean.h"
#include "base/utf8.h"

#define MB (1000U * 1000)
#define MIB (1U << 20)

enum media
media_of(struct slice s)
{
	if (slice_starts(s, "\x89PNG\r\n\x1a\n"))
		return MEDIA_PNG;
	if (slice_starts(s, "\xff\xd8\xff"))
		return MEDIA_JPEG;
	if (slice_starts(s, "GIF87a") || slice_starts(s, "GIF89a"))
		return MEDIA_GIF;
	if (slice_starts(s, "RIFF") &&
	    slice_starts(slice_sub(s, 8, s.n), "WEBP"))
		return MEDIA_WEBP;
	if (slice_starts(s, "%PDF-"))
		return MEDIA_PDF;
	return utf8_good(s) == s.n &&
	    (s.n == 0 || memchr(s.p, '\0', s.n) == NULL) ? MEDIA_TEXT :
	    MEDIA_UNKNOWN;
}

const char *
media_mime(enum media m)
{
	static const char *const mimes[] = { "", "", "image/png", "image/jpeg",
	    "image/gif", "image/webp", "application/pdf" };

	return mimes[m];
}

const char *
media_refusal(struct slice data)
{
	/* by its byte order mark, or by ASCII text in it */
	if (slice_starts(data, "\xff\xfe") || slice_starts(data, "\xfe\xff") ||
	    (data.n >= 4 && (data.p[0] == '\0') != (data.p[1] == '\0') &&
	    (data.p[0] == '\0') == (data.p[2] == '\0') &&
	    (data.p[1] == '\0') == (data.p[3] == '\0')))
		return "UTF-16 text; convert it with iconv -f UTF-16 -t UTF-8";
	return "neither UTF-8 text nor png, jpeg, gif, webp or pdf";
}

/*
 * Maximum bytes of an image, a GIF, a PDF, and of the whole body, where a file
 * takes 4/3 of its size.  Sources, second-hand, in 2026: OpenAI's guide to
 * images has 20 MB each and 50 MB of files together, PDFs 50 MB (?);
 * Anthropic's has 5 MB per image, and the body's 32 MB are from providers.md 3;
 * Gemini takes PDFs up to 50 MB inline (its file-input-methods page; 20 MB for
 * the whole request before 2026), 100 MB together (?), and its list has no GIF.
 * Servers that imitate OpenAI state nothing: its figures are used for them.
 */
static const struct {
	const char *dialect;
	unsigned image, gif, pdf, total;
} limits[] = {
	{ "messages", 5 * MIB, 5 * MIB, 24 * MB, 32 * MB },
	{ "gemini", 70 * MB, 0, 50 * MB, 100 * MB },
	{ "", 20 * MIB, 20 * MIB, 50 * MB, 68 * MB }	/* all others */
};

static size_t
row_of(const char *dialect)
{
	size_t i;

	for (i = 0; *limits[i].dialect != '\0'; i++)
		if (strcmp(limits[i].dialect, dialect) == 0)
			break;
	return i;
}

size_t
media_limit(const char *dialect, enum media m)
{
	size_t i = row_of(dialect);

	switch (m) {
	case MEDIA_UNKNOWN:
		return 0;
	case MEDIA_TEXT:
		return SIZE_MAX;
	case MEDIA_GIF:
		return limits[i].gif;
	case MEDIA_PDF:
		return limits[i].pdf;
	default:
		return limits[i].image;
	}
}

size_t
media_total(const char *dialect)
{
	return limits[row_of(dialect)].total;
}

static void
put_fence(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_putc(out, '`');
	buf_putc(out, '\n');
}

int
media_part(struct slice name, struct slice data, struct buf *text,
    struct part *part)
{
	enum media m = media_of(data);
	size_t i, run = 0, fence = 3;

	if (m == MEDIA_UNKNOWN)
		return -1;
	*part = (struct part){ .type = PART_IMAGE, .data = data,
	    .mime = slice_str(media_mime(m)) };
	if (m == MEDIA_PDF) {
		part->type = PART_FILE;
		part->name = name;
	}
	if (m != MEDIA_TEXT)
		return 0;
	for (i = 0; i < data.n; i++) {
		run = data.p[i] == '`' ? run + 1 : 0;
		if (run >= fence)
			fence = run + 1;
	}
	clean_put(text, name, 0);
	buf_puts(text, ":\n");
	put_fence(text, fence);
	buf_put(text, data);
	if (data.n > 0 && data.p[data.n - 1] != '\n')
		buf_putc(text, '\n');
	put_fence(text, fence);
	*part = (struct part){ .type = PART_TEXT, .text = buf_slice(text) };
	return 0;
}
