#include "cmd/prompt.h"

#include <string.h>

#include "api/media.h"
#include "base/clean.h"
#include "base/file.h"
#include "cmd/option.h"
#include "cmd/report.h"
#include "wire/fill.h"
#include "wire/json.h"

#define TEXT_MAX ((size_t)16 << 20)
#define SHOWN ((size_t)56)	/* bytes of a prompt that are listed */

/* -- the sections ---------------------------------------------------------- */

int
prompt_takes(struct slice key)
{
	static const char not[] = "base-url key-file cacert session continue "
	    "no-session keep template help version";
	const struct option *opt = option_find(key, 0);
	struct slice rest = slice_str(not);

	if (slice_is(key, "template"))
		return 1;
	while (rest.n > 0)
		if (slice_eq(slice_cut(&rest, ' '), key))
			return 0;
	return opt != NULL && (opt->takes & CMD_ASK) != 0;
}

/* The next line of a prompt from *i on with that key, if it is not NULL; or of
 * the aliases if name is NULL; or NULL. */
static const struct own_line *
next(const struct opts *o, const char *name, const char *key, size_t *i)
{
	const struct own_line *l = (const void *)o->lines.p;
	size_t n = o->lines.n / sizeof(*l);

	for (; *i < n; (*i)++)
		if ((name == NULL ? l[*i].prompt == NULL :
		    l[*i].prompt != NULL && strcmp(l[*i].prompt, name) == 0) &&
		    (key == NULL || strcmp(l[*i].key, key) == 0))
			return &l[(*i)++];
	return NULL;
}

const char *
alias_of(const struct opts *o, const char *model)
{
	const struct own_line *l = NULL;
	size_t i = 0;

	if (model != NULL)
		l = next(o, NULL, model, &i);
	return l == NULL ? model : l->value;
}

int
prompt_apply(struct opts *o)
{
	const struct own_line *l;
	const struct option *opt;
	char where[160];
	size_t i = 0;
	int rc = 0, found = 0;

	while (rc == 0 && o->template != NULL &&
	    (l = next(o, o->template, NULL, &i)) != NULL) {
		found = 1;
		opt = option_find(slice_str(l->key), 0);
		/* the section itself, and the texts, are for later */
		if (opt == NULL || *l->key == '\0' ||
		    strcmp(l->key, "template") == 0 ||
		    strcmp(l->key, "var") == 0 || o->given[opt - options])
			continue;
		(void)str_printf(where, sizeof(where), "[prompt %.40s], line "
		    "%d: %s", o->template, l->number, l->key);
		if (strcmp(l->key, "system") == 0)
			o->system = NULL;
		else
			rc = option_set(o, opt, *l->value == '\0' ? NULL :
			    l->value, where, EXIT_CONFIG);
		/* in a session, too, it counts more than the last one */
		if (strcmp(l->key, "model") == 0)
			o->given[opt - options] = 1;
	}
	if (rc == 0 && o->template != NULL && !found)
		rc = fail(EXIT_USAGE, "--template: there is no [prompt %s] in "
		    "the configuration file; see bide prompts", o->template);
	if (rc == 0 && o->template == NULL && opts_given(o, "var"))
		rc = fail(EXIT_USAGE, "--var: it needs --template");
	o->model = alias_of(o, o->model);
	o->key_model = alias_of(o, o->key_model);
	for (i = 0; i < o->nfallbacks; i++)
		o->fallbacks[i] = alias_of(o, o->fallbacks[i]);
	return rc;
}

/* The first line of that key; or "". */
static const char *
first(const struct opts *o, const char *name, const char *key)
{
	size_t i = 0;
	const struct own_line *l = next(o, name, key, &i);

	return l == NULL ? "" : l->value;
}

/* Appends all lines of that key. */
static void
join(const struct opts *o, const char *name, const char *key, struct buf *to)
{
	const struct own_line *l;
	size_t i = 0, n;

	for (n = 0; (l = next(o, name, key, &i)) != NULL; n++) {
		if (n > 0)
			buf_putc(to, '\n');
		buf_puts(to, l->value);
	}
}

/* -- the texts ------------------------------------------------------------- */

struct filling {
	const struct opts *o;
	struct slice input, value;
	int has_input;		/* the text may have {{input}} */
	int used;		/* it has */
};

/* The last --var of that name, or else the section's own. */
static const struct slice *
value(void *ctx, struct slice name)
{
	struct filling *f = ctx;
	const struct opts *o = f->o;
	const struct own_line *l;
	size_t i = o->nvars;

	if (f->has_input && slice_is(name, "input")) {
		f->used = 1;
		return &f->input;
	}
	while (i-- > 0) {
		f->value = slice_str(o->vars[i]);
		if (slice_eq(slice_cut(&f->value, '='), name))
			return &f->value;
	}
	for (i = 0; (l = next(o, o->template, "var", &i)) != NULL;) {
		f->value = slice_str(l->value);
		if (slice_eq(slice_trim(slice_cut(&f->value, '=')), name)) {
			f->value = slice_trim(f->value);
			return &f->value;
		}
	}
	return NULL;
}

int
prompt_read(const struct opts *o, const char *option, const char *path,
    struct buf *to)
{
	if (file_text(o->env, path, opts_end(o), to) < 0)
		return fail_read(o->env, option, path);
	if (media_of(buf_slice(to)) == MEDIA_TEXT)
		return 0;
	return fail(EXIT_CONFIG, "%s: %s: not UTF-8 text", option, path);
}

/* Appends the section's lines of that key, or the file that they name, filled
 * in. */
static int
put_text(struct filling *f, const char *key, struct buf *to)
{
	const struct opts *o = f->o;
	struct buf text = { .max = TEXT_MAX };
	const char *path;
	char where[200];
	struct slice missing;
	int rc = 0;

	join(o, o->template, key, &text);
	path = first(o, o->template, key);
	if (path[0] == '@' && text.n == strlen(path)) {
		buf_clear(&text);
		(void)str_printf(where, sizeof(where), "[prompt %.100s], %s",
		    o->template, key);
		rc = prompt_read(o, where, path + 1, &text);
	}
	if (rc == 0 && fill(buf_slice(&text), value, f, to, &missing) < 0)
		rc = fail(EXIT_USAGE, "--template %s: {{%.*s}} has no value; "
		    "give it with --var %.*s=TEXT", o->template,
		    SLICE_FMT(missing), SLICE_FMT(missing));
	buf_free(&text);
	return rc;
}

int
prompt_system(const struct opts *o, struct buf *to)
{
	struct filling f = { .o = o };

	return o->template == NULL ? 0 : put_text(&f, "system", to);
}

int
prompt_fill(const struct opts *o, int attached, struct buf *b)
{
	struct filling f = { .o = o, .input = buf_slice(b), .has_input = 1 };
	struct buf filled = { .max = b->max };
	size_t i = 0;
	int rc;

	if (o->template == NULL ||
	    next(o, o->template, "template", &i) == NULL)
		return 0;
	/* a line's end belongs to the file, not to the text */
	while (f.input.n > 0 && f.input.p[f.input.n - 1] == '\n')
		f.input.n--;
	rc = put_text(&f, "template", &filled);
	if (rc == 0 && f.used && !attached && slice_trim(f.input).n == 0)
		rc = fail(EXIT_USAGE, "--template %s: it needs input: give it "
		    "as words, on stdin, or both", o->template);
	if (rc == 0) {
		if (!f.used && f.input.n > 0) {
			buf_puts(&filled, filled.n > 0 ? "\n\n" : "");
			buf_put(&filled, f.input);
		}
		buf_clear(b);
		buf_put(b, buf_slice(&filled));
	}
	buf_free(&filled);
	return rc;
}

/* -- bide prompts ---------------------------------------------------------- */

void
prompt_each(const struct opts *o, void (*each)(void *ctx, const char *name),
    void *ctx)
{
	const struct own_line *l = (const void *)o->lines.p;
	size_t i, n = o->lines.n / sizeof(*l);

	for (i = 0; i < n; i++)
		if (l[i].prompt != NULL && *l[i].key == '\0')
			each(ctx, l[i].prompt);
}

void
alias_each(const struct opts *o, void (*each)(void *ctx, const char *name),
    void *ctx)
{
	const struct own_line *l;
	size_t i = 0;

	while ((l = next(o, NULL, NULL, &i)) != NULL)
		each(ctx, l->key);
}

struct list {
	const struct opts *o;
	struct buf out;
};

static void
put_prompt(void *ctx, const char *name)
{
	static const char *const keys[] = { "model", "system", "template" };
	struct list *l = ctx;
	struct json_out w = { .out = &l->out };
	struct buf lines = { 0 };
	const char *text;
	size_t i, start = l->out.n;

	if (l->o->json) {
		json_open(&w, '{');
		json_member(&w, "name", slice_str(name));
		for (i = 0; i < 3; i++) {
			buf_clear(&lines);
			join(l->o, name, keys[i], &lines);
			json_member(&w, keys[i], buf_slice(&lines));
		}
		json_close(&w);
		buf_putc(&l->out, '\n');
		buf_free(&lines);
		return;
	}
	text = first(l->o, name, "template");
	if (*text == '\0')
		text = first(l->o, name, "system");
	clean_put(&l->out, slice_str(name), 0);
	do
		buf_putc(&l->out, ' ');
	while (l->out.n < start + 22);
	clean_put(&l->out, slice_sub(slice_str(text), 0, SHOWN), 0);
	buf_putc(&l->out, '\n');
}

int
prompts(const struct env *env, struct opts *o, struct slice command)
{
	struct list l = { .o = o };
	int rc;

	(void)command;
	if (o->nwords > 0)
		return fail(EXIT_USAGE, "prompts takes no words; to use one: "
		    "bide -t NAME ...");
	prompt_each(o, put_prompt, &l);
	rc = show(env, buf_slice(&l.out));
	buf_free(&l.out);
	return rc;
}
