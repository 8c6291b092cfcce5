/*
 * The loop against scripted peers in virtual time: tests/flow/NAME.sc holds
 * scenarios, NAME.want what happens in each of them.
 *
 * A scenario is a line "== NAME", lines "OPTION VALUE" and a line
 * "try STEP ; STEP ..." for each request (tests/script.h); lines that begin
 * with a tab go on the one before, # begins a comment.  Options, as on the
 * command line: live, json, tty, on-break fail, patience, retries, connect,
 * first-byte, idle, max-time, max-answer BYTES; and rnd max|0|SEED, cancel and
 * nudge at a time, body BYTES, ticks (log the seconds of a pause), paced DUR
 * (with a page of shared limits, that holds all for so long).  The dialect is
 * that of responses, unless it says "chat", "dialect NAME" or "each": then it
 * runs with each of the four, with the same log.
 *
 * Each runs twice: reads as the script has them, and byte by byte, with the
 * same log, unless it says "reads" (what one read brings makes a difference).
 * "flow_test FILE" prints the log of a file instead.
 */

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "api/provider.h"
#include "tests/script_run.h"
#include "tests/t.h"
#include "wire/when.h"

#define EXCHANGES 64

/* With "each", after the dialect of responses. */
static const struct dialect *const others[] = { &dialect_chat,
    &dialect_messages, &dialect_gemini };

struct flow {
	struct slice name;
	struct trial trial;
	struct visit exchange[EXCHANGES];
	struct buf steps;		/* of all visits */
	struct buf body;
	int reads, each;
};

static void
die(const char *what, struct slice s)
{
	fprintf(stderr, "flow_test: %s: %.*s\n", what, SLICE_FMT(s));
	exit(2);
}

static msec
span(struct slice s)
{
	msec v = when_dur(s);

	if (v == MSEC_NONE)
		die("no span", s);
	return v;
}

static int
set_span(struct flow *f, struct slice word, struct slice value)
{
	struct { const char *word; msec *to; } spans[] = {
		{ "patience", &f->trial.policy.patience },
		{ "connect", &f->trial.limit.connect },
		{ "first-byte", &f->trial.limit.first_byte },
		{ "idle", &f->trial.limit.idle },
		{ "max-time", &f->trial.limit.end },
		{ "cancel", &f->trial.script.cancel },
		{ "nudge", &f->trial.script.nudge },
		{ "paced", &f->trial.held },
	};
	size_t i;

	for (i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
		if (slice_is(word, spans[i].word)) {
			*spans[i].to = span(value);
			f->trial.paced |= slice_is(word, "paced");
			return 0;
		}
	return -1;
}

static void
set_rnd(struct flow *f, struct slice value)
{
	f->trial.script.rnd = slice_is(value, "max") ? -1 :
	    (int)slice_dec(value, 1000000);
}

static void
set_body(struct flow *f, struct slice value)
{
	size_t n = (size_t)slice_dec(value, 10000000);

	memset(buf_room(&f->body, n), 'x', n);
	f->trial.body = (struct slice){ f->body.p, n };
}

static void
set_option(struct flow *f, struct slice line)
{
	struct slice value = line, word = slice_cut(&value, ' ');

	if (slice_is(word, "chat")) {
		f->trial.script.dialect = &dialect_chat;
		f->trial.target = SLICE("/v1/chat/completions");
		return;
	}
	if (slice_is(word, "dialect"))
		f->trial.script.dialect = dialect_find(value);
	else if (slice_is(word, "each"))
		f->each = 1;
	else if (slice_is(word, "live"))
		f->trial.mode = OUT_LIVE;
	else if (slice_is(word, "json"))
		f->trial.mode = OUT_JSON;
	else if (slice_is(word, "tty"))
		f->trial.tty = 1;
	else if (slice_is(word, "ticks"))
		f->trial.ticks = 1;
	else if (slice_is(word, "reads"))
		f->reads = 1;
	else if (slice_is(line, "on-break fail"))
		f->trial.on_break = BREAK_FAIL;
	else if (slice_is(word, "retries"))
		f->trial.policy.retries = (unsigned)slice_dec(value, 100000);
	else if (slice_is(word, "rnd"))
		set_rnd(f, value);
	else if (slice_is(word, "max-answer"))
		f->trial.max_answer = (size_t)slice_dec(value, 1 << 30);
	else if (slice_is(word, "body"))
		set_body(f, value);
	else if (set_span(f, word, value) < 0)
		die("no such option", line);
}

/* Offsets first: the steps' buf may move while it grows. */
static void
add_line(struct flow *f, struct slice line, size_t *at, size_t *end)
{
	struct script *s = &f->trial.script;

	if (slice_starts(line, "try ")) {
		if (s->n == EXCHANGES)
			die("too many requests", line);
		buf_put(&f->steps, slice_sub(line, 4, line.n));
		at[s->n] = s->n == 0 ? 0 : end[s->n - 1];
		end[s->n++] = f->steps.n;
	} else if (line.p[0] == '\t') {
		buf_putc(&f->steps, ' ');
		buf_put(&f->steps, slice_trim(line));
		end[s->n - 1] = f->steps.n;
	} else {
		set_option(f, line);
	}
}

/* Takes the scenario at the front of *text. */
static void
read_flow(struct flow *f, struct slice *text)
{
	size_t at[EXCHANGES], end[EXCHANGES], i;
	struct slice line;

	memset(f, 0, sizeof(*f));
	trial_init(&f->trial);
	line = slice_cut(text, '\n');
	f->name = slice_sub(line, 3, line.n);
	while (text->n > 0 && !slice_starts(*text, "== ")) {
		line = slice_cut(text, '\n');
		if (line.n > 0 && line.p[0] != '#')
			add_line(f, line, at, end);
	}
	for (i = 0; i < f->trial.script.n; i++)
		f->exchange[i].steps = slice_sub(buf_slice(&f->steps), at[i],
		    end[i] - at[i]);
	f->trial.script.visit = f->exchange;
}

static void
free_flow(struct flow *f)
{
	trial_free(&f->trial);
	buf_free(&f->steps);
	buf_free(&f->body);
}

static void
log_flow(struct flow *f, size_t most, struct buf *log)
{
	buf_printf(log, "== %.*s\n", SLICE_FMT(f->name));
	f->trial.script.log = log;
	f->trial.script.most = most;
	trial_run(&f->trial);
	if (f->trial.script.next < f->trial.script.n)
		buf_puts(log, "AMISS: requests that never came\n");
}

static void
read_file(const char *path, struct buf *out)
{
	FILE *fp = fopen(path, "r");
	size_t n;

	if (fp == NULL)
		die("cannot read", slice_str(path));
	while ((n = fread(buf_room(out, 65536), 1, 65536, fp)) > 0)
		out->n += n;
	fclose(fp);
}

/* Skips the comment before the first scenario. */
static struct slice
scenarios(const struct buf *file)
{
	struct slice text = buf_slice(file);

	while (text.n > 0 && !slice_starts(text, "== "))
		slice_cut(&text, '\n');
	return text;
}

/* The section of a .want file that begins with that heading. */
static struct slice
section(struct slice want, struct slice name)
{
	struct slice all = want, line;

	while (want.n > 0) {
		all = want;
		line = slice_cut(&want, '\n');
		if (!slice_starts(line, "== ") ||
		    !slice_eq(slice_sub(line, 3, line.n), name))
			continue;
		while (want.n > 0 && !slice_starts(want, "== "))
			slice_cut(&want, '\n');
		all.n -= want.n;
		return all;
	}
	return want;
}

static void
show_difference(struct slice got, struct slice want)
{
	struct slice g, w;

	do {
		g = slice_cut(&got, '\n');
		w = slice_cut(&want, '\n');
	} while (slice_eq(g, w) && (got.n > 0 || want.n > 0));
	printf("# got  %.*s\n# want %.*s\n", SLICE_FMT(g), SLICE_FMT(w));
}

static void
check(const char *name, const char *how, struct slice got, struct slice want)
{
	char text[200];

	snprintf(text, sizeof(text), "%s, %s", name, how);
	OK(slice_eq(got, want), text);
	if (!slice_eq(got, want))
		show_difference(got, want);
}

static void
check_flow(struct flow *f, struct slice want)
{
	struct buf whole = { 0 }, bytes = { 0 };
	char name[100];

	(void)str_printf(name, sizeof(name), "%.*s, %s", SLICE_FMT(f->name),
	    f->trial.script.dialect->name);
	log_flow(f, 0, &whole);
	check(name, "as it comes", buf_slice(&whole), want);
	if (!f->reads) {
		log_flow(f, 1, &bytes);
		check(name, "byte by byte", buf_slice(&bytes), want);
	}
	buf_free(&whole);
	buf_free(&bytes);
}

static void
check_file(const char *base)
{
	char path[300];
	struct buf file = { 0 }, wants = { 0 };
	struct slice text, want;
	struct flow f;
	size_t i;

	snprintf(path, sizeof(path), "tests/flow/%s.sc", base);
	read_file(path, &file);
	snprintf(path, sizeof(path), "tests/flow/%s.want", base);
	read_file(path, &wants);
	for (text = scenarios(&file); text.n > 0; free_flow(&f)) {
		read_flow(&f, &text);
		want = section(buf_slice(&wants), f.name);
		check_flow(&f, want);
		for (i = 0; f.each && i < sizeof(others) / sizeof(others[0]);
		    i++) {
			f.trial.script.dialect = others[i];
			check_flow(&f, want);
		}
	}
	buf_free(&file);
	buf_free(&wants);
}

static int
print_file(const char *path)
{
	struct buf file = { 0 }, log = { 0 };
	struct slice text;
	struct flow f;

	read_file(path, &file);
	for (text = scenarios(&file); text.n > 0; free_flow(&f)) {
		read_flow(&f, &text);
		log_flow(&f, 0, &log);
	}
	fwrite(log.p, 1, log.n, stdout);
	buf_free(&file);
	buf_free(&log);
	return 0;
}

int
main(int argc, char **argv)
{
	DIR *dir;
	struct dirent *d;
	char base[200];
	size_t n;

	if (argc > 1)
		return print_file(argv[1]);
	dir = opendir("tests/flow");
	if (dir == NULL)
		die("no folder", SLICE("tests/flow"));
	while ((d = readdir(dir)) != NULL) {
		n = strlen(d->d_name);
		if (n < 4 || strcmp(d->d_name + n - 3, ".sc") != 0)
			continue;
		slice_copy((struct slice){ d->d_name, n - 3 }, base,
		    sizeof(base));
		check_file(base);
	}
	closedir(dir);
	return DONE();
}
