#include "cmd/progress.h"

#include <string.h>

#include "wire/when.h"

#define PART ((msec)60000 / MINUTE)

/* Forgets what is older than a minute. */
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

void
progress_tokens(struct tally *p, msec now, const struct usage *u)
{
	int64_t input = u->input > 0 ? u->input : 0;
	int64_t output = u->output > 0 ? u->output : 0;

	move_on(p, now);
	p->n[T_INPUT] += input;
	p->n[T_OUTPUT] += output;
	p->tokens[0] += input + output;
}

int64_t
progress_through(const struct tally *p)
{
	return p->n[T_DONE] + p->n[T_FAILED] + p->n[T_LEFT];
}

/* n in span, in a minute; and how many ms n takes at span a minute. */
static int64_t
per_minute(int64_t n, msec span)
{
	return n < INT64_MAX / 60000 ? n * 60000 / (span > 0 ? span : 1) : n;
}

void
progress_put(struct tally *p, struct buf *out, msec now, size_t waiting,
    msec until)
{
	int64_t through = progress_through(p), all = 0;
	msec span = now - p->start;
	size_t i;

	buf_printf(out, "%lld", (long long)through);
	if (p->total >= 0)
		buf_printf(out, "/%lld", (long long)p->total);
	buf_printf(out, " done, %lld failed, %lld deferred, %lld/min",
	    (long long)p->n[T_FAILED], (long long)p->n[T_LEFT],
	    (long long)per_minute(through, span));
	move_on(p, now);
	for (i = 0; i < MINUTE; i++)
		all += p->tokens[i];
	if (all > 0) {
		buf_printf(out, ", %lld", (long long)per_minute(all,
		    span < 60000 ? span : 60000));
		if (p->limit[1] > 0)
			buf_printf(out, " of %lld", (long long)p->limit[1]);
		buf_puts(out, " tokens/min");
	}
	if (waiting > 0) {
		buf_printf(out, ", %zu waiting (", waiting);
		when_put(out, until > now ? until - now : 0);
		buf_putc(out, ')');
	}
	if (through > 0 && p->total > through && span < MSEC_MAX / p->total) {
		buf_puts(out, ", ETA ");
		when_put(out, span * (p->total - through) / through);
	}
}

/* How long what was asked takes by the limits alone; 0: none is known. */
static int64_t
ideal(const struct tally *p)
{
	int64_t took[2] = { p->n[T_DONE] + p->n[T_FAILED],
	    p->n[T_INPUT] + p->n[T_OUTPUT] }, most = 0, ms;
	int i;

	for (i = 0; i < 2; i++) {
		ms = p->limit[i] > 0 ? per_minute(took[i], p->limit[i]) : 0;
		most = ms > most ? ms : most;
	}
	return most;
}

void
progress_report(const struct tally *p, struct buf *out, msec now)
{
	static const char names[TALLIES][16] = {
		[T_DONE] = "succeeded", [T_FAILED] = "failed",
		[T_LEFT] = "left", [T_BEFORE] = "done_before",
		[T_REQUESTS] = "requests", [T_LIMITED] = "status_429",
		[T_INPUT] = "input_tokens", [T_OUTPUT] = "output_tokens",
	};
	struct json_out w = { .out = out };
	size_t i;

	json_open(&w, '{');
	for (i = 0; i < TALLIES; i++)
		json_member_num(&w, names[i], p->n[i]);
	json_member_num(&w, "makespan_ms", now - p->start);
	json_key(&w, "ideal_ms");
	if (ideal(p) > 0)
		json_num(&w, ideal(p));
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
