/* Requests to the Messages API: providers.md section 3. */

#include "api/encode.h"
#include "wire/json.h"

static void
encode_part(struct json_out *w, const struct part *p)
{
	static const char types[][12] = { "text", "image", "document",
	    "tool_use", "tool_result" };

	/* "text content blocks must contain non-whitespace text" */
	if (p->type == PART_TEXT && slice_trim(p->text).n == 0)
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
		encode_in(w, "source", '{');
		encode_type(w, p->url.n > 0 ? "url" : "base64");
		if (p->url.n > 0) {
			json_member(w, "url", p->url);
		} else {
			json_member(w, "media_type", p->mime);
			json_key(w, "data");
			json_b64(w, (struct slice){ 0 }, p->data);
		}
		json_close(w);
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

enum place { IN_SYSTEM, RESULTS, OTHERS };

/* The parts of messages m up to end that go to that place. */
static void
encode_parts(struct json_out *w, const struct message *m,
    const struct message *end, enum place place)
{
	enum place its;
	size_t i;

	for (; m < end; m++)
		for (i = 0; i < m->nparts; i++) {
			its = m->role == ROLE_SYSTEM ? IN_SYSTEM :
			    m->parts[i].type == PART_RESULT ? RESULTS : OTHERS;
			if (its == place)
				encode_part(w, &m->parts[i]);
		}
}

/* System messages are moved to "system", from wherever they are. */
static void
encode_system(struct json_out *w, const struct request *r)
{
	struct part own = { .type = PART_TEXT, .text = r->system };
	const struct message *m, *end = r->messages + r->nmessages;

	for (m = r->messages; m < end && m->role != ROLE_SYSTEM; m++)
		;
	if (m == end) {
		encode_text(w, r, "system", r->system);
	} else if (encode_begin(w, r, "system", '[')) {
		encode_part(w, &own);
		encode_parts(w, m, end, IN_SYSTEM);
		json_close(w);
	}
}

/* Turns alternate between user and assistant: a turn holds all messages of
 * one side, tool results being the user's and first in it. */
static void
encode_messages(struct json_out *w, const struct request *r)
{
	const struct message *m = r->messages, *end = m + r->nmessages, *from;
	struct encode_mark mark;
	int assistant;

	if (!encode_begin(w, r, "messages", '['))
		return;
	while (m < end) {
		from = m++;
		if (from->role == ROLE_SYSTEM)
			continue;
		assistant = from->role == ROLE_ASSISTANT;
		while (m < end && (m->role == ROLE_SYSTEM ||
		    (m->role == ROLE_ASSISTANT) == assistant))
			m++;
		encode_turn(w, &mark, assistant ? "assistant" : "user",
		    "content");
		encode_parts(w, from, m, RESULTS);
		encode_parts(w, from, m, OTHERS);
		encode_turn_end(w, &mark);
	}
	json_close(w);
}

/*
 * max_tokens is required, and refused above the model's own limit.  Every
 * model since 3.7 takes 32000 (Opus 4 and 4.1 no more); a high limit costs
 * nothing, since only the tokens generated are counted.
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

	if (r->max_tokens > 0 || r->room > 0)
		return r->max_tokens > 0 ? r->max_tokens : r->room;
	for (i = 0; i < COUNT(old); i++)
		if (slice_starts(r->model, old[i].model))
			return old[i].most;
	return 32000;
}

/* Models up to 4.5, also by dated names such as claude-opus-4-20250514.  Their
 * thinking is set by a budget of tokens, that of later models by effort; and
 * they continue an assistant's turn, which later ones refuse (providers.md
 * 3.4). */
int
messages_prefill(struct slice model)
{
	ptrdiff_t at = slice_ifind(model, "-4-");

	if (slice_starts(model, "claude-3"))
		return 1;
	model = slice_sub(model, at < 0 ? model.n : (size_t)at + 3, 1);
	return model.n > 0 && *model.p >= '0' && *model.p <= '5';
}

/* Whether the calls whose results are being sent were made without thinking. */
static int
is_thoughtless(const struct request *r)
{
	const struct message *m = r->messages + r->nmessages;

	if (r->nmessages == 0 || m[-1].role != ROLE_TOOL)
		return 0;
	while (--m > r->messages && m->role != ROLE_ASSISTANT)
		;
	return m->nparts == 0 || m->parts->type != PART_OWN ||
	    !slice_is(m->parts->name, "messages");
}

static void
encode_thinking(struct json_out *w, const struct request *r)
{
	int64_t most = most_tokens(r), n = 16384;

	if (r->effort.n == 0 || request_overrides(r, "thinking"))
		return;
	if (!messages_prefill(r->model)) {
		encode_raw(w, "thinking", SLICE("{\"type\":\"adaptive\"}"));
		return;
	}
	/* with a budget, a turn that goes on after tool calls must begin with
	 * the thinking block that led to them */
	if (is_thoughtless(r))
		return;
	if (slice_is(r->effort, "low"))
		n = 2048;
	else if (slice_is(r->effort, "medium"))
		n = 8192;
	if (n >= most)
		n = most / 2;
	if (n < 1024)		/* the API's minimum */
		return;
	encode_in(w, "thinking", '{');
	encode_type(w, "enabled");
	json_member_num(w, "budget_tokens", n);
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
	int effort = r->effort.n > 0 && !messages_prefill(r->model);

	encode_open(&w, body);
	encode_head(&w, r);
	encode_num(&w, r, "max_tokens", most_tokens(r));
	encode_system(&w, r);
	encode_messages(&w, r);
	encode_thinking(&w, r);
	if ((effort || r->schema.n > 0) &&
	    encode_begin(&w, r, "output_config", '{')) {
		if (effort)
			json_member(&w, "effort", r->effort);
		if (r->schema.n > 0) {
			encode_in(&w, "format", '{');
			encode_type(&w, "json_schema");
			encode_raw(&w, "schema", r->schema);
			json_close(&w);
		}
		json_close(&w);
	}
	encode_tools(&w, r, "tools", encode_function);
	encode_close(&w, r);
}
