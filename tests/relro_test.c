/* A write to relocated constants is killed: see base/relro.h.  The release
 * build links this program as it links bide; with an argument the write comes
 * before RELRO is closed, which shows that the test can fail. */

#include "base/relro.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/t.h"

/* Pointers, so that relocation writes here; extern, so that they stay. */
extern const char *const relro_words[];
const char *const relro_words[] = { "one", "two" };

int
main(int argc, char **argv)
{
	const char **word = (const char **)(size_t)&relro_words[argc > 9];
	pid_t pid;
	int status = 0;

	(void)argv;
	relro_open();
	if (argc == 1)
		relro_close();
	pid = fork();
	if (pid == 0) {
		(void)signal(SIGSEGV, SIG_DFL);	/* ASan has a handler */
		*(const char *volatile *)word = "three";
		_exit(0);
	}
	OK(pid > 0 && waitpid(pid, &status, 0) == pid, "a child writes");
	OK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV,
	    "and is killed");
	return DONE();
}
