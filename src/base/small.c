#define _GNU_SOURCE	/* some errors */

#include "base/small.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"

static void
swap(char *a, char *b, size_t size)
{
	char c;

	while (size-- > 0) {
		c = a[size];
		a[size] = b[size];
		b[size] = c;
	}
}

/* Shell's: short, and not slow for some thousand. */
/* Below root, larger ones are above smaller ones again. */
static void
sift(char *list, size_t root, size_t n, size_t size,
    int (*order)(const void *, const void *))
{
	char *a, *b;
	size_t k;

	for (; (k = 2 * root + 1) < n; root = k) {
		a = list + root * size;
		b = list + k * size;
		if (k + 1 < n && order(b, b + size) < 0) {
			k++;
			b += size;
		}
		if (order(a, b) >= 0)
			return;
		swap(a, b, size);
	}
}

void
small_sort(void *list, size_t n, size_t size,
    int (*order)(const void *, const void *))
{
	size_t i;

	for (i = n / 2; i > 0; i--)
		sift(list, i - 1, n, size, order);
	for (i = n; i > 1; i--) {
		swap(list, (char *)list + (i - 1) * size, size);
		sift(list, 0, i - 1, size, order);
	}
}

char *
small_find(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (; strncmp(text, word, n) != 0; text++)
		if (*text == '\0')
			return NULL;
	return (char *)(size_t)text;
}

size_t
small_cspan(const char *text, const char *set)
{
	size_t n = 0;

	while (text[n] != '\0' && strchr(set, text[n]) == NULL)
		n++;
	return n;
}

size_t
small_span(const char *text, const char *set)
{
	size_t n = 0;

	while (text[n] != '\0' && strchr(set, text[n]) != NULL)
		n++;
	return n;
}

/* In the order of the texts. */
static const short errors[] = {
	EPERM, ENOENT, EINTR, EIO, ENXIO, E2BIG, EBADF, EAGAIN, ENOMEM, EACCES,
	EBUSY, EEXIST, EXDEV, ENODEV, ENOTDIR, EISDIR, EINVAL, ENFILE, EMFILE,
	ENOTTY, ETXTBSY, EFBIG, ENOSPC, ESPIPE, EROFS, EMLINK, EPIPE, EDEADLK,
	ENAMETOOLONG, ENOLCK, ENOSYS, ENOTEMPTY, ELOOP, EOVERFLOW, EPROTO,
	EMSGSIZE, ENOPROTOOPT, EPROTONOSUPPORT, EOPNOTSUPP, EAFNOSUPPORT,
	EADDRINUSE, EADDRNOTAVAIL, ENETDOWN, ENETUNREACH, ENETRESET,
	ECONNABORTED, ECONNRESET, ENOBUFS, ENOTCONN, ETIMEDOUT, ECONNREFUSED,
	EHOSTDOWN, EHOSTUNREACH, ESTALE, EDQUOT,
};

static const char error_texts[] =
    "Operation not permitted\0" "No such file or directory\0"
    "Interrupted system call\0" "Input/output error\0"
    "No such device or address\0" "Argument list too long\0"
    "Bad file descriptor\0" "Resource temporarily unavailable\0"
    "Cannot allocate memory\0" "Permission denied\0"
    "Device or resource busy\0" "File exists\0" "Invalid cross-device link\0"
    "No such device\0" "Not a directory\0" "Is a directory\0"
    "Invalid argument\0" "Too many open files in system\0"
    "Too many open files\0" "Not a terminal\0" "Text file busy\0"
    "File too large\0" "No space left on device\0" "Illegal seek\0"
    "Read-only file system\0" "Too many links\0" "Broken pipe\0"
    "Resource deadlock avoided\0" "File name too long\0"
    "No locks available\0" "Function not implemented\0"
    "Directory not empty\0" "Too many levels of symbolic links\0"
    "Value too large\0" "Protocol error\0" "Message too long\0"
    "Protocol not available\0" "Protocol not supported\0"
    "Operation not supported\0" "Address family not supported\0"
    "Address already in use\0" "Cannot assign requested address\0"
    "Network is down\0" "Network is unreachable\0"
    "Network dropped connection on reset\0"
    "Software caused connection abort\0" "Connection reset by peer\0"
    "No buffer space available\0" "Not connected\0" "Connection timed out\0"
    "Connection refused\0" "Host is down\0" "No route to host\0"
    "Stale file handle\0" "Disk quota exceeded";

const char *
small_error(int err)
{
	static char other[sizeof("error -2147483648")];
	const char *text = error_texts;
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i] == err)
			return text;
		text += strlen(text) + 1;
	}
	(void)fmt_text(other, sizeof(other), "error %d", err);
	return other;
}

#ifndef __GLIBC__
char *__strchrnul(const char *text, int c);

char *
strerror(int err)
{
	return (char *)(size_t)small_error(err);
}

size_t
strspn(const char *text, const char *set)
{
	return small_span(text, set);
}

size_t
strcspn(const char *text, const char *set)
{
	return small_cspan(text, set);
}

/* musl's strchr() and getenv() are made of it. */
char *
__strchrnul(const char *text, int c)
{
	while (*text != '\0' && *text != (char)c)
		text++;
	return (char *)(size_t)text;
}

void
qsort(void *list, size_t n, size_t size,
    int (*order)(const void *, const void *))
{
	small_sort(list, n, size, order);
}

char *
strstr(const char *text, const char *word)
{
	return small_find(text, word);
}
#endif
