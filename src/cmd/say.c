#include "cmd/say.h"

#include <unistd.h>

void
say(struct slice text)
{
	struct buf line = { 0 };

	buf_puts(&line, "bide: ");
	buf_put(&line, text);
	buf_putc(&line, '\n');
	(void)!write(2, line.p, line.n);
	buf_free(&line);
}
