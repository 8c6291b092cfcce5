#include "cmd/completion.h"

#include <string.h>

#include "api/provider.h"
#include "base/clean.h"
#include "cmd/command.h"
#include "cmd/option.h"
#include "cmd/prompt.h"
#include "cmd/report.h"
#include "state/session.h"

#define TIME ((msec)50)		/* to read sessions for their models */

static const struct {
	const char *shell, *script;
} scripts[] = {
	/* readline takes : and = to end a word: words are put together here,
	 * and what is before the last of these is not put in again */
	{ "bash",
"_bide() {\n"
"	local i c cur pre w=()\n"
"	for ((i = 1; i <= COMP_CWORD; i++)); do\n"
"		c=${COMP_WORDS[i]}\n"
"		if [[ $i -gt 1 && $c${COMP_WORDS[i-1]} == *[:=]* &&\n"
"		    $COMP_LINE == *\"${COMP_WORDS[i-1]}$c\"* ]] &&\n"
"		    [[ $c == [:=]* || ${COMP_WORDS[i-1]} == *[:=] ]]; then\n"
"			w[${#w[@]}-1]+=$c\n"
"		else\n"
"			w+=(\"$c\")\n"
"		fi\n"
"	done\n"
"	cur=${w[${#w[@]}-1]} pre=\n"
"	[[ $COMP_WORDBREAKS == *:* ]] && pre=${cur%\"${cur##*[:=]}\"}\n"
"	COMPREPLY=()\n"
"	while IFS= read -r c; do\n"
"		printf -v c %q \"${c#\"$pre\"}\"\n"
"		COMPREPLY+=(\"$c\")\n"
"	done < <(bide completion words -- \"${w[@]}\" 2>/dev/null)\n"
"	[[ ${COMPREPLY[*]} == *[:=] ]] && compopt -o nospace 2>/dev/null\n"
"	return 0\n"
"}\n"
"complete -o default -F _bide bide\n" },
	{ "zsh",
"#compdef bide\n"
"_bide() {\n"
"	local -a c\n"
"	c=(${(f)\"$(bide completion words -- \"${(@Q)words[2,CURRENT]}\" \\\n"
"	    2>/dev/null)\"})\n"
"	if (( $#c )); then\n"
"		compadd -S '' -- ${(M)c:#*[:=]}\n"
"		compadd -- ${c:#*[:=]}\n"
"	else\n"
"		_files\n"
"	fi\n"
"}\n"
"if [[ $funcstack[1] = _bide ]]; then\n"
"	_bide \"$@\"\n"
"else\n"
"	compdef _bide bide\n"
"fi\n" },
	{ "fish",
"function __bide_words\n"
"	set -l w (commandline -opc)\n"
"	set -l cur (commandline -ct)\n"
"	set -e w[1]\n"
"	set -l c (bide completion words -- $w \"$cur\" 2>/dev/null)\n"
"	if test (count $c) -gt 0\n"
"		printf '%s\\n' $c\n"
"	else\n"
"		__fish_complete_path \"$cur\"\n"
"	end\n"
"end\n"
"complete -c bide -f -a '(__bide_words)'\n" },
};

#define SCRIPTS_N COUNT(scripts)

/* -- the words ------------------------------------------------------------- */

struct words {
	const struct env *env;
	const struct opts *o;
	struct slice start;	/* what candidates have to begin with */
	struct slice before;	/* what is put before them: "--model=" */
	msec end;
	struct buf out;
};

static void
put(struct words *w, struct slice word)
{
	if (!slice_eq(slice_sub(word, 0, w->start.n), w->start))
		return;
	buf_put(&w->out, w->before);
	clean_put(&w->out, word, 0);
	buf_putc(&w->out, '\n');
}

static void
put_name(void *ctx, const char *name)
{
	put(ctx, slice_str(name));
}

/* The same, but not twice. */
static void
put_once(struct words *w, struct slice word)
{
	struct slice rest = buf_slice(&w->out), line;

	while (rest.n > 0) {
		line = slice_cut(&rest, '\n');
		if (slice_eq(slice_sub(line, w->before.n, line.n), word))
			return;
	}
	put(w, word);
}

static void
put_providers(struct words *w, const char *after)
{
	const struct provider *row;
	char name[128];
	size_t i;

	for (i = 0; i < w->o->nproviders; i++)
		if (str_printf(name, sizeof(name), "%s%s",
		    w->o->providers[i].name, after) == 0)
			put(w, slice_str(name));
	for (i = 0; (row = provider_row(i)) != NULL; i++)
		if (str_printf(name, sizeof(name), "%s%s", row->name,
		    after) == 0)
			put(w, slice_str(name));
}

/* The model that a session asked last, also without its provider where the
 * name implies that. */
static int
put_model(void *ctx, const char *name, msec written)
{
	struct words *w = ctx;
	struct session s = { 0 };
	const struct provider *guess;
	struct buf b = { 0 };
	struct slice model;

	(void)written;
	slice_copy(slice_str(name), s.name, sizeof(s.name));
	if (session_open(&s, JOURNAL_READ, w->env, 0) == 0 &&
	    s.history.model.n > 0) {
		json_unescape(s.history.provider, &b, NULL);
		buf_putc(&b, ':');
		json_unescape(s.history.model, &b, NULL);
		model = buf_slice(&b);
		put_once(w, model);
		(void)slice_cut(&model, ':');
		guess = provider_guess(model);
		if (guess != NULL && json_is(s.history.provider, guess->name))
			put_once(w, model);
	}
	session_free(&s);
	buf_free(&b);
	return env_mono(w->env) > w->end;
}

static void
put_models(struct words *w)
{
	alias_each(w->o, put_name, w);
	put_once(w, slice_str(w->o->model));
	(void)session_each(put_model, w);
	put_providers(w, ":");
}

static int
put_session(void *ctx, const char *name, msec written)
{
	(void)written;
	put(ctx, slice_str(name));
	return 0;
}

static void
put_list(struct words *w, const char *list)
{
	struct slice rest = slice_str(list);

	while (rest.n > 0)
		put(w, slice_cut(&rest, ' '));
}

static void
put_value(struct words *w, const struct option *opt)
{
	if (opt->kind == K_BREAK)
		put_list(w, "restart continue fail");
	else if (opt->kind == K_FALLBACK || opt->kind == K_PRICE ||
	    strcmp(opt->name, "model") == 0)
		put_models(w);
	else if (strcmp(opt->name, "session") == 0)
		(void)session_each(put_session, w);
	else if (strcmp(opt->name, "template") == 0)
		prompt_each(w->o, put_name, w);
}

static void
put_options(struct words *w, unsigned command)
{
	const struct option *opt;
	char name[32];

	for (opt = options; opt < options + options_n; opt++) {
		if (!(opt->takes & command & CMD_ALL))
			continue;
		(void)str_printf(name, sizeof(name), "-%s%s",
		    opt->name[0] != '\0' ? "-" : "", opt->name[0] != '\0' ?
		    opt->name : (char[]){ opt->letter, '\0' });
		put(w, slice_str(name));
	}
}

static void
put_commands(struct words *w)
{
	size_t i;

	for (i = 0; i < commands_n; i++)
		put(w, slice_str(commands[i].name));
}

/* The first word after a command. */
static void
put_operand(struct words *w, const char *command)
{
	size_t i;

	if (strcmp(command, "resume") == 0 || strcmp(command, "log") == 0)
		(void)session_each(put_session, w);
	else if (strcmp(command, "models") == 0)
		put_providers(w, "");
	else if (strcmp(command, "help") == 0)
		put_commands(w);
	for (i = 0; strcmp(command, "completion") == 0 && i < SCRIPTS_N; i++)
		put(w, slice_str(scripts[i].shell));
}

/* The option that this word ends with, if its value is the next word. */
static const struct option *
pending(const char *word)
{
	const struct option *opt;

	if (word[1] == '-') {
		opt = option_find(slice_str(word + 2), 0);
		return opt != NULL && option_takes_value(opt) ? opt : NULL;
	}
	while (*++word != '\0') {
		opt = option_find(SLICE(""), *word);
		if (opt == NULL || option_takes_value(opt))
			return opt != NULL && word[1] == '\0' ? opt : NULL;
	}
	return NULL;
}

/* The words of a command line, of which the last is to be completed. */
static void
put_words(struct words *w, char **words, size_t n)
{
	const struct command *cmd = n > 1 ? command_find(words[0]) : NULL;
	const struct option *opt = NULL;
	const char *current = words[n - 1];
	size_t i, operands = 0;
	int plain = 0;

	for (i = cmd != NULL; i < n - 1; i++) {
		if (opt != NULL) {
			opt = NULL;
		} else if (plain || words[i][0] != '-' ||
		    words[i][1] == '\0') {
			operands++;
		} else {
			plain = strcmp(words[i], "--") == 0;
			opt = pending(words[i]);
		}
	}
	w->start = slice_str(current);
	if (opt == NULL && !plain && strncmp(current, "--", 2) == 0 &&
	    strchr(current, '=') != NULL) {
		w->before = slice_cut(&w->start, '=');
		opt = option_find(slice_sub(w->before, 2, w->before.n), 0);
		w->before.n++;
	}
	if (opt != NULL)
		put_value(w, opt);
	else if (!plain && current[0] == '-' && w->before.n == 0)
		put_options(w, cmd == NULL ? CMD_ASK : cmd->bit);
	else if (n == 1)
		put_commands(w);
	else if (cmd != NULL && operands == 0)
		put_operand(w, cmd->name);
}

int
completion(const struct env *env, struct opts *o, struct slice command)
{
	struct words w = { .env = env, .o = o, .end = env_mono(env) + TIME };
	size_t i;
	int rc;

	(void)command;
	if (o->nwords > 1 && strcmp(o->words[0], "words") == 0) {
		put_words(&w, o->words + 1, o->nwords - 1);
		rc = show(env, buf_slice(&w.out));
		buf_free(&w.out);
		return rc;
	}
	for (i = 0; o->nwords == 1 && i < SCRIPTS_N; i++)
		if (strcmp(o->words[0], scripts[i].shell) == 0)
			return show(env, slice_str(scripts[i].script));
	return fail(EXIT_USAGE, "completion takes the name of a shell: bash, "
	    "zsh or fish");
}
