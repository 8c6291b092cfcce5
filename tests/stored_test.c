/* Runs that the server stores: their ids, and which request comes next. */

#include "core/stored.h"

#include <string.h>

#include "tests/t.h"

static msec now;

static msec
mono(void *ctx)
{
	(void)ctx;
	return now;
}

static void
drop(struct sink *s, const struct event *e)
{
	(void)s;
	(void)e;
}

/* -- ids ------------------------------------------------------------------- */

#define EVENT(type, response) "{\"type\":\"response." type "\"," \
    "\"response\":" response "}"

static const struct {
	const char *event, *body, *id;
} named[] = {
	{ EVENT("created", "{\"id\":\"resp_1\"}"), NULL, "resp_1" },
	{ EVENT("queued", "{\"id\":\"resp_1\"}"), NULL, "resp_1" },
	{ EVENT("in_progress", "{\"id\":\"bGl0ZWxsbTo=\"}"), NULL,
	    "bGl0ZWxsbTo=" },
	{ EVENT("failed", "{\"id\":\"a\\/b\\u0063\",\"status\":\"failed\"}"),
	    NULL, "a/bc" },
	{ "{\"id\":\"r\",\"object\":\"response\",\"status\":\"queued\"}", NULL,
	    "r" },
	{ NULL, "{\"id\":\"r\",\"status\":\"queued\"}", "r" },
	{ NULL, "{\"id\":\"r\",\"status\":\"in_progress\",\"output\":null}",
	    "r" },
	{ NULL, "{\"id\":\"r\",\"status\":\"failed\",\"error\":{\"code\":"
	    "\"server_error\"}}", "r" },
	{ NULL, "{\"id\":\"r\",\"status\":\"completed\",\"output\":[]}", "r" },
	{ EVENT("created", "{\"id\":\"..\"}"), NULL, "" },
	{ EVENT("created", "{\"id\":\"a\\u0000b\"}"), NULL, "" },
	{ EVENT("created", "{\"id\":7}"), NULL, "" },
	{ "{\"type\":\"response.output_item.added\",\"item\":{\"id\":"
	    "\"msg_1\"}}", NULL, "" },
	{ "{\"type\":\"error\",\"id\":\"evt_1\"}", NULL, "" },
};

static void
ids(void)
{
	struct sink sink = { .put = drop };
	struct sse_event e = { .name = SLICE("message") };
	struct cursor c;
	struct decode d;
	char id[ID_MAX + 1], raw[ID_MAX + 1];
	size_t i;

	for (i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		c = (struct cursor){ .sequence = -1 };
		d = (struct decode){ .sink = &sink, .cursor = &c };
		if (named[i].event != NULL) {
			e.data = slice_str(named[i].event);
			(void)dialect_responses.event(&d, &e);
		} else {
			(void)dialect_responses.whole(&d,
			    slice_str(named[i].body));
		}
		EQS(slice_str(d.id), named[i].id, "the id");
		decode_free(&d);
	}
	memset(raw, 'x', sizeof(raw));
	decode_id((struct slice){ raw, ID_MAX }, id);
	EQ(strlen(id), ID_MAX, "1 KiB");
	decode_id((struct slice){ raw, ID_MAX + 1 }, id);
	EQ(strlen(id), 0, "and no more: a part names another run");
}

/* -- requests -------------------------------------------------------------- */

struct world {
	struct env env;
	struct job job;
	struct cursor cursor;
	struct stored stored;
	struct outcome out;
};

static void
begin(struct world *w, const char *id)
{
	*w = (struct world){ .env.mono = mono, .cursor.sequence = -1 };
	w->job.env = &w->env;
	w->job.exchange = (struct exchange){ "POST",
	    SLICE("/v1/responses?v=1"), SLICE(""), SLICE("{}"), 0 };
	slice_copy(slice_str(id), w->cursor.id, sizeof(w->cursor.id));
	stored_begin(&w->stored, &w->job, &w->cursor, 600000);
}

/* The attempt fails; what is asked next is "METHOD TARGET". */
static void
fails(struct world *w, int status, enum fclass class, msec wait,
    const char *next, const char *what)
{
	const struct exchange *x = &w->job.exchange;
	char got[256];

	w->out = (struct outcome){ .status = status };
	fault_set(&w->out.fault, class, class == F_TIMEOUT || class == F_IO ||
	    class == F_SERVER, "%s", "it failed");
	w->out.fault.wait = wait;
	stored_next(&w->stored, &w->out);
	snprintf(got, sizeof(got), "%s %.*s", x->method,
	    SLICE_FMT(x->target));
	OK(strcmp(got, next) == 0, what);
	if (strcmp(got, next) != 0)
		printf("# %s\n", got);
}

#define RUN "/v1/responses/a%3D"
#define POLL "GET " RUN "?v=1"
#define STREAM POLL "&include_obfuscation=false&stream=true"
#define START "POST /v1/responses?v=1"

static void
requests(void)
{
	struct world w;
	int i;

	begin(&w, "");
	fails(&w, 503, F_SERVER, MSEC_NONE, START, "no run yet");
	strcpy(w.cursor.id, "a=");
	fails(&w, 200, F_IO, MSEC_NONE, STREAM, "its stream");
	OK(w.out.kept, "what was put stays");
	w.cursor.sequence = 4;
	w.cursor.text = 2;
	fails(&w, 200, F_IO, MSEC_NONE, STREAM "&starting_after=4",
	    "from its last event");
	fails(&w, 200, F_SERVER, MSEC_NONE, STREAM "&starting_after=4",
	    "an error that does not end the run");
	fails(&w, 400, F_REQUEST, MSEC_NONE, POLL, "no stream any more");
	OK(w.out.again, "without a wait");
	fails(&w, 200, F_TIMEOUT, 2000, POLL, "not finished");
	OK(w.out.alive, "the run goes on");
	fails(&w, 401, F_AUTH, MSEC_NONE, POLL, "a key that is refused");
	OK(!w.out.fault.retry, "which nothing heals");
	w.cursor.over = 1;
	fails(&w, 200, F_SERVER, MSEC_NONE, START, "it failed");
	OK(w.out.discard && w.out.fault.retry, "from the beginning");
	stored_free(&w.stored);

	begin(&w, "");
	strcpy(w.cursor.id, "a=");
	fails(&w, 202, F_TIMEOUT, 2000, POLL, "answered with JSON");
	stored_free(&w.stored);

	/* events without numbers */
	begin(&w, "");
	strcpy(w.cursor.id, "a=");
	w.cursor.text = 2;
	fails(&w, 200, F_IO, MSEC_NONE, POLL, "text that would come again");
	stored_free(&w.stored);

	/* a run that is not found */
	begin(&w, "");
	strcpy(w.cursor.id, "a=");
	fails(&w, 200, F_IO, MSEC_NONE, STREAM, "its stream");
	fails(&w, 404, F_NOT_FOUND, MSEC_NONE, POLL, "no stream");
	for (i = 1; i < 4; i++) {
		fails(&w, 404, F_NOT_FOUND, MSEC_NONE, POLL, "not found");
		EQ(w.out.fault.retry, 1, "perhaps not yet");
	}
	fails(&w, 404, F_NOT_FOUND, MSEC_NONE, POLL, "lost");
	EQ(w.out.fault.retry, 0, "no second POST");
	stored_free(&w.stored);

	begin(&w, "a=");
	EQS(w.job.exchange.target, &STREAM[4], "bide resume: its stream");
	fails(&w, 404, F_NOT_FOUND, MSEC_NONE, POLL, "its end");
	fails(&w, 404, F_NOT_FOUND, MSEC_NONE, START, "another run");
	EQ(w.out.fault.retry, 1, "after a wait");
	stored_free(&w.stored);
}

int
main(void)
{
	ids();
	requests();
	return DONE();
}
