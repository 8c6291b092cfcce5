#include "cmd/config.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "api/provider.h"
#include "base/file.h"
#include "cmd/exits.h"

#define CONFIG_MAX ((size_t)1 << 20)

static int
config_path(char *path, size_t size)
{
	const char *dir = getenv("XDG_CONFIG_HOME"), *tail = "/bide/config";

	/* The XDG specification: a relative path is to be ignored. */
	if (dir == NULL || dir[0] != '/') {
		dir = getenv("HOME");
		tail = "/.config/bide/config";
	}
	if (dir == NULL || *dir == '\0')
		return -1;
	return str_printf(path, size, "%s%s", dir, tail);
}

/* "[provider NAME]" begins a section. */
static int
section(struct opts *o, char *line, const char *where, struct complaint *c)
{
	size_t n = strlen(line);
	struct own_provider *p;

	if (strncmp(line, "[provider ", 10) != 0 || line[n - 1] != ']' ||
	    n < 12)
		return complain(c, EXIT_CONFIG, "%s: not a [provider NAME] "
		    "section", where);
	if (o->nproviders == PROVIDERS_MAX)
		return complain(c, EXIT_CONFIG, "%s: more than %d providers",
		    where, PROVIDERS_MAX);
	line[n - 1] = '\0';
	p = &o->providers[o->nproviders++];
	p->name = line + 10 + strspn(line + 10, " \t");
	if (*p->name == '\0' || strpbrk(p->name, ": \t") != NULL)
		return complain(c, EXIT_CONFIG, "%s: a provider name cannot "
		    "contain blanks or a colon", where);
	return 0;
}

static int
set_header(struct own_provider *p, const char *value, const char *where,
    struct complaint *c)
{
	const char *colon = value + strcspn(value, ": \t");
	size_t i;

	if (*colon != ':' || colon == value)
		return complain(c, EXIT_CONFIG, "%s: not 'Name: value'", where);
	for (i = 0; value[i] != '\0'; i++)
		if ((unsigned char)value[i] < 0x20 && value[i] != '\t')
			return complain(c, EXIT_CONFIG, "%s: control "
			    "characters in a header", where);
	if (p->nheaders == HEADERS_MAX)
		return complain(c, EXIT_CONFIG, "%s: more than %d headers",
		    where, HEADERS_MAX);
	p->header[p->nheaders++] = value;
	return 0;
}

static int
set_own(struct own_provider *p, const char *key, const char *value,
    const char *where, struct complaint *c)
{
	if (strcmp(key, "dialect") == 0) {
		p->dialect = value;
		if (dialect_find(slice_str(value)) == NULL)
			return complain(c, EXIT_CONFIG, "%s: no such dialect: "
			    "%s", where, value);
	} else if (strcmp(key, "base-url") == 0) {
		p->base_url = value;
	} else if (strcmp(key, "key-env") == 0) {
		p->key_env = value;
	} else if (strcmp(key, "header") == 0) {
		return set_header(p, value, where, c);
	} else {
		return complain(c, EXIT_CONFIG, "%s: not one of dialect, "
		    "base-url, key-env and header", where);
	}
	return 0;
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
set_line(struct opts *o, char *line, const char *where, struct complaint *c)
{
	char *value = line + strcspn(line, " \t"), name[300];

	if (*value != '\0')
		*value++ = '\0';
	value = trim(value);
	(void)str_printf(name, sizeof(name), "%s %.100s", where, line);
	if (o->nproviders > 0)
		return set_own(&o->providers[o->nproviders - 1], line, value,
		    name, c);
	if (opts_set(o, line, *value == '\0' ? NULL : value, name, c) < 0) {
		c->status = EXIT_CONFIG;
		return -1;
	}
	return 0;
}

static int
read_lines(struct opts *o, const char *path, struct complaint *c)
{
	char *line = o->config.p, *end, where[160];
	int number, rc = 0;

	for (number = 1; rc == 0 && line != NULL; number++) {
		end = strchr(line, '\n');
		if (end != NULL)
			*end++ = '\0';
		line = trim(line);
		(void)str_printf(where, sizeof(where), "%.120s:%d:", path,
		    number);
		if (*line == '[')
			rc = section(o, line, where, c);
		else if (*line != '\0' && *line != '#')
			rc = set_line(o, line, where, c);
		line = end;
	}
	return rc;
}

static int
check_providers(struct opts *o, const char *path, struct complaint *c)
{
	size_t i;

	for (i = 0; i < o->nproviders; i++)
		if (o->providers[i].base_url == NULL)
			return complain(c, EXIT_CONFIG, "%s: provider %s has "
			    "no base-url", path, o->providers[i].name);
	return 0;
}

int
config_read(struct opts *o, struct complaint *c)
{
	char path[PATH_MAX];

	if (config_path(path, sizeof(path)) < 0)
		return 0;
	o->config.max = CONFIG_MAX;
	if (file_read(path, &o->config) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		return complain(c, EXIT_CONFIG, "%s: %s", path,
		    strerror(errno));
	}
	buf_putc(&o->config, '\0');
	if (o->config.full || strlen(o->config.p) + 1 != o->config.n)
		return complain(c, EXIT_CONFIG, "%s: not a text file of less "
		    "than 1 MiB", path);
	if (read_lines(o, path, c) < 0)
		return -1;
	return check_providers(o, path, c);
}
