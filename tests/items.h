#ifndef TESTS_ITEMS_H
#define TESTS_ITEMS_H

/*
 * Streams of the Responses API.  They are written so: items, separated by
 * blanks, each R (reasoning), F (a call) or T and its text, whose deltas are
 * separated by | and where _ is a blank; then . (completed) or ! (incomplete).
 */

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"

struct made {
	struct buf out;
	struct buf items;	/* of the output, joined */
	int id, index, sequence;
};

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
#define RESPONSE "\"response\":{\"id\":\"resp_%d\",\"created_at\":%d," \
    "\"status\":\"%s\",\"output\":[%.*s],\"usage\":{\"input_tokens\":7," \
    "\"output_tokens\":3}}"
#define MESSAGE "\"item\":{\"id\":\"msg_%d\",\"type\":\"message\"," \
    "\"status\":\"%s\",\"phase\":\"final_answer\",\"content\":[%.*s]," \
    "\"role\":\"assistant\"}"
#define TEXT "{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[]," \
    "\"text\":\"%.*s\"}"
#define AT "\"item_id\":\"%s_%d\",\"output_index\":%d,\"content_index\":0,"

static inline void
say(struct made *m, const char *type, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static inline void
say(struct made *m, const char *type, const char *fmt, ...)
{
	char text[5000];
	struct slice item;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_printf(&m->out, "event: response.%s\ndata: {\"type\":\"response.%s"
	    "\",\"sequence_number\":%d,%s}\n\n", type, type, m->sequence++,
	    text);
	if (strcmp(type, "output_item.done") != 0)
		return;
	item = slice_str(strstr(text, "\"item\":") + strlen("\"item\":"));
	buf_puts(&m->items, m->items.n > 0 ? "," : "");
	buf_put(&m->items, item);
	m->index++;
}

static inline void
say_text(struct made *m, struct slice word)
{
	char plain[4096], part[4200];
	struct slice all, delta;
	size_t i, n = 0;

	for (i = 0; i < word.n; i++)
		if (word.p[i] != '|')
			plain[n++] = word.p[i] == '_' ? ' ' : word.p[i];
	all = (struct slice){ plain, n };
	say(m, "output_item.added", "\"output_index\":%d," MESSAGE, m->index,
	    m->id, "in_progress", 0, "");
	say(m, "content_part.added", AT "\"part\":" TEXT, "msg", m->id,
	    m->index, 0, "");
	for (i = 0; word.n > 0; i += delta.n) {
		delta = slice_sub(all, i, slice_cut(&word, '|').n);
		say(m, "output_text.delta", AT "\"delta\":\"%.*s\","
		    "\"logprobs\":[],\"obfuscation\":\"x\"", "msg", m->id,
		    m->index, SLICE_FMT(delta));
	}
	say(m, "output_text.done", AT "\"text\":\"%.*s\",\"logprobs\":[]",
	    "msg", m->id, m->index, SLICE_FMT(all));
	snprintf(part, sizeof(part), TEXT, SLICE_FMT(all));
	say(m, "content_part.done", AT "\"part\":%s", "msg", m->id, m->index,
	    part);
	say(m, "output_item.done", "\"output_index\":%d," MESSAGE, m->index,
	    m->id, "completed", (int)strlen(part), part);
}

static inline void
say_reasoning(struct made *m)
{
	say(m, "output_item.added", "\"output_index\":%d,\"item\":{\"id\":"
	    "\"rs_%d\",\"type\":\"reasoning\",\"summary\":[]}", m->index,
	    m->id);
	say(m, "content_part.added", AT "\"part\":{\"type\":"
	    "\"reasoning_text\",\"text\":\"\"}", "rs", m->id, m->index);
	say(m, "reasoning_summary_text.delta", AT "\"delta\":\"Hm\"", "rs",
	    m->id, m->index);
	say(m, "content_part.done", AT "\"part\":{\"type\":"
	    "\"reasoning_text\",\"text\":\"Hm\"}", "rs", m->id, m->index);
	say(m, "output_item.done", "\"output_index\":%d,\"item\":{\"id\":"
	    "\"rs_%d\",\"type\":\"reasoning\",\"summary\":[],"
	    "\"encrypted_content\":\"xyz\"}", m->index, m->id);
}

#define CALL "\"output_index\":%d,\"item\":{\"id\":\"fc_%d\",\"type\":" \
    "\"function_call\",\"name\":\"f\",\"call_id\":\"c\",\"arguments\":\"%s\"}"

static inline void
say_call(struct made *m)
{
	say(m, "output_item.added", CALL, m->index, m->id, "");
	say(m, "function_call_arguments.delta", AT "\"delta\":\"{}\"", "fc",
	    m->id, m->index);
	say(m, "function_call_arguments.done", AT "\"arguments\":\"{}\"",
	    "fc", m->id, m->index);
	say(m, "output_item.done", CALL, m->index, m->id, "{}");
}

static inline void
make(struct made *m, int id, const char *items)
{
	struct slice rest = slice_str(items), word;
	const char *status;

	*m = (struct made){ .id = id };
	buf_puts(&m->out, HEAD);
	say(m, "created", RESPONSE, id, id, "in_progress", 0, "");
	say(m, "in_progress", RESPONSE, id, id, "in_progress", 0, "");
	while (rest.n > 0) {
		word = slice_cut(&rest, ' ');
		if (word.p[0] == 'R')
			say_reasoning(m);
		else if (word.p[0] == 'F')
			say_call(m);
		else if (word.p[0] == 'T')
			say_text(m, slice_sub(word, 1, word.n));
		if (word.p[0] != '.' && word.p[0] != '!')
			continue;
		status = word.p[0] == '.' ? "completed" : "incomplete";
		say(m, status, RESPONSE, id, id, status,
		    SLICE_FMT(buf_slice(&m->items)));
	}
}

static inline void
made_free(struct made *m)
{
	buf_free(&m->out);
	buf_free(&m->items);
}

#endif
