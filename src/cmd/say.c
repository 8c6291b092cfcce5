#include "cmd/say.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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

int
say_can_live(void)
{
	const char *term = getenv("TERM"), *plain = getenv("NO_COLOR");

	return isatty(2) && term != NULL && *term != '\0' &&
	    strcmp(term, "dumb") != 0 && (plain == NULL || *plain == '\0');
}

size_t
say_columns(int fd)
{
	struct winsize size;

	if (!isatty(fd))
		return SIZE_MAX;
	return ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 ? 80 :
	    size.ws_col;
}

void
say_live(struct slice head, struct slice middle, struct slice tail)
{
	struct buf h = { 0 }, m = { 0 }, t = { 0 };
	/* some terminals wrap after their last column */
	size_t all = say_columns(2) - 1, used = all, rest;

	clean_put(&h, head, 0);
	clean_put(&m, middle, 0);
	clean_put(&t, tail, 0);
	h.n = clean_fit(buf_slice(&h), &used);
	rest = all - used;
	used = rest;
	if (clean_fit(buf_slice(&t), &used) < t.n)
		t.n = used = 0;
	rest -= used;
	used = rest;
	if (clean_fit(buf_slice(&m), &used) < m.n) {
		rest = rest > 3 ? rest - 3 : 0;
		m.n = clean_fit(buf_slice(&m), &rest);
		if (m.n > 0)
			buf_puts(&m, "...");
	}
	buf_put(&h, buf_slice(&m));
	buf_put(&h, buf_slice(&t));
	put_line("\r\033[K", buf_slice(&h), "");
	buf_free(&h);
	buf_free(&m);
	buf_free(&t);
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
