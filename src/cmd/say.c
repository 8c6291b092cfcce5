#include "cmd/say.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clean.h"
#include "core/output.h"

#define TEXT_MAX 1024

/* Writes a line, cleaned, between two texts of our own. */
static void
put_line(const char *before, struct slice text, const char *after)
{
	struct buf line = { 0 };

	buf_puts(&line, before);
	clean_put(&line, text, 0);
	buf_puts(&line, after);
	(void)!write(2, line.p, line.n);
	buf_free(&line);
}

void
say(struct slice text)
{
	put_line("bide: ", text, "\n");
}

static void
say_args(const char *fmt, va_list ap)
{
	char text[TEXT_MAX];

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	say(slice_str(text));
}

void
sayf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say_args(fmt, ap);
	va_end(ap);
}

int
fail(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say_args(fmt, ap);
	va_end(ap);
	return status;
}

int
fail_read(const struct env *env, const char *option, const char *path)
{
	int status = errno == ECANCELED ? EXIT_SIGNAL +
	    env->cancelled(env->ctx) : EXIT_CONFIG;

	return fail(status, "%s: %s: %s", option, path, strerror(errno));
}

void
say_live(struct slice text)
{
	/* without automatic margins a long line is cut, not wrapped */
	put_line("\r\033[K\033[?7l", text, "\033[?7h");
}

void
say_wipe(void)
{
	put_line("\r\033[K", SLICE(""), "");
}

int
show(const struct env *env, struct slice text)
{
	struct buf visible = { 0 };
	struct fault f;
	int rc;

	if (isatty(1)) {
		clean_put(&visible, text, 1);
		text = buf_slice(&visible);
	}
	rc = output_write(env, 1, text, &f);
	buf_free(&visible);
	if (rc == 0)
		return EXIT_WHOLE;
	if (f.class == F_CANCEL)
		return EXIT_SIGNAL + f.code;
	if (f.code == EPIPE)
		return EXIT_SIGNAL + SIGPIPE;
	return fail(EXIT_OUTPUT, "%s", f.text);
}
