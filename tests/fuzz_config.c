/* Any bytes as the configuration file: it is taken or refused, the same each
 * time, and what is taken is in bounds. */

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "api/provider.h"
#include "base/file.h"
#include "cmd/config.h"
#include "cmd/report.h"
#include "tests/splits.h"

/* The file, and no message on stderr. */
static struct slice file;

static int
give_file(const struct env *env, const char *path, msec until,
    struct buf *out)
{
	(void)env;
	assert(path[0] == '/' && until > 0);
	buf_put(out, file);
	errno = EFBIG;
	return out->full ? -1 : 0;
}

static int
fail_quietly(int status, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	assert(vsnprintf(text, sizeof(text), fmt, ap) > 0);
	va_end(ap);
	return status;
}

static int
fail_to_read(const struct env *env, const char *option, const char *path)
{
	(void)env;
	return fail_quietly(EXIT_CONFIG, "%s: %s", option, path);
}

static msec
no_time(void *ctx)
{
	(void)ctx;
	return 0;
}

static const struct env env = { .mono = no_time };

/* Replace those of the library. */
#define file_text give_file
#define fail fail_quietly
#define fail_read fail_to_read
#include "src/cmd/config.c"
#include "src/cmd/option.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct opts *o)
{
	const struct own_provider *p;
	const struct own_line *l;
	const char *text = o->config.p;
	size_t i, k;

	assert(strlen(text) < o->config.n && o->nproviders <= PROVIDERS_MAX &&
	    o->nparams <= PARAMS_MAX && o->nfallbacks <= FALLBACKS_MAX &&
	    o->nfiles <= FILES_MAX && o->nresults <= RESULTS_MAX);
	for (i = 0; i < o->nproviders; i++) {
		p = &o->providers[i];
		assert(p->name >= text && p->name < text + o->config.n &&
		    strpbrk(p->name, ": \t\n") == NULL);
		assert(p->base_url != NULL && p->nheaders <= HEADERS_MAX);
		assert(p->dialect == NULL ||
		    dialect_find(slice_str(p->dialect)) != NULL);
		for (k = 0; k < p->nheaders; k++)
			assert(strchr(p->header[k], ':') > p->header[k] &&
			    strpbrk(p->header[k], "\r\n") == NULL);
	}
	for (i = 0; i < o->lines.n / sizeof(*l); i++) {
		l = (const struct own_line *)(const void *)o->lines.p + i;
		assert(l->prompt == NULL || *l->prompt != '\0');
		assert(*l->key == '\0' || l->prompt == NULL ||
		    prompt_takes(slice_str(l->key)));
	}
	for (i = 0; i < o->nparams; i++)
		assert(json_valid(o->params[i].json));
	assert(o->patience >= 0 && o->idle >= 0 && o->retries >= 0);
	assert(o->temperature == NULL ||
	    json_valid(slice_str(o->temperature)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct opts o = { .env = &env }, again = { .env = &env };
	int rc;

	assert(setenv("XDG_CONFIG_HOME", "/home", 1) == 0);
	file = (struct slice){ (const char *)data, size };
	rc = config_read(&o);
	assert(rc == 0 || rc == EXIT_CONFIG);
	if (rc == 0 && size > 0)
		check(&o);
	assert(config_read(&again) == rc);
	assert(again.nproviders == o.nproviders &&
	    again.patience == o.patience && again.nparams == o.nparams);
	buf_free(&o.lines);
	buf_free(&o.config);
	buf_free(&again.lines);
	buf_free(&again.config);
	return 0;
}
