#include <stdio.h>
#include <string.h>

#include "tests/faultd.h"

/*
 * A line is cut in place: words move to script.words, whose offsets become
 * slices only when it has stopped growing (it is given its room at first).
 */
struct reader {
	struct script *s;
	const char *name;	/* of the file */
	int line;
	struct slice rest;	/* of the line */
};

static int
complain(const struct reader *r, const char *what, struct slice word)
{
	fprintf(stderr, "faultd: %s: line %d: %s%s%.*s\n", r->name, r->line,
	    what, word.n > 0 ? ": " : "", SLICE_FMT(word));
	return -1;
}

static int
hex(char c)
{
	const char *digits = "0123456789abcdef", *at;

	at = c == '\0' ? NULL : strchr(digits, c);
	return at == NULL ? -1 : (int)(at - digits);
}

/* Puts what the escape at the front of *in stands for. */
static int
escape(struct slice *in, struct buf *out)
{
	const char *names = "nrt0\\\"", *means = "\n\r\t\0\\\"", *at;
	int hi, lo;

	if (in->n < 2)
		return -1;
	if (in->p[1] == 'x') {
		hi = in->n < 4 ? -1 : hex(in->p[2]);
		lo = hi < 0 ? -1 : hex(in->p[3]);
		if (lo < 0)
			return -1;
		buf_putc(out, (char)(hi << 4 | lo));
		*in = slice_sub(*in, 4, in->n);
		return 0;
	}
	at = in->p[1] == '\0' ? NULL : strchr(names, in->p[1]);
	if (at == NULL)
		return -1;
	buf_putc(out, means[at - names]);
	*in = slice_sub(*in, 2, in->n);
	return 0;
}

/* Takes a word: plain, '...' as it is, "..." with escapes, or any of them
 * side by side.  0 at the end of the verb, -1 on a broken one. */
static int
next_word(struct reader *r, struct slice *word)
{
	struct buf *out = &r->s->words;
	struct slice *in = &r->rest;
	size_t start = out->n;
	char quote = '\0', c;

	while (in->n > 0 && (*in->p == ' ' || *in->p == '\t'))
		*in = slice_sub(*in, 1, in->n);
	if (in->n == 0 || *in->p == ';')
		return 0;
	while (in->n > 0) {
		c = *in->p;
		if (quote == '\0' && (c == ' ' || c == '\t' || c == ';'))
			break;
		if (quote == '"' && c == '\\') {
			if (escape(in, out) < 0)
				return complain(r, "bad escape", *in);
			continue;
		}
		if (c == quote || (quote == '\0' && (c == '"' || c == '\'')))
			quote = c == quote ? '\0' : c;
		else
			buf_putc(out, c);
		*in = slice_sub(*in, 1, in->n);
	}
	if (quote != '\0')
		return complain(r, "no end of a string", SLICE(""));
	*word = slice_sub(buf_slice(out), start, out->n);
	return 1;
}

static int
check_arg(const struct reader *r, char want, struct slice arg)
{
	switch (want) {
	case 'n':
		return slice_dec(arg, 1LL << 40) >= 0 ? 0 :
		    complain(r, "not a number", arg);
	case 'd':
		return slice_is(arg, "auto") || form_find(arg) != NULL ? 0 :
		    complain(r, "no such dialect", arg);
	case 'f':
		return memchr(arg.p, '=', arg.n) != NULL ? 0 :
		    complain(r, "not name=value", arg);
	default:
		return 0;
	}
}

static int
check_verb(const struct reader *r, const struct verb *v)
{
	const char *want = v->kind->args;
	struct slice name = slice_str(v->kind->name);
	size_t i;

	for (i = 0; i < v->nargs; i++) {
		want += *want == '?';
		if (*want == '\0')
			return complain(r, "too much for", name);
		if (check_arg(r, *want, v->arg[i]) < 0)
			return -1;
		want += want[1] != '*';
	}
	if (*want != '\0' && *want != '?' && want[1] != '*')
		return complain(r, "too little for", name);
	return 0;
}

static int
parse_verb(struct reader *r, struct slice name, struct verb *v)
{
	struct slice arg;
	int rc;

	v->kind = verb_find(name);
	if (v->kind == NULL)
		return complain(r, "no such verb", name);
	while ((rc = next_word(r, &arg)) > 0) {
		if (v->nargs == ARGS_MAX)
			return complain(r, "too many words", arg);
		v->arg[v->nargs++] = arg;
	}
	return rc < 0 ? -1 : check_verb(r, v);
}

/* "repeat N" is no verb but says how often the step is played. */
static int
parse_repeat(struct reader *r, struct step *s)
{
	struct slice arg;
	long long n;

	if (next_word(r, &arg) <= 0)
		return complain(r, "repeat wants a number",
		    SLICE(""));
	n = slice_dec(arg, 1000000);
	if (n < 1)
		return complain(r, "not a number from 1 on", arg);
	s->times = (int)n;
	return 0;
}

/* "case NAME" begins a part. */
static int
parse_case(struct reader *r)
{
	struct script *s = r->s;
	struct slice arg;

	if (next_word(r, &arg) <= 0)
		return complain(r, "case wants a name", SLICE(""));
	if (s->nparts == CASES_MAX)
		return complain(r, "too many cases", arg);
	s->part[s->nparts++] = (struct part){ .name = arg,
	    .first = s->nsteps };
	return 0;
}

static int
parse_step(struct reader *r)
{
	struct step *s = &r->s->step[r->s->nsteps];
	struct slice name;
	int rc;

	if (r->s->nsteps == STEPS_MAX)
		return complain(r, "too many steps", SLICE(""));
	*s = (struct step){ .line = r->line, .times = 1 };
	while ((rc = next_word(r, &name)) > 0) {
		if (slice_is(name, "case") && s->nverbs == 0)
			return parse_case(r);
		if (slice_is(name, "repeat"))
			rc = parse_repeat(r, s);
		else if (s->nverbs == VERBS_MAX)
			rc = complain(r, "too many verbs", name);
		else
			rc = parse_verb(r, name, &s->verb[s->nverbs++]);
		if (rc < 0)
			return -1;
		slice_skip(&r->rest, r->rest.n > 0);
	}
	if (rc == 0 && r->rest.n > 0)
		return complain(r, "no verb before", r->rest);
	r->s->nsteps++;
	r->s->part[r->s->nparts - 1].n++;
	return rc;
}

int
script_parse(struct script *s, const char *name, struct slice text)
{
	struct reader r = { .s = s, .name = name };

	/* Words are never longer than the text, so that this stays put. */
	if (buf_room(&s->words, text.n + 1) == NULL)
		return complain(&r, "too long", SLICE(""));
	s->nparts = 1;
	while (text.n > 0) {
		r.line++;
		r.rest = slice_trim(slice_cut(&text, '\n'));
		if (r.rest.n == 0 || *r.rest.p == '#')
			continue;
		if (parse_step(&r) < 0)
			return -1;
	}
	return s->nsteps > 0 ? 0 :
	    complain(&r, "no step in it", SLICE(""));
}

size_t
script_part(const struct script *s, struct slice name)
{
	size_t i, other = CASES_MAX;

	for (i = 0; i < s->nparts; i++) {
		if (s->part[i].n == 0)
			continue;
		if (slice_eq(s->part[i].name, name))
			return i;
		if (s->part[i].name.n == 0)
			other = i;
	}
	return other;
}

const struct step *
script_step(const struct script *s, size_t part, int turn)
{
	size_t i = s->part[part].first, last = i + s->part[part].n - 1;

	for (; i < last && turn >= s->step[i].times; i++)
		turn -= s->step[i].times;
	return &s->step[i];
}

long long
verb_num(const struct verb *v, size_t i)
{
	return slice_dec(v->arg[i], 1LL << 40);
}
