/* How an answer ends, in any dialect. */

#include "api/dialect.h"

#include <string.h>

#include "api/error.h"
#include "api/error_words.h"
#include "api/thoughts.h"
#include "wire/json.h"

/* How much of what was not understood a message quotes. */
#define QUOTE_MAX 200

int
decode_no_word(struct slice word)
{
	word = slice_trim(word);
	return word.n == 0 || slice_ieq(word, SLICE("null")) ||
	    slice_ieq(word, SLICE("none")) ||
	    slice_ieq(word, SLICE("undefined")) ||
	    slice_starts(word, "FINISH_REASON_UN");
}

int
decode_is_word(const struct json_want *w)
{
	return w->type == JSON_NUMBER || (w->type == JSON_STRING &&
	    !decode_no_word(w->tok));
}

enum finish
decode_reason(struct decode *d, struct slice word)
{
	static const struct {
		char prefix[15], finish;
	} words[] = {
		{ "length", FIN_LENGTH },
		{ "max_tokens", FIN_LENGTH },
		{ "model_length", FIN_LENGTH },		/* Mistral */
		{ "model_context", FIN_LENGTH },	/* _window_exceeded */
		{ "content_filter", FIN_FILTER },
		{ "sensitive", FIN_FILTER },		/* Z.ai */
		{ "safety", FIN_FILTER },	/* Gemini's, by a gateway */
		{ "recitation", FIN_FILTER },
		{ "prohibited_", FIN_FILTER },
		{ "tool_use", FIN_TOOL_CALLS },
		{ "refusal", FIN_REFUSAL },
		{ "pause_turn", FIN_PAUSE },
		{ "error", FIN_NONE },			/* OpenRouter */
		{ "network_error", FIN_NONE },		/* Z.ai */
		{ "insufficient_", FIN_NONE },		/* DeepSeek */
		{ "abort", FIN_NONE },			/* vLLM, SGLang */
		{ "malformed_", FIN_NONE },		/* Gemini's again */
		{ "function_call_", FIN_NONE },		/* Google: filter */
	};
	size_t i;

	slice_copy(word, d->word, sizeof(d->word));
	for (i = 0; i < COUNT(words); i++)
		if (slice_istarts(word, words[i].prefix))
			return (enum finish)words[i].finish;
	return FIN_STOP;
}

/* Whether there is an answer so far; reasoning is none. */
static int
has_answer(const struct decode *d)
{
	return d->text_bytes > 0 || d->ncalls > 0 || d->refused ||
	    (d->cursor != NULL && (d->cursor->text > 0 ||
	    d->cursor->calls > 0));
}

enum decoded
decode_finish(struct decode *d, enum finish fin)
{
	d->finish = fin;
	d->finished = 1;
	d->tail = !d->revoked && !d->running && (has_answer(d) ||
	    (fin != FIN_STOP && fin != FIN_TOOL_CALLS));
	return d->tail ? DECODE_TAIL : DECODE_MORE;
}

void
decode_revoke(struct decode *d)
{
	d->finished = d->tail = 0;
	d->revoked = 1;
}

int
decode_several(const struct decode *d, const char *path)
{
	struct slice n;

	return json_find(d->request, path, &n) == JSON_NUMBER &&
	    json_int(n, 2) > 1;
}

static void
drop_calls(struct decode *d)
{
	for (; d->ncalls > 0; d->ncalls--) {
		buf_free(&d->calls[d->ncalls - 1].id);
		buf_free(&d->calls[d->ncalls - 1].name);
		buf_free(&d->calls[d->ncalls - 1].args);
		buf_free(&d->calls[d->ncalls - 1].signature);
	}
	buf_clear(&d->call_mem);
}

/* Text that was put cannot be taken back here: the loop asks again. */
enum decoded
decode_anew(struct decode *d)
{
	if (d->content)
		return decode_fail(d, F_IO,
		    "another answer began inside this one");
	drop_calls(d);
	thoughts_clear(&d->thoughts);
	buf_clear(&d->block);
	d->text_half = d->reasoning_half = 0;
	d->finish = FIN_NONE;
	d->finished = d->tail = d->refused = d->open = 0;
	d->messages = d->parts = 0;
	return DECODE_MORE;
}

void
decode_id(struct slice raw, char id[ID_MAX + 1])
{
	struct buf text = { 0 };

	json_unescape(raw, &text, NULL);
	if (text.n > ID_MAX || slice_is(buf_slice(&text), ".") ||
	    slice_is(buf_slice(&text), "..") ||
	    (text.n > 0 && memchr(text.p, '\0', text.n) != NULL))
		buf_clear(&text);
	slice_copy(buf_slice(&text), id, ID_MAX + 1);
	buf_free(&text);
}

enum decoded
decode_life(struct decode *d, struct slice id, int begins)
{
	int first = d->id[0] == '\0', same = id.n == d->id_n && slice_eq(
	    slice_sub(id, 0, sizeof(d->id) - 1), slice_str(d->id));
	enum decode_ids ids = d->ids;

	slice_copy(id, d->id, sizeof(d->id));
	d->id_n = id.n;
	if (same && ids == IDS_DOUBT)
		return decode_anew(d);
	if (same && ids == IDS_ONE)
		d->ids = IDS_STEADY;
	if (same || first || ids == IDS_VARY)
		return DECODE_MORE;
	if (ids == IDS_DOUBT) {
		d->ids = IDS_VARY;
	} else if (begins && (d->content || d->ncalls > 0)) {
		if (ids == IDS_STEADY)
			return decode_anew(d);
		d->ids = IDS_DOUBT;
		d->doubted = d->text_bytes;
	}
	return DECODE_MORE;
}

enum decoded
decode_close(struct decode *d)
{
	if (d->failed)
		return DECODE_FAULT;
	if (d->ids == IDS_DOUBT && d->text_bytes > d->doubted)
		return decode_anew(d);
	decode_flush(d);
	if (d->ncalls > 0)
		thoughts_put(d);
	decode_put_calls(d, d->finish != FIN_STOP &&
	    d->finish != FIN_TOOL_CALLS);
	if (d->finish == FIN_NONE)
		d->finish = FIN_STOP;
	if (d->finish == FIN_STOP && d->refused)
		d->finish = FIN_REFUSAL;
	else if (d->finish == FIN_STOP && d->ncalls > 0)
		d->finish = FIN_TOOL_CALLS;
	return DECODE_DONE;
}

enum decoded
decode_void(struct decode *d)
{
	if (has_answer(d) || d->other || (d->finish != FIN_STOP &&
	    d->finish != FIN_TOOL_CALLS))
		return DECODE_DONE;
	fault_set(&d->fault, F_EMPTY, FAULT_ONCE, "the model sent %s",
	    d->content ? "only reasoning" :
	    "neither text nor a tool call");
	d->failed = 1;
	return DECODE_FAULT;
}

/* -- faults ---------------------------------------------------------------- */

enum decoded
decode_fail(struct decode *d, enum fclass class, const char *what)
{
	if (!d->failed)
		fault_set(&d->fault, class, 1, "%s", what);
	d->failed = 1;
	return DECODE_FAULT;
}

enum decoded
decode_truncated(struct decode *d)
{
	return decode_fail(d, F_IO, "the stream ended before the answer did");
}

enum decoded
decode_error(struct decode *d, struct slice json)
{
	struct reply r = { .status = d->status >= 400 ? d->status : 200,
	    .body = json, .wall = d->wall };
	struct fault first = d->fault, f;

	classify(&r, &f);
	if (!d->failed || (first.name[0] == '\0' && f.name[0] != '\0'))
		d->fault = f;
	if (d->failed && d->fault.wait < first.wait)
		d->fault.wait = first.wait;
	if (d->fault.wait == MSEC_NONE)
		d->fault.wait = f.wait;
	d->failed = 1;
	return DECODE_FAULT;
}

int
decode_is_failed(struct slice json)
{
	static const char *const codes[] = { "base_resp.status_code",
	    "header.code", "Response.Error", "promptFeedback.blockReason" };
	struct slice code;
	size_t i;

	for (i = 0; i < COUNT(codes); i++)
		if (json_find(json, codes[i], &code) > JSON_TRUE &&
		    !slice_is(code, "0"))
			return 1;
	return 0;
}

int
decode_is_error(struct slice json)
{
	static const char errors[] = "error errors fault error_code errcode "
	    "error_type";
	static const char messages[] = "message msg detail error_message "
	    "error_msg errmsg";
	struct slice key;
	struct json_want w = { 0 };
	int said = 0, fine = 0;
	size_t at = 0;

	/* Gemini's OpenAI-compatible API sends [{"error":{...}}]. */
	if (json.n > 0 && json.p[0] == '[' &&
	    json_each(json, &at, &key, &json) != JSON_OBJECT)
		return 0;
	for (at = 0;
	    (w.type = json_each(json, &at, &key, &w.tok)) > JSON_END;) {
		if (decode_truthy(&w) && (error_listed(key, errors) ||
		    (json_is(key, "object") && decode_is(&w, "error"))))
			return 1;
		said |= error_listed(key, messages) && decode_truthy(&w) &&
		    (w.type == JSON_STRING || json_is(key, "detail"));
		/* Spark: 0 and "Success" */
		fine |= json_is(key, "code") && (slice_is(w.tok, "0") ||
		    slice_is(w.tok, "200"));
	}
	return (said && !fine) || decode_is_failed(json);
}

/* Quotes what was not understood. */
static enum decoded
unclear(struct decode *d, const char *what, struct slice text)
{
	text = slice_trim(text);
	if (!d->failed)
		fault_set(&d->fault, F_PROTO, 1, "%s: %.*s", what,
		    (int)(text.n < QUOTE_MAX ? text.n : QUOTE_MAX), text.p);
	d->failed = 1;
	return DECODE_FAULT;
}

enum decoded
decode_no_answer(struct decode *d, struct slice body)
{
	return decode_is_error(body) ? decode_error(d, body) :
	    unclear(d, "the server's JSON contains no answer", body);
}

/* What an event without content means. */
static enum decoded
nothing_new(const struct decode *d)
{
	return d->failed ? DECODE_FAULT : d->tail ? DECODE_TAIL : DECODE_MORE;
}

enum decoded
decode_empty(struct decode *d, struct slice json)
{
	return decode_is_error(json) ? decode_error(d, json) : nothing_new(d);
}

int
decode_is_done(struct slice data)
{
	return data.n > 0 && data.p[0] != '{' &&
	    slice_starts(slice_trim(data), "[DONE]");
}

int
decode_next(struct slice *data, struct slice *json)
{
	struct slice rest = slice_trim(*data), tok;
	enum json_type type;
	struct json j;

	json_init(&j, rest);
	do
		type = json_next(&j, &tok);
	while (type > JSON_END && j.depth > 0);
	if (type != JSON_OBJECT_END && type != JSON_ARRAY_END)
		return 0;
	*json = slice_sub(rest, 0, (size_t)(j.p - rest.p));
	*data = slice_trim(slice_sub(rest, json->n, rest.n));
	return 1;
}

/* -- events that are no JSON object ----------------------------------------
 *
 * Servers repeat the prefix in the data ("data: data: {...}"), put several
 * texts into one event, send their pings as data, and write errors as text.
 */

/* Whether it is a sign of life only; also comments. */
static int
is_ping(struct slice s)
{
	static const char *const words[] = { ":", "ping", "pong", "heartbeat",
	    "keepalive", "keep-alive", "keep_alive", "keep alive" };
	size_t i;

	for (i = 0; i < COUNT(words); i++)
		if (slice_istarts(s, words[i]))
			return 1;
	return 0;
}

/* An error in an array, which Gemini's OpenAI-compatible API sends, or one of
 * events. */
static enum decoded
take_array(struct decode *d, const struct dialect *dialect, struct slice json)
{
	struct sse_event one = { .name = SLICE("message") };
	enum decoded r = DECODE_MORE, got;
	enum json_type type;
	struct slice key;
	size_t at = 0;

	if (decode_is_error(json))
		return decode_error(d, json);
	while ((type = json_each(json, &at, &key, &one.data)) > JSON_END) {
		got = type == JSON_OBJECT ? dialect->event(d, &one) :
		    DECODE_MORE;
		r = got > r ? got : r;
	}
	return r;
}

/* A line that is neither an object nor an array. */
static enum decoded
take_line(struct decode *d, const struct dialect *dialect, struct slice line)
{
	struct sse_event done = { .name = SLICE("message"),
	    .data = SLICE("[DONE]") };

	while (line.n > 0 && memchr("\"' ", *line.p, 3) != NULL)
		slice_skip(&line, 1);
	if (slice_istarts(line, "[DONE]"))
		return dialect->event(d, &done);
	/* also null, and a number, which may be the time; and rubbish behind
	 * the answer */
	if (line.n == 0 || is_ping(line) || json_valid(line))
		return DECODE_MORE;
	if (slice_istarts(line, "error") || slice_istarts(line, "[error"))
		return decode_error(d, line);
	return d->finished ? DECODE_MORE :
	    unclear(d, "not understood in the stream", line);
}

/* Takes the texts and lines of an event; at the end of the stream what is
 * incomplete is none. */
static enum decoded
take_texts(struct decode *d, const struct dialect *dialect,
    const struct sse_event *e, int end)
{
	struct slice rest = slice_trim(e->data), line;
	struct sse_event one = { .name = e->name };
	enum decoded r = DECODE_MORE, got;

	while (rest.n > 0 && r != DECODE_DONE) {
		if (slice_starts(rest, "data:")) {
			slice_skip(&rest, 5);
			rest = slice_trim(rest);
			continue;
		}
		if (decode_next(&rest, &line)) {
			one.data = line;
			got = *line.p == '[' ? take_array(d, dialect, line) :
			    end || line.n < e->data.n ?
			    dialect->event(d, &one) :
			    take_line(d, dialect, line);
		} else {
			line = slice_trim(slice_cut(&rest, '\n'));
			rest = slice_trim(rest);
			if (end && !decode_is_done(line))
				continue;
			got = take_line(d, dialect, line);
		}
		if (got > r)
			r = got;
	}
	return r == DECODE_DONE && !d->failed ? r : nothing_new(d);
}

enum decoded
decode_odd(struct decode *d, const struct dialect *dialect,
    const struct sse_event *e)
{
	/* Text under a name of no dialect is a greeting, or a ping. */
	if (is_ping(e->name) || (!slice_is(e->name, "message") &&
	    slice_ifind(e->name, "_") < 0 && slice_ifind(e->name, ".") < 0 &&
	    (e->data.n == 0 || strchr("{[", *e->data.p) == NULL)))
		return nothing_new(d);
	return take_texts(d, dialect, e, 0);
}

enum decoded
decode_end(struct decode *d, const struct dialect *dialect,
    const struct sse_event *e, int clean)
{
	enum decoded r = DECODE_MORE;

	/* Servers often leave out the last blank line, or all of them.  Only
	 * complete JSON counts as an event then. */
	if (e != NULL)
		r = take_texts(d, dialect, e, 1);
	if (r == DECODE_DONE || r == DECODE_FAULT)
		return r;
	if (d->tail || (d->finished && clean))
		return decode_close(d);
	return decode_truncated(d);
}

void
decode_free(struct decode *d)
{
	drop_calls(d);
	buf_free(&d->call_mem);
	buf_free(&d->scratch);
	buf_free(&d->like.doc);
	buf_free(&d->path);
	buf_free(&d->block);
	thoughts_free(&d->thoughts);
	*d = (struct decode){ .sink = d->sink, .wall = d->wall };
}
