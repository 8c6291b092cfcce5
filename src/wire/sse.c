#include "wire/sse.h"

#include <limits.h>
#include <string.h>

#include "base/scan.h"
#include "wire/json.h"

/* The position in a line that continues in the next input. */
enum place {
	LINE_START,
	IN_NAME,
	AFTER_COLON,		/* one blank may follow */
	IN_VALUE
};

enum field {
	FIELD_OTHER,
	FIELD_COMMENT,		/* has an empty name */
	FIELD_DATA,
	FIELD_EVENT,
	FIELD_ID,
	FIELD_RETRY,
	FIELD_ERROR
};

/* "data: " and "event: " in the high bytes of a word, as scan_word() reads
 * them: nearly all lines start with one of these. */
#define DATA (UINT64_C(0x203a61746164) << 16)
#define EVENT (UINT64_C(0x203a746e657665) << 8)

/* The memory of a larger event is not kept for the next one. */
#define KEEP_MEMORY ((size_t)1 << 20)

/* The first CR or LF, or end.  Other bytes below 0x10 are rare, so one
 * comparison is enough for both. */
static const char *
line_end(const char *p, const char *end)
{
	const size_t step = SCAN_STEP;
	uint64_t hits;

	if (p != end && *p == '\n')
		return p;
	for (;;) {
		while ((size_t)(end - p) >= 4 * step && !scan_any_low(p))
			p += 4 * step;
		for (; (size_t)(end - p) >= step; p += step) {
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
	if (name.n == 0)
		return FIELD_COMMENT;
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

/* Appends bytes to b, within the limit. */
static void
put(struct sse *s, struct buf *b, struct slice bytes)
{
	b->max = limit(s);
	buf_put(b, bytes);
	if (b->full)
		s->bad = 1;
}

/* Copies what is still in the input, which is about to be reused. */
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

/* Starts a data line; it is joined to those before it with LF. */
static void
begin_data(struct sse *s)
{
	if (s->has_data) {
		keep(s);
		put(s, &s->data, SLICE("\n"));
	}
	s->has_data = s->has_data == 0 ? 1 : 2;
}

static void
set_name(struct sse *s, struct slice name)
{
	buf_clear(&s->name);
	s->name_ref = name;
}

/* Takes a complete field other than data. */
static void
set_field(struct sse *s, enum field field, struct slice value)
{
	long long ms;

	if (field == FIELD_COMMENT) {
		if (slice_starts(value, "HTTP_STATUS/"))
			s->status = (int)slice_dec(slice_trim(slice_sub(value,
			    sizeof("HTTP_STATUS/") - 1, value.n)), 599);
	} else if (value.n > limit(s)) {
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

/* Whether c starts a line of bare JSON, without a field name. */
static int
is_raw(struct sse *s, char c)
{
	if (!s->raw_json)
		return 0;
	if (c == '{' || c == '[')
		s->raw = 1;
	return s->raw && memchr("{[]}\" \t", c, 7) != NULL;
}

/* Takes the value of a data line that is whole in the input. */
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

/* Takes a line that is whole in the input. */
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
	/* no name we know is longer than five bytes */
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

/* The field name of a line that came in pieces is complete. */
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

/* Takes a piece of a line that is not whole in the input. */
static void
more_line(struct sse *s, struct slice piece)
{
	const char *colon;
	size_t n, i;

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
	if (s->place == IN_NAME && piece.n > 0) {
		colon = memchr(piece.p, ':', piece.n);
		n = colon == NULL ? piece.n : (size_t)(colon - piece.p);
		/* a sixth byte is kept to tell that the name is unknown */
		for (i = 0; i < n && s->field_len < sizeof(s->field_name); i++)
			s->field_name[s->field_len++] = piece.p[i];
		slice_skip(&piece, n + (colon != NULL));
		if (colon != NULL)
			end_name(s);
	}
	if (s->place == AFTER_COLON && piece.n > 0) {
		slice_skip(&piece, piece.p[0] == ' ');
		s->place = IN_VALUE;
	}
	if (s->field == FIELD_DATA || s->field == FIELD_ERROR)
		put(s, &s->data, piece);
	else if (s->field == FIELD_COMMENT)
		for (i = 0; i < piece.n && s->comment_len <
		    sizeof(s->comment); i++)
			s->comment[s->comment_len++] = piece.p[i];
	else if (s->field != FIELD_OTHER)
		put(s, &s->value, piece);
}

/* A line that came in pieces is complete. */
static void
end_line(struct sse *s)
{
	if (s->place == IN_NAME)
		end_name(s);
	set_field(s, (enum field)s->field, s->field == FIELD_COMMENT ?
	    (struct slice){ s->comment, s->comment_len } :
	    buf_slice(&s->value));
	s->comment_len = 0;
	keep(s);
	s->field = FIELD_OTHER;
	s->place = LINE_START;
}

/* Resets what belongs to one event. */
static void
forget(struct sse *s)
{
	buf_clear(&s->data);
	if (s->data.cap > KEEP_MEMORY)
		buf_free(&s->data);
	set_name(s, (struct slice){ 0 });
	s->data_ref = (struct slice){ 0 };
	s->has_data = s->fired = s->raw = 0;
	s->status = 0;
}

/* A value that is still in the input, or the copy of one that was not. */
static struct slice
gathered(struct slice ref, const struct buf *copy)
{
	return ref.n > 0 ? ref : buf_slice(copy);
}

/* Ends a block: 1 if it was an event, now in *out. */
static int
dispatch(struct sse *s, struct sse_event *out)
{
	if (!s->has_data || s->bad) {
		forget(s);
		return 0;
	}
	out->data = gathered(s->data_ref, &s->data);
	out->name = gathered(s->name_ref, &s->name);
	if (out->name.n == 0)
		out->name = SLICE("message");
	out->id = buf_slice(&s->id);
	out->retry = s->has_retry ? s->retry : -1;
	out->status = s->status < 0 ? 0 : s->status;
	out->block = (struct slice){ 0 };
	s->fired = 1;
	return 1;
}

/* Whether the event is complete with its only line. */
static int
is_complete(const struct sse *s)
{
	struct slice data = slice_trim(gathered(s->data_ref, &s->data));

	return s->raw_json && s->has_data == 1 && data.n > 0 && !s->fired &&
	    (slice_starts(data, "[DONE]") || (data.p[0] == '{' &&
	    data.p[data.n - 1] == '}' && json_valid(data)));
}

int
sse_lingers(const struct sse *s)
{
	return s->raw_json && s->has_data == 1 && !s->fired &&
	    s->place == LINE_START;
}

int
sse_between(const struct sse *s)
{
	return s->place == LINE_START && s->has_data == 0 && s->name.n == 0 &&
	    s->name_ref.n == 0;
}

enum sse_ev
sse_linger(struct sse *s, struct sse_event *out)
{
	return sse_lingers(s) && is_complete(s) && dispatch(s, out) ?
	    SSE_EVENT : SSE_MORE;
}

enum sse_ev
sse_push(struct sse *s, struct slice *in, struct sse_event *out)
{
	static const char bom[] = "\xEF\xBB\xBF";
	const char *p, *end, *eol, *from = sse_at_block(s) ? in->p : NULL;

	if (s->fired)
		forget(s);
	/* the BOM may come in pieces; a part of it is part of a field name */
	for (; s->bom < 3 && in->n > 0; slice_skip(in, 1), s->bom++) {
		if (in->p[0] != bom[s->bom]) {
			more_line(s, (struct slice){ bom, s->bom });
			s->bom = 3;
			break;
		}
	}
	p = in->p;
	end = in->n == 0 ? p : p + in->n;
	while (p != end && !s->bad) {
		if (s->skip_lf && *p == '\n')
			p++;
		s->skip_lf = 0;
		if (s->has_data == 1 && p != end && *p != '\n' &&
		    *p != '\r' && sse_linger(s, out) == SSE_EVENT) {
			*in = slice_sub(*in, (size_t)(p - in->p), in->n);
			return SSE_EVENT;
		}
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
			p = eol + 1;
			if (s->skip_lf && p != end) {
				p += *p == '\n';
				s->skip_lf = 0;
			}
			if (from != NULL && s->data_ref.n > 0 &&
			    s->status == 0 && !s->skip_lf)
				out->block = (struct slice){ from,
				    (size_t)(p - from) };
			*in = slice_sub(*in, (size_t)(p - in->p), in->n);
			return SSE_EVENT;
		} else {
			from = NULL;	/* comments are no part of a block */
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
