#include "cmd/progress.h"

#include <string.h>
#include <unistd.h>

#include "api/price.h"
#include "cmd/report.h"
#include "wire/when.h"

#define TOKENS_MAX INT64_C(1000000000000)
#define PART ((msec)60000 / MINUTE)

/* Drops what is older than a minute. */
static void
move_on(struct tally *p, msec now)
{
	int n = 0;

	while (p->part + PART <= now && n++ < MINUTE) {
		memmove(p->tokens + 1, p->tokens,
		    sizeof(p->tokens) - sizeof(p->tokens[0]));
		p->tokens[0] = 0;
		p->part += PART;
	}
	if (p->part + PART <= now)
		p->part = now;
}

/* A count that can be added up. */
static int64_t
tokens(int64_t n)
{
	return n < 0 ? 0 : n < TOKENS_MAX ? n : TOKENS_MAX;
}

void
progress_count(struct tally *p, msec now, const struct report *r)
{
	const struct usage *u = &r->res.usage;
	int64_t input = tokens(u->input), output = tokens(u->output);

	p->n[r->fate < FATE_LEFT ? T_DONE + (int)r->fate : T_LEFT]++;
	p->n[T_REQUESTS] += r->res.attempts;
	p->n[T_LIMITED] += r->limited;
	p->by_class[r->res.last.fault.class]++;
	move_on(p, now);
	p->cost = price_add(p->cost, u->cost);
	p->n[T_INPUT] += input;
	p->n[T_CACHED] += tokens(u->cached);
	p->n[T_OUTPUT] += output;
	p->n[T_REASONING] += tokens(u->reasoning);
	p->tokens[0] += input + output;
}

/* The rate per minute of n in span ms; also the ms that n takes at a rate of
 * span per minute. */
static int64_t
per_minute(int64_t n, msec span)
{
	return n < INT64_MAX / 60000 ? n * 60000 / (span > 0 ? span : 1) : n;
}

void
progress_say(struct tally *p, struct slice text)
{
	if (p->open)
		say_wipe();
	p->open = 0;
	say(text);
}

void
progress_show(struct tally *p, msec now, size_t waiting, msec until)
{
	int64_t done = p->n[T_DONE] + p->n[T_FAILED], all = 0;
	int64_t rest = p->total - done - p->n[T_LEFT];
	msec span = now - p->start;
	size_t i;
	struct buf head = { 0 }, line = { 0 }, eta = { 0 };

	buf_printf(&head, "%lld", (long long)done);
	if (p->total >= 0)
		buf_printf(&head, "/%lld", (long long)p->total);
	buf_puts(&head, " done");
	if (p->n[T_LEFT] > 0)
		buf_printf(&line, ", %lld deferred", (long long)p->n[T_LEFT]);
	if (p->n[T_FAILED] > 0)
		buf_printf(&line, ", %lld failed", (long long)p->n[T_FAILED]);
	buf_printf(&line, ", %lld/min", (long long)per_minute(done, span));
	move_on(p, now);
	for (i = 0; i < MINUTE; i++)
		all += p->tokens[i];
	if (all > 0) {
		buf_printf(&line, ", %lld", (long long)per_minute(all,
		    span < 60000 ? span : 60000));
		if (p->limit[1] > 0)
			buf_printf(&line, " of %lld", (long long)p->limit[1]);
		buf_puts(&line, " tokens/min");
	}
	if (waiting > 0) {
		buf_printf(&line, ", %zu waiting (", waiting);
		when_put(&line, until > now ? until - now : 0);
		buf_putc(&line, ')');
	}
	if (done > 0 && rest > 0 && span < MSEC_MAX / rest) {
		buf_puts(&eta, ", ETA ");
		when_put(&eta, span * rest / done);
	}
	if (p->tty) {
		say_live(buf_slice(&head), buf_slice(&line), buf_slice(&eta));
		p->open = 1;
	} else {
		buf_put(&head, buf_slice(&line));
		buf_put(&head, buf_slice(&eta));
		progress_say(p, buf_slice(&head));
	}
	buf_free(&head);
	buf_free(&line);
	buf_free(&eta);
}

void
progress_end(struct tally *p)
{
	if (p->open)
		(void)!write(2, "\n", 1);
	p->open = 0;
}

int64_t
progress_spent(const struct tally *p)
{
	return p->priced ? p->cost : p->n[T_INPUT] + p->n[T_OUTPUT];
}

void
progress_usage(const struct tally *p, struct buf *out)
{
	buf_printf(out, "%lld input tokens (%lld cached), %lld output tokens "
	    "(%lld reasoning)", (long long)p->n[T_INPUT],
	    (long long)p->n[T_CACHED], (long long)p->n[T_OUTPUT],
	    (long long)p->n[T_REASONING]);
	if (!p->priced)
		return;
	buf_puts(out, ", cost ");
	price_put(p->cost, out);
}

void
progress_report(const struct tally *p, struct buf *out, msec now)
{
	static const char names[TALLIES][20] = {
		[T_DONE] = "succeeded", [T_FAILED] = "failed",
		[T_LEFT] = "left", [T_BEFORE] = "done_before",
		[T_REQUESTS] = "requests", [T_LIMITED] = "status_429",
		[T_INPUT] = "input_tokens", [T_CACHED] = "cached_tokens",
		[T_OUTPUT] = "output_tokens",
		[T_REASONING] = "reasoning_tokens",
	};
	int64_t took[2] = { p->n[T_DONE] + p->n[T_FAILED],
	    p->n[T_INPUT] + p->n[T_OUTPUT] }, ideal = 0, ms;
	struct json_out w = { .out = out };
	struct buf cost = { 0 };
	size_t i;

	/* the time by the limits alone; 0 if there are none */
	for (i = 0; i < 2; i++) {
		ms = p->limit[i] > 0 ? per_minute(took[i], p->limit[i]) : 0;
		ideal = ms > ideal ? ms : ideal;
	}
	json_open(&w, '{');
	for (i = 0; i < TALLIES; i++)
		json_member_num(&w, names[i], p->n[i]);
	json_key(&w, "cost");
	if (p->priced) {
		price_put(p->cost, &cost);
		(void)json_raw(&w, buf_slice(&cost));
		buf_free(&cost);
	} else {
		json_null(&w);
	}
	json_member_num(&w, "makespan_ms", now - p->start);
	json_key(&w, "ideal_ms");
	if (ideal > 0)
		json_num(&w, ideal);
	else
		json_null(&w);
	json_key(&w, "classes");
	json_open(&w, '{');
	for (i = 1; i < CLASSES; i++)
		if (p->by_class[i] > 0)
			json_member_num(&w, fault_name((enum fclass)i),
			    p->by_class[i]);
	json_close(&w);
	json_close(&w);
	buf_putc(out, '\n');
}
