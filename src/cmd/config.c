#include "cmd/config.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/provider.h"
#include "base/file.h"
#include "cmd/option.h"
#include "cmd/prompt.h"
#include "cmd/report.h"
#include "wire/url.h"

#define CONFIG_MAX ((size_t)1 << 20)
#define PIPE_WAIT ((msec)2000)

static int
config_path(char *path, size_t size)
{
	const char *dir = getenv("XDG_CONFIG_HOME"), *tail = "/bide/config";

	/* A relative path is to be ignored, says the XDG specification. */
	if (dir == NULL || dir[0] != '/') {
		dir = getenv("HOME");
		tail = "/.config/bide/config";
	}
	if (dir == NULL || *dir == '\0')
		return -1;
	return str_printf(path, size, "%s%s", dir, tail);
}

/* The part of the file that is read. */
struct section {
	enum { S_OPTIONS, S_PROVIDER, S_ALIAS, S_PROMPT } kind;
	const char *name;
};

static void
add_line(struct opts *o, const char *prompt, const char *key,
    const char *value, int number)
{
	struct own_line l = { prompt, key, value, number };

	buf_put(&o->lines, (struct slice){ (const char *)&l, sizeof(l) });
}

/* Returns a static text that says what is wrong, or NULL. */
static const char *
begin_section(struct opts *o, struct section *in, char *line, int number)
{
	size_t n = strlen(line);

	in->kind = strncmp(line, "[provider ", 10) == 0 ? S_PROVIDER :
	    strncmp(line, "[prompt ", 8) == 0 ? S_PROMPT : S_ALIAS;
	if (line[n - 1] != ']' ||
	    (in->kind == S_ALIAS && strcmp(line, "[alias]") != 0))
		return "not a section: [provider NAME], [prompt NAME] or "
		    "[alias]";
	if (in->kind == S_ALIAS)
		return NULL;
	line[n - 1] = '\0';
	in->name = strchr(line, ' ');
	in->name += strspn(in->name, " \t");
	if (*in->name == '\0' || strpbrk(in->name, ": \t") != NULL)
		return "a name cannot contain blanks or a colon";
	if (in->kind == S_PROMPT) {
		add_line(o, in->name, "", "", number);
		return NULL;
	}
	if (o->nproviders == PROVIDERS_MAX)
		return "too many providers";
	o->providers[o->nproviders].line = number;
	o->providers[o->nproviders++].name = in->name;
	return NULL;
}

/* A line of a section; returns the same. */
static const char *
set_own(struct own_provider *p, const char *key, const char *value)
{
	const char *colon = value + strcspn(value, ": \t");
	struct url u;
	size_t i;

	if (strcmp(key, "dialect") == 0) {
		p->dialect = value;
		return dialect_find(slice_str(value)) == NULL ?
		    "no such dialect" : NULL;
	}
	if (strcmp(key, "base-url") == 0) {
		p->base_url = value;
		return url_parse(slice_str(value), &u);
	}
	if (strcmp(key, "key-env") == 0) {
		p->key_env = value;
		return NULL;
	}
	if (strcmp(key, "header") != 0 && strcmp(key, "secret-header") != 0)
		return "not one of dialect, base-url, key-env, header and "
		    "secret-header";
	if (*colon != ':' || colon == value)
		return "not 'Name: value'";
	for (i = 0; value[i] != '\0'; i++)
		if ((unsigned char)value[i] < 0x20 && value[i] != '\t')
			return "control characters in a header";
	if (p->nheaders == HEADERS_MAX)
		return "too many headers";
	p->secret[p->nheaders] = *key == 's';
	p->header[p->nheaders++] = value;
	return NULL;
}

static char *
trim(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	n = strlen(s);
	while (n > 0 && strchr(" \t\r", s[n - 1]) != NULL)
		s[--n] = '\0';
	return s;
}

/* A line of a prompt, or an alias, which may have a = between name and model;
 * returns the same. */
static const char *
set_line(struct opts *o, const struct section *in, const char *key,
    const char *value, int number)
{
	if (in->kind == S_PROMPT) {
		add_line(o, in->name, key, value, number);
		if (strcmp(key, "var") == 0 && strchr(value, '=') == NULL)
			return "not NAME=TEXT";
		return prompt_takes(slice_str(key)) ? NULL :
		    "not system, template, var or an option of a request";
	}
	add_line(o, NULL, key, value, number);
	return *value == '\0' || strchr(key, ':') != NULL ?
	    "not 'NAME [PROVIDER:]MODEL'" : NULL;
}

static int
read_line(struct opts *o, struct section *in, char *line, const char *path,
    int number)
{
	char *value = line + strcspn(line, in->kind == S_ALIAS ? " \t=" :
	    " \t"), where[300];
	const struct option *opt;
	const char *why;

	if (*line == '\0' || *line == '#')
		return 0;
	if (*line == '[') {
		why = begin_section(o, in, line, number);
		return why == NULL ? 0 : fail(EXIT_CONFIG, "%s:%d: %s", path,
		    number, why);
	}
	if (*value != '\0')
		*value++ = '\0';
	value = trim(value);
	(void)str_printf(where, sizeof(where), "%.120s:%d: %.100s", path,
	    number, line);
	if (in->kind == S_ALIAS && *value == '=')
		value = trim(value + 1);
	if (in->kind != S_OPTIONS) {
		why = in->kind == S_PROVIDER ?
		    set_own(&o->providers[o->nproviders - 1], line, value) :
		    set_line(o, in, line, value, number);
		return why == NULL ? 0 : fail(EXIT_CONFIG, "%s: %s", where,
		    why);
	}
	opt = option_find(slice_str(line), 0);
	if (opt == NULL || !(opt->takes & CMD_ALL))
		return fail(EXIT_CONFIG, "%s: unknown option", where);
	return option_set(o, opt, *value == '\0' ? NULL : value, where,
	    EXIT_CONFIG);
}

/* Whether the file is ours or the system's: it decides where keys go.  A device
 * such as /dev/null may be anybody's. */
static int
is_ours(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 || S_ISCHR(st.st_mode) ||
	    ((st.st_uid == geteuid() || st.st_uid == 0) &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0);
}

int
config_read(struct opts *o)
{
	char path[PATH_MAX], *line, *end;
	struct section in = { S_OPTIONS, NULL };
	int rc = 0, number = 0;
	size_t i;

	if (config_path(path, sizeof(path)) < 0)
		return 0;
	if (!is_ours(path))
		return fail(EXIT_CONFIG, "%s: it belongs to another user, or "
		    "others may write to it", path);
	o->config.max = CONFIG_MAX;
	/* a pipe has little time: --max-time is not known yet */
	if (file_text(o->env, path, env_mono(o->env) + PIPE_WAIT,
	    &o->config) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 :
		    fail_read(o->env, "configuration", path);
	buf_putc(&o->config, '\0');
	if (o->config.full || strlen(o->config.p) + 1 != o->config.n)
		return fail(EXIT_CONFIG, "%s: not a text file of less than "
		    "1 MiB", path);
	for (line = o->config.p; rc == 0 && line != NULL; line = end) {
		end = strchr(line, '\n');
		if (end != NULL)
			*end++ = '\0';
		rc = read_line(o, &in, trim(line), path, ++number);
	}
	for (i = 0; rc == 0 && i < o->nproviders; i++)
		if (o->providers[i].base_url == NULL)
			rc = fail(EXIT_CONFIG, "%s:%d: provider %s has "
			    "no base-url", path, o->providers[i].line,
			    o->providers[i].name);
	return rc;
}
