#include "wire/sse.h"

#include <limits.h>
#include <string.h>

#include "base/scan.h"

/* Where in a line that a cut has broken the next byte belongs. */
enum place {
	LINE_START,		/* also: the whole line is still to come */
	IN_NAME,
	AFTER_COLON,		/* one blank may follow */
	IN_VALUE
};

enum field {
	FIELD_OTHER,		/* and comments, whose name is empty */
	FIELD_DATA,
	FIELD_EVENT,
	FIELD_ID,
	FIELD_RETRY,
	FIELD_ERROR
};

/* "data: " and "event: " at the end of scan_word()'s: nearly all lines begin
 * with these. */
#define DATA (UINT64_C(0x203a61746164) << 16)
#define EVENT (UINT64_C(0x203a746e657665) << 8)

/* Whether one of four steps has a byte below 0x10. */
static inline int
any_low(const char *p)
{
	return (scan_low(scan_load(p)) | scan_low(scan_load(p + SCAN_STEP)) |
	    scan_low(scan_load(p + 2 * SCAN_STEP)) |
	    scan_low(scan_load(p + 3 * SCAN_STEP))) != 0;
}

/* The first CR or LF, or end.  All else below 0x10 is rare in any stream, so
 * one comparison does for both. */
static const char *
line_end(const char *p, const char *end)
{
	uint64_t hits;

	if (p != end && *p == '\n')
		return p;
	for (;;) {
		while ((size_t)(end - p) >= 4 * SCAN_STEP && !any_low(p))
			p += 4 * SCAN_STEP;
		for (; (size_t)(end - p) >= SCAN_STEP; p += SCAN_STEP) {
			hits = scan_low(scan_load(p));
			if (hits != 0) {
				p += scan_first(hits);
				break;
			}
		}
		if (p == end || *p == '\n' || *p == '\r')
			return p;
		p++;
	}
}

static enum field
field_of(const struct sse *s, struct slice name)
{
	if (slice_is(name, "data"))
		return FIELD_DATA;
	if (slice_is(name, "event"))
		return FIELD_EVENT;
	if (slice_is(name, "id"))
		return FIELD_ID;
	if (slice_is(name, "retry"))
		return FIELD_RETRY;
	return s->error_field && slice_is(name, "error") ? FIELD_ERROR :
	    FIELD_OTHER;
}

static size_t
limit(const struct sse *s)
{
	return s->max == 0 ? SSE_MAX_DEFAULT : s->max;
}

/* Appends to a buf of ours, within the limit. */
static void
put(struct sse *s, struct buf *b, struct slice bytes)
{
	b->max = limit(s);
	buf_put(b, bytes);
	if (b->full)
		s->bad = 1;
}

/* Moves what still stands in the input to where it lasts. */
static void
keep(struct sse *s)
{
	if (s->data_ref.n > 0)
		put(s, &s->data, s->data_ref);
	s->data_ref = (struct slice){ 0 };
	if (s->name_ref.n > 0) {
		buf_clear(&s->name);
		put(s, &s->name, s->name_ref);
	}
	s->name_ref = (struct slice){ 0 };
}

/* A new data line: what came before is joined to it with LF. */
static void
begin_data(struct sse *s)
{
	if (s->has_data) {
		keep(s);
		put(s, &s->data, SLICE("\n"));
	}
	s->has_data = 1;
}

static void
set_name(struct sse *s, struct slice name)
{
	buf_clear(&s->name);
	s->name_ref = name;
}

/* A field other than data is complete. */
static void
set_field(struct sse *s, enum field field, struct slice value)
{
	long long ms;

	if (value.n > limit(s)) {
		s->bad = 1;
	} else if (field == FIELD_EVENT) {
		set_name(s, value);
	} else if (field == FIELD_ID) {
		if (value.n > 0 && memchr(value.p, '\0', value.n) != NULL)
			return;
		buf_clear(&s->id);
		put(s, &s->id, value);
	} else if (field == FIELD_RETRY) {
		ms = slice_dec(value, LLONG_MAX);
		if (ms >= 0) {
			s->retry = ms;
			s->has_retry = 1;
		}
	}
}

/* Whether c begins a line of JSON without a field's name. */
static int
is_raw(struct sse *s, char c)
{
	if (!s->raw_json)
		return 0;
	if (c == '{' || c == '[')
		s->raw = 1;
	return s->raw && memchr("{[]}\" \t", c, 7) != NULL;
}

/* The value of a data line that stands in the input. */
static void
put_data(struct sse *s, struct slice value)
{
	begin_data(s);
	if (s->data.n > 0)
		put(s, &s->data, value);
	else if (value.n > limit(s))
		s->bad = 1;
	else
		s->data_ref = value;
}

/* A whole line that stands in the input. */
static void
whole_line(struct sse *s, const char *p, size_t n)
{
	struct slice line = { p, n }, value;
	enum field field;
	size_t i;

	if (n >= 8 && scan_word(p) << 16 == DATA) {
		put_data(s, (struct slice){ p + 6, n - 6 });
		return;
	}
	if (n >= 8 && scan_word(p) << 8 == EVENT) {
		set_field(s, FIELD_EVENT, (struct slice){ p + 7, n - 7 });
		return;
	}
	if (is_raw(s, *p)) {
		put_data(s, line);
		return;
	}
	/* No name that counts is longer than five bytes. */
	for (i = 0; i < n && i < sizeof(s->field_name) && p[i] != ':'; i++)
		;
	field = field_of(s, slice_sub(line, 0, i));
	value = slice_sub(line, i + 1, n);
	if (value.n > 0 && value.p[0] == ' ')
		value = slice_sub(value, 1, value.n);
	if (field == FIELD_ERROR)
		set_name(s, SLICE("error"));
	if (field == FIELD_DATA || field == FIELD_ERROR)
		put_data(s, value);
	else if (field != FIELD_OTHER)
		set_field(s, field, value);
}

/* The name of a broken line's field is known. */
static void
end_name(struct sse *s)
{
	s->field = (unsigned char)field_of(s,
	    (struct slice){ s->field_name, s->field_len });
	s->place = AFTER_COLON;
	buf_clear(&s->value);
	if (s->field == FIELD_ERROR)
		set_name(s, SLICE("error"));
	if (s->field == FIELD_DATA || s->field == FIELD_ERROR) {
		begin_data(s);
		keep(s);
	}
}

/* Some more of a broken line's field name, and of its colon. */
static void
more_name(struct sse *s, struct slice *piece)
{
	const char *colon = memchr(piece->p, ':', piece->n);
	size_t n = colon == NULL ? piece->n : (size_t)(colon - piece->p), i;

	/* One byte more than the longest name tells that it is no name. */
	for (i = 0; i < n && s->field_len < sizeof(s->field_name); i++)
		s->field_name[s->field_len++] = piece->p[i];
	*piece = slice_sub(*piece, n + (colon != NULL), piece->n);
	if (colon != NULL)
		end_name(s);
}

/* A piece of a line that does not stand in the input as a whole. */
static void
more_line(struct sse *s, struct slice piece)
{
	if (s->place == LINE_START && piece.n > 0) {
		s->place = IN_NAME;
		s->field_len = 0;
		if (is_raw(s, *piece.p)) {
			s->place = IN_VALUE;
			s->field = FIELD_DATA;
			begin_data(s);
			keep(s);
		}
	}
	if (s->place == IN_NAME && piece.n > 0)
		more_name(s, &piece);
	if (s->place == AFTER_COLON && piece.n > 0) {
		if (piece.p[0] == ' ')
			piece = slice_sub(piece, 1, piece.n);
		s->place = IN_VALUE;
	}
	if (s->field == FIELD_DATA || s->field == FIELD_ERROR)
		put(s, &s->data, piece);
	else if (s->field != FIELD_OTHER)
		put(s, &s->value, piece);
}

/* A line that came in pieces is complete. */
static void
end_line(struct sse *s)
{
	if (s->place == IN_NAME)
		end_name(s);
	set_field(s, (enum field)s->field, buf_slice(&s->value));
	keep(s);
	s->field = FIELD_OTHER;
	s->place = LINE_START;
}

/* The event that the last call returned is over. */
static void
forget(struct sse *s)
{
	buf_clear(&s->data);
	set_name(s, (struct slice){ 0 });
	s->data_ref = (struct slice){ 0 };
	s->has_data = s->fired = s->raw = 0;
}

/* A blank line: true when there is an event in *out. */
static int
dispatch(struct sse *s, struct sse_event *out)
{
	if (!s->has_data || s->bad) {
		forget(s);
		return 0;
	}
	out->data = s->data_ref.n > 0 ? s->data_ref : buf_slice(&s->data);
	out->name = s->name_ref.n > 0 ? s->name_ref : buf_slice(&s->name);
	if (out->name.n == 0)
		out->name = SLICE("message");
	out->id = buf_slice(&s->id);
	out->retry = s->has_retry ? s->retry : -1;
	s->fired = 1;
	return 1;
}

/* The mark may come in three pieces; what only begins like it is the start
 * of a field that nobody knows. */
static void
skip_bom(struct sse *s, struct slice *in)
{
	static const char mark[] = "\xEF\xBB\xBF";

	for (; s->bom < 3 && in->n > 0; *in = slice_sub(*in, 1, in->n)) {
		if (in->p[0] != mark[s->bom]) {
			more_line(s, (struct slice){ mark, s->bom });
			s->bom = 3;
			return;
		}
		s->bom++;
	}
}

enum sse_ev
sse_push(struct sse *s, struct slice *in, struct sse_event *out)
{
	const char *p, *end, *eol;

	if (s->fired)
		forget(s);
	if (s->bom < 3)
		skip_bom(s, in);
	p = in->p;
	end = in->n == 0 ? p : p + in->n;
	while (p != end && !s->bad) {
		if (s->skip_lf && *p == '\n')
			p++;
		s->skip_lf = 0;
		eol = line_end(p, end);
		if (eol == end) {
			more_line(s, (struct slice){ p, (size_t)(eol - p) });
			break;
		}
		s->skip_lf = *eol == '\r';
		if (s->place != LINE_START) {
			more_line(s, (struct slice){ p, (size_t)(eol - p) });
			end_line(s);
		} else if (eol != p) {
			whole_line(s, p, (size_t)(eol - p));
		} else if (dispatch(s, out)) {
			*in = slice_sub(*in, (size_t)(eol + 1 - in->p), in->n);
			return SSE_EVENT;
		}
		p = eol + 1;
	}
	keep(s);
	*in = slice_sub(*in, in->n, 0);
	return s->bad ? SSE_BAD : SSE_MORE;
}

enum sse_ev
sse_eof(struct sse *s, struct sse_event *out)
{
	if (s->fired)
		forget(s);
	if (s->place != LINE_START)
		end_line(s);
	if (dispatch(s, out))
		return SSE_EVENT;
	return s->bad ? SSE_BAD : SSE_MORE;
}

void
sse_free(struct sse *s)
{
	buf_free(&s->data);
	buf_free(&s->name);
	buf_free(&s->id);
	buf_free(&s->value);
	*s = (struct sse){ .max = s->max, .error_field = s->error_field,
	    .raw_json = s->raw_json };
}
