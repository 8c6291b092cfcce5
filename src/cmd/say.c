#include "cmd/say.h"

#include <unistd.h>

#include "base/clean.h"

void
say(struct slice text)
{
	struct buf line = { 0 };

	buf_puts(&line, "bide: ");
	clean_put(&line, text, 0);
	buf_putc(&line, '\n');
	(void)!write(2, line.p, line.n);
	buf_free(&line);
}
