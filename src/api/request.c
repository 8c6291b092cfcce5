#include "api/request.h"

size_t
message_count(const struct message *m, enum part_type least,
    enum part_type most)
{
	size_t i, n = 0;

	for (i = 0; i < m->nparts; i++)
		n += m->parts[i].type >= least && m->parts[i].type <= most;
	return n;
}

int
request_overrides(const struct request *r, const char *key)
{
	size_t i;

	for (i = 0; i < r->nparams; i++)
		if (slice_is(r->params[i].key, key))
			return 1;
	return 0;
}

int
request_streams(const struct request *r)
{
	size_t i;
	int streams = (r->quirks & QUIRK_NO_STREAM) == 0;

	for (i = 0; i < r->nparams; i++)
		if (slice_is(r->params[i].key, "stream"))
			streams = slice_is(r->params[i].json, "true");
	return streams;
}

/* What bide writes unasked, by the word that a refusal of it contains. */
static const struct {
	char word[22], key[22];
	unsigned quirk;
} unasked[] = {
	/* Azure before 2024-10, Mistral, Vertex; only streams have any */
	{ "stream_options", "stream_options", QUIRK_NO_STREAM_OPTIONS },
	{ "include_obfuscation", "stream_options", QUIRK_NO_STREAM_OPTIONS },
	/* o1 and later; imitators */
	{ "max_tokens", "max_tokens", QUIRK_MAX_TOKENS },
	{ "max_completion_tokens", "max_completion_tokens", QUIRK_MAX_TOKENS },
	/* imitators of Responses; models that do not reason */
	{ "store", "store", QUIRK_NO_STORE },
	{ "include", "include", QUIRK_NO_INCLUDE },
	{ "encrypted_content", "include", QUIRK_NO_INCLUDE },
	{ "strict", "strict", QUIRK_NO_STRICT },
	/* OpenAI: "must be verified to stream this model"; llama.cpp: "Cannot
	 * use tools with stream" */
	{ "stream", "stream", QUIRK_NO_STREAM },
};

/* How servers say that they do not take a member. */
static const char refusals[] = "support|unknown|unrecognized|unexpected|extra|"
    "not permitted|not allowed|only allowed|verified|cannot use|additional|"
    "not available";

/* The number at the start of s, or at its end; -1 if there is none. */
static long long
number(struct slice s, int end)
{
	size_t n = 0;
	char c;

	while (n < s.n && (c = s.p[end ? s.n - n - 1 : n]) >= '0' && c <= '9')
		n++;
	return slice_dec(slice_sub(s, end ? s.n - n : 0, n), INT64_MAX);
}

/* What "A + B > C" (of input, answer and context) or "B > C" leaves for the
 * answer; 0 if the text has neither. */
static int64_t
room_in(struct slice text)
{
	ptrdiff_t at = slice_ifind(text, " > "), plus;
	long long most, input;

	if (at < 0 || slice_ifind(text, "max_tokens") < 0)
		return 0;
	most = number(slice_sub(text, (size_t)at + 3, text.n), 0);
	plus = slice_ifind(slice_sub(text, 0, (size_t)at), " + ");
	input = plus < 0 ? 0 : number(slice_sub(text, 0, (size_t)plus), 1);
	return input >= 0 && most > input ? most - input : 0;
}

int
request_amend(struct request *r, struct slice message)
{
	int64_t room = room_in(message);
	unsigned quirk;
	size_t i;

	if (room > 0 && r->max_tokens == 0 && r->room == 0) {
		r->room = room;
		return 1;
	}
	if (!slice_says(message, refusals))
		return 0;
	for (i = 0; i < COUNT(unasked); i++) {
		if (slice_ifind(message, unasked[i].word) < 0 ||
		    request_overrides(r, unasked[i].key))
			continue;
		quirk = unasked[i].quirk;
		if (quirk == QUIRK_MAX_TOKENS ? r->max_tokens == 0 ||
		    (r->quirks & QUIRK_RENAMED) : (r->quirks & quirk))
			continue;
		r->quirks ^= quirk;
		if (quirk == QUIRK_MAX_TOKENS)
			r->quirks |= QUIRK_RENAMED;
		return 1;
	}
	return 0;
}

void
request_params(const struct request *r, struct json_out *w)
{
	const struct param *p;
	struct buf key = { 0 };
	size_t i, k;

	for (i = 0; i < r->nparams; i++) {
		p = &r->params[i];
		if ((r->quirks & QUIRK_NO_THINKING) &&
		    slice_is(p->key, "thinking"))
			continue;
		/* the last of equal names counts */
		for (k = i + 1; k < r->nparams; k++)
			if (slice_eq(r->params[k].key, p->key))
				break;
		if (k < r->nparams)
			continue;
		buf_clear(&key);
		buf_put(&key, p->key);
		buf_putc(&key, '\0');
		json_key(w, key.p);
		if (json_raw(w, p->json) < 0)
			json_null(w);
	}
	buf_free(&key);
}
