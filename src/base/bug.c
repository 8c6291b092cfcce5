#include "base/bug.h"

#include <unistd.h>

#include "base/fmt.h"

void
bug(const char *file, int line)
{
	char text[128];
	size_t n = fmt_text(text, sizeof(text), "bide: a bug at %.64s:%d\n",
	    file, line);

	(void)!write(2, text, n);
	_exit(70);
}
