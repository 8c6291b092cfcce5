/* Requests to the Messages API: providers.md section 3. */

#include "api/bodies.h"
#include "api/encode.h"
#include "wire/json.h"

/*
 * Requests.  A conversation has two sides here: system texts stand apart,
 * wherever they were said, and the results of tools are the user's.
 */

static void
encode_source(struct json_out *w, const struct part *p)
{
	encode_in(w, "source", '{');
	if (p->url.n > 0) {
		encode_type(w, "url");
		json_member(w, "url", p->url);
	} else {
		json_member(w, "type", SLICE("base64"));
		json_member(w, "media_type", p->mime);
		json_key(w, "data");
		json_b64(w, (struct slice){ 0 }, p->data);
	}
	json_close(w);
}

static void
encode_part(struct json_out *w, const struct part *p)
{
	static const char types[][12] = { "text", "image", "document",
	    "tool_use", "tool_result" };

	/* "text content blocks must be non-empty" */
	if (p->type == PART_TEXT && p->text.n == 0)
		return;
	if (encode_own(w, p, "messages"))
		return;
	json_open(w, '{');
	encode_type(w, types[p->type]);
	switch (p->type) {
	case PART_TEXT:
		json_member(w, "text", p->text);
		break;
	case PART_IMAGE:
	case PART_FILE:
		encode_source(w, p);
		if (p->name.n > 0 && p->type == PART_FILE)
			json_member(w, "title", p->name);
		break;
	case PART_CALL:
		json_member(w, "id", p->id);
		json_member(w, "name", p->name);
		encode_raw(w, "input", p->text.n > 0 ? p->text : SLICE("{}"));
		break;
	case PART_RESULT:
		json_member(w, "tool_use_id", p->id);
		json_member(w, "content", p->text);
		break;
	case PART_OWN:
		break;
	}
	json_close(w);
}

enum place { IN_SYSTEM, IN_FRONT, BEHIND };

/* Results come before everything else of their turn. */
static enum place
place_of(const struct message *m, const struct part *p)
{
	if (m->role == ROLE_SYSTEM)
		return IN_SYSTEM;
	return p->type == PART_RESULT ? IN_FRONT : BEHIND;
}

static void
encode_parts(struct json_out *w, const struct message *m,
    const struct message *end, enum place place)
{
	size_t i;

	for (; m < end; m++)
		for (i = 0; i < m->nparts; i++)
			if (place_of(m, &m->parts[i]) == place)
				encode_part(w, &m->parts[i]);
}

static void
encode_system(struct json_out *w, const struct request *r)
{
	struct part own = { .type = PART_TEXT, .text = r->system };
	const struct message *m, *end = r->messages + r->nmessages;

	for (m = r->messages; m < end && m->role != ROLE_SYSTEM; m++)
		;
	if (m == end) {
		encode_text(w, r, "system", r->system);
		return;
	}
	if (!encode_begin(w, r, "system", '['))
		return;
	encode_part(w, &own);
	encode_parts(w, m, end, IN_SYSTEM);
	json_close(w);
}

/* The end of a turn: all that one side says until the other one does. */
static const struct message *
turn_end(const struct message *m, const struct message *end)
{
	int model = m->role == ROLE_ASSISTANT;

	while (m < end && (m->role == ROLE_SYSTEM ||
	    (m->role == ROLE_ASSISTANT) == model))
		m++;
	return m;
}

static void
encode_messages(struct json_out *w, const struct request *r)
{
	const struct message *m = r->messages, *end = m + r->nmessages, *next;
	struct turn turn;

	if (!encode_begin(w, r, "messages", '['))
		return;
	for (; m < end; m = next) {
		next = m + 1;
		if (m->role == ROLE_SYSTEM)
			continue;
		next = turn_end(m, end);
		encode_turn(w, &turn, m->role == ROLE_ASSISTANT ? "assistant" :
		    "user", "content");
		encode_parts(w, m, next, IN_FRONT);
		encode_parts(w, m, next, BEHIND);
		encode_turn_end(w, &turn);
	}
	json_close(w);
}

/*
 * The API wants a limit named and refuses one over the model's own.  Every
 * model since 3.7 takes 32000 (Opus 4 and 4.1 no more); it costs nothing,
 * since only tokens that come are counted.
 */
static int64_t
most_tokens(const struct request *r)
{
	static const struct {
		char model[11];
		int most;
	} old[] = {
		{ "claude-3-7", 32000 },
		{ "claude-3-5", 8192 },
		{ "claude-3", 4096 },
	};
	size_t i;

	if (r->max_tokens > 0)
		return r->max_tokens;
	for (i = 0; i < sizeof(old) / sizeof(old[0]); i++)
		if (slice_starts(r->model, old[i].model))
			return old[i].most;
	return 32000;
}

/* Models up to 4.5, and their dated names, as claude-opus-4-20250514: they
 * think by a budget of tokens, all later ones by effort; and they go on from
 * an assistant's turn, which later ones refuse (providers.md 3.4). */
int
messages_prefill(struct slice model)
{
	ptrdiff_t at = slice_ifind(model, "-4-");

	if (slice_starts(model, "claude-3"))
		return 1;
	model = slice_sub(model, at < 0 ? model.n : (size_t)at + 3, 1);
	return model.n > 0 && *model.p >= '0' && *model.p <= '5';
}

static int64_t
budget(const struct request *r)
{
	int64_t most = most_tokens(r), n = 16384;

	if (slice_is(r->effort, "low"))
		n = 2048;
	else if (slice_is(r->effort, "medium"))
		n = 8192;
	return n < most ? n : most / 2;
}

static void
encode_thinking(struct json_out *w, const struct request *r)
{
	int64_t n = budget(r);

	if (r->effort.n == 0 || request_overrides(r, "thinking"))
		return;
	if (!messages_prefill(r->model)) {
		encode_raw(w, "thinking", SLICE("{\"type\":\"adaptive\"}"));
	} else if (n >= 1024) {		/* the least that is taken */
		encode_in(w, "thinking", '{');
		encode_type(w, "enabled");
		json_member_num(w, "budget_tokens", n);
		json_close(w);
	}
}

static void
encode_output(struct json_out *w, const struct request *r)
{
	int effort = r->effort.n > 0 && !messages_prefill(r->model);

	if ((!effort && r->schema.n == 0) ||
	    !encode_begin(w, r, "output_config", '{'))
		return;
	if (effort)
		json_member(w, "effort", r->effort);
	if (r->schema.n > 0) {
		encode_in(w, "format", '{');
		encode_type(w, "json_schema");
		encode_raw(w, "schema", r->schema);
		json_close(w);
	}
	json_close(w);
}

static void
encode_function(struct json_out *w, const struct json_want *v)
{
	encode_tool(w, v, "input_schema");
}

void
messages_body(const struct request *r, struct buf *body)
{
	struct json_out w;

	encode_open(&w, body);
	encode_head(&w, r);
	encode_num(&w, r, "max_tokens", most_tokens(r));
	encode_system(&w, r);
	encode_messages(&w, r);
	encode_thinking(&w, r);
	encode_output(&w, r);
	encode_tools(&w, r, "tools", encode_function);
	encode_close(&w, r);
}
