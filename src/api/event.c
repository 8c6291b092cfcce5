#include "api/event.h"

#include "api/price.h"

const char *
finish_name(enum finish finish)
{
	static const char names[][15] = { "", "stop", "length", "tool_calls",
	    "refusal", "content_filter", "pause" };	/* by enum finish */

	return names[finish];
}

void
event_put_call(struct json_out *w, const struct event *e)
{
	json_member(w, "id", e->id);
	json_member(w, "name", e->name);
	json_member(w, "arguments", e->text);
}

void
event_put_fault(struct json_out *w, const struct fault *f)
{
	json_member(w, "class", slice_str(fault_name(f->class)));
	event_put_count(w, "status", f->status > 0 ? f->status : -1);
	json_member(w, "message", slice_trim(slice_str(f->text)));
}

void
event_put_count(struct json_out *w, const char *key, int64_t n)
{
	json_key(w, key);
	if (n >= 0)
		json_num(w, n);
	else
		json_null(w);
}

void
event_put_usage(struct json_out *w, const struct usage *u)
{
	event_put_count(w, "input", u->input);
	event_put_count(w, "output", u->output);
	event_put_count(w, "cached", u->cached);
	event_put_count(w, "reasoning", u->reasoning);
	price_put_cost(w, u->cost);
}

static void
add(int64_t *sum, int64_t n)
{
	if (n >= 0)
		*sum = (*sum < 0 ? 0 : *sum) + n;
}

void
event_add_usage(struct usage *sum, const struct usage *u)
{
	add(&sum->input, u->input);
	add(&sum->output, u->output);
	add(&sum->cached, u->cached);
	add(&sum->reasoning, u->reasoning);
	sum->cost = price_add(sum->cost, u->cost);
}
