#include "cmd/input.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/exits.h"
#include "cmd/say.h"

#define PROMPT_MAX ((size_t)256 << 20)
#define SILENCE 2000		/* ms; then a notice, once */

static void
put_words(const struct opts *o, struct buf *prompt)
{
	size_t i;

	for (i = 0; i < o->nwords; i++) {
		if (i > 0)
			buf_putc(prompt, ' ');
		buf_puts(prompt, o->words[i]);
	}
}

/* Waits until stdin has something to say.  -1 when a signal asks to stop. */
static int
await(const struct env *env, int quiet, int *silent)
{
	struct pollfd fds[2] = {
		{ .fd = 0, .events = POLLIN },
		{ .fd = env->wakefd, .events = POLLIN },
	};
	int n;

	for (;;) {
		n = poll(fds, 2, *silent ? -1 : SILENCE);
		if (fds[1].revents != 0 && n > 0)
			return -1;
		if (n > 0)
			return 0;
		if (n == 0 && !quiet)
			say(SLICE("waiting for input on stdin; use -n if "
			    "there is none"));
		*silent |= n == 0;
	}
}

int
input_stdin(const struct env *env, const struct opts *o, struct buf *in,
    struct complaint *c)
{
	ssize_t n = 1;
	int silent = 0;
	char *to;

	while (n != 0) {
		if (await(env, o->quiet, &silent) < 0)
			return complain(c, EXIT_SIGNAL +
			    env->cancelled(env->ctx),
			    "interrupted while reading stdin: nothing "
			    "was sent");
		silent = 1;
		to = buf_room(in, 65536);
		if (to == NULL)
			return complain(c, EXIT_NEVER, "stdin is larger than "
			    "%zu MiB", in->max >> 20);
		n = file_read_some(0, to, 65536);
		if (n > 0)
			in->n += (size_t)n;
		else if (n == -1 && errno == EBADF)
			return 0;	/* closed by the parent: as if empty */
		else if (n < 0 && n != FILE_AGAIN)
			return complain(c, EXIT_OUTPUT, "stdin: %s",
			    strerror(errno));
	}
	return 0;
}

int
input_read(const struct env *env, const struct opts *o, int optional,
    struct buf *prompt, struct complaint *c)
{
	size_t words;

	prompt->max = PROMPT_MAX;
	put_words(o, prompt);
	words = prompt->n;
	if (!o->no_stdin && !isatty(0)) {
		if (words > 0)
			buf_puts(prompt, "\n\n");
		if (input_stdin(env, o, prompt, c) < 0)
			return -1;
		if (words > 0 && prompt->n == words + 2)
			prompt->n = words;
	}
	if (slice_trim(buf_slice(prompt)).n > 0)
		return 0;
	buf_clear(prompt);
	if (!optional)
		return complain(c, EXIT_USAGE, "no prompt: give it as words, "
		    "on stdin, or both; see bide --help");
	return 0;
}
