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
#include "cmd/report.h"

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

/* Returns a static text that says what is wrong, or NULL. */
static const char *
begin_section(struct opts *o, char *line)
{
	size_t n = strlen(line);
	struct own_provider *p;

	if (strncmp(line, "[provider ", 10) != 0 || line[n - 1] != ']' ||
	    n < 12)
		return "not a [provider NAME] section";
	if (o->nproviders == PROVIDERS_MAX)
		return "too many providers";
	line[n - 1] = '\0';
	p = &o->providers[o->nproviders++];
	p->name = line + 10 + strspn(line + 10, " \t");
	if (*p->name == '\0' || strpbrk(p->name, ": \t") != NULL)
		return "a provider name cannot contain blanks or a colon";
	return NULL;
}

/* A line of a section; returns the same. */
static const char *
set_own(struct own_provider *p, const char *key, const char *value)
{
	const char *colon = value + strcspn(value, ": \t");
	size_t i;

	if (strcmp(key, "dialect") == 0) {
		p->dialect = value;
		return dialect_find(slice_str(value)) == NULL ?
		    "no such dialect" : NULL;
	}
	if (strcmp(key, "base-url") == 0) {
		p->base_url = value;
		return NULL;
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

static int
read_line(struct opts *o, char *line, const char *path, int number)
{
	char *value = line + strcspn(line, " \t"), where[300];
	const struct option *opt;
	const char *why;

	if (*line == '\0' || *line == '#')
		return 0;
	if (*line == '[') {
		why = begin_section(o, line);
		return why == NULL ? 0 : fail(EXIT_CONFIG, "%s:%d: %s", path,
		    number, why);
	}
	if (*value != '\0')
		*value++ = '\0';
	value = trim(value);
	(void)str_printf(where, sizeof(where), "%.120s:%d: %.100s", path,
	    number, line);
	if (o->nproviders > 0) {
		why = set_own(&o->providers[o->nproviders - 1], line, value);
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
		rc = read_line(o, trim(line), path, ++number);
	}
	for (i = 0; rc == 0 && i < o->nproviders; i++)
		if (o->providers[i].base_url == NULL)
			rc = fail(EXIT_CONFIG, "%s: provider %s has no "
			    "base-url", path, o->providers[i].name);
	return rc;
}
