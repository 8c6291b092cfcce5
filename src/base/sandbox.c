#ifdef __OpenBSD__
#define _BSD_SOURCE	/* pledge(), unveil() */
#else
#define _GNU_SOURCE	/* O_PATH, syscall() */
#endif

#include "base/sandbox.h"

#include <stddef.h>

#include "base/buf.h"

#if defined(__SANITIZE_ADDRESS__) && !defined(NO_SANDBOX)
#define NO_SANDBOX
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define NO_SANDBOX
#endif
#endif

/* /nix, /gnu and /var/lib are where links of /etc lead on NixOS, Guix and SUSE;
 * the two files are links elsewhere under WSL, for one.  /lib is for a glibc
 * that is linked dynamically, /dev/urandom for systems without getrandom(). */
static const char *const system_paths[] = {
	"/etc", "/run", "/usr", "/lib", "/lib64", "/nix/store", "/gnu/store",
	"/var/lib/ca-certificates", "/etc/resolv.conf", "/etc/hosts",
	"/dev/urandom",
};

void
sandbox_system(struct sandbox *s)
{
	size_t i;

	for (i = 0; i < COUNT(system_paths); i++)
		sandbox_read(s, system_paths[i]);
}

#if defined(__linux__) && !defined(NO_SANDBOX)
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/seccomp.h"

/* As in linux/landlock.h and linux/prctl.h, which are not there for musl. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#endif
#define REFUSE_EXEC_GAIN 1

#define RIGHT_WRITE (1U << 1)
#define RIGHT_READ (1U << 2)
#define RIGHT_LIST (1U << 3)
#define RIGHT_REMOVE (1U << 5)
#define RIGHT_MKDIR (1U << 7)
#define RIGHT_CREATE (1U << 8)
#define RIGHT_REFER (1U << 13)		/* since version 2 */
#define RIGHT_TRUNCATE (1U << 14)	/* 3 */
#define RIGHT_DEVICE (1U << 15)		/* 5 */
#define RIGHTS_OF_FILE (RIGHT_WRITE | RIGHT_READ | RIGHT_TRUNCATE)

struct ruleset {
	uint64_t files;
	uint64_t ports;		/* since version 4; 1: to bind TCP ports */
	uint64_t scopes;	/* 6; 1: abstract sockets, 2: signals */
};

struct beneath {
	uint64_t rights;
	int32_t fd;
};

void
sandbox_open(struct sandbox *s)
{
	struct ruleset all = { RIGHT_REFER - 1, 1, 3 };
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);

	*s = (struct sandbox){ -1, abi < 0 ? 0 : (unsigned)abi };
	if (s->abi >= 2)
		all.files |= RIGHT_REFER;
	if (s->abi >= 3)
		all.files |= RIGHT_TRUNCATE;
	if (s->abi >= 5)
		all.files |= RIGHT_DEVICE;
	if (s->abi > 0)
		s->fd = (int)syscall(SYS_landlock_create_ruleset, &all,
		    s->abi >= 6 ? sizeof(all) : s->abi >= 4 ?
		    offsetof(struct ruleset, scopes) :
		    offsetof(struct ruleset, ports), 0);
}

static void
allow(const struct sandbox *s, const char *path, unsigned rights)
{
	struct beneath b;
	struct stat st;

	if (s->fd < 0 || path == NULL ||
	    (b.fd = open(path, O_PATH | O_CLOEXEC)) < 0)
		return;
	if (s->abi < 3)
		rights &= ~RIGHT_TRUNCATE;
	if (fstat(b.fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rights &= RIGHTS_OF_FILE;
	b.rights = rights;
	(void)syscall(SYS_landlock_add_rule, s->fd, 1, &b, 0);
	(void)close(b.fd);
}

void
sandbox_read(struct sandbox *s, const char *path)
{
	allow(s, path, RIGHT_READ | RIGHT_LIST);
}

void
sandbox_write(struct sandbox *s, const char *path)
{
	allow(s, path, RIGHTS_OF_FILE | RIGHT_LIST | RIGHT_REMOVE |
	    RIGHT_MKDIR | RIGHT_CREATE);
}

unsigned
sandbox_close(struct sandbox *s, unsigned calls)
{
	unsigned in_force = 0;

	/* without it neither of the two is for unprivileged users; a process
	 * that is confined already has it */
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#ifndef __GLIBC__	/* valgrind, which runs such builds, makes code */
	(void)prctl(PR_SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0);
#endif
	if (s->fd >= 0) {
		if (syscall(SYS_landlock_restrict_self, s->fd, 0) == 0)
			in_force |= SANDBOX_FILES;
		(void)close(s->fd);
	}
	if (seccomp_limit(calls))
		in_force |= SANDBOX_CALLS;
	return in_force;
}

#elif defined(__OpenBSD__) && !defined(NO_SANDBOX)
#include <unistd.h>

void
sandbox_open(struct sandbox *s)
{
	(void)s;
}

void
sandbox_read(struct sandbox *s, const char *path)
{
	(void)s;
	if (path != NULL)
		(void)unveil(path, "r");
}

void
sandbox_write(struct sandbox *s, const char *path)
{
	(void)s;
	if (path != NULL)
		(void)unveil(path, "rwc");
}

/* In a child unveil() fails, for it ended in the parent. */
unsigned
sandbox_close(struct sandbox *s, unsigned calls)
{
	unsigned in_force = unveil(NULL, NULL) == 0 ? SANDBOX_FILES : 0;
	char promises[128];

	(void)s;
	(void)str_printf(promises, sizeof(promises),
	    "error stdio tty rpath%s%s%s%s",
	    calls & CALLS_NET ? " inet unix dns" : "",
	    calls & CALLS_FILES ? " wpath cpath flock" : "",
	    calls & CALLS_OUTPUT ? " wpath cpath fattr" : "",
	    calls & CALLS_FORK ? " proc unveil" : "");
	return in_force |
	    (pledge(promises, NULL) == 0 ? SANDBOX_CALLS : 0);
}
#else
void
sandbox_open(struct sandbox *s)
{
	*s = (struct sandbox){ -1, 0 };
}

void
sandbox_read(struct sandbox *s, const char *path)
{
	(void)s;
	(void)path;
}

void
sandbox_write(struct sandbox *s, const char *path)
{
	(void)s;
	(void)path;
}

unsigned
sandbox_close(struct sandbox *s, unsigned calls)
{
	(void)s;
	(void)calls;
	return 0;
}
#endif
