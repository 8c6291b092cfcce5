#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *
fault_name(enum fclass class)
{
	switch (class) {
	case F_NONE: return "none";
	case F_DNS: return "dns";
	case F_CONNECT: return "connect";
	case F_TLS: return "tls";
	case F_CERT: return "certificate";
	case F_IO: return "io";
	case F_TIMEOUT: return "timeout";
	case F_PROTO: return "protocol";
	case F_EMPTY: return "empty";
	case F_RATE: return "rate_limit";
	case F_DAILY: return "daily_limit";
	case F_OVERLOAD: return "overloaded";
	case F_SERVER: return "server";
	case F_QUOTA: return "quota";
	case F_AUTH: return "auth";
	case F_PERMISSION: return "permission";
	case F_NOT_FOUND: return "not_found";
	case F_CONTEXT: return "context_length";
	case F_TOO_LARGE: return "too_large";
	case F_POLICY: return "content_policy";
	case F_REQUEST: return "bad_request";
	case F_OUTPUT: return "output";
	case F_CANCEL: return "cancelled";
	}
	return "unknown";
}

int
fault_set(struct fault *f, enum fclass class, int retry, const char *fmt, ...)
{
	va_list ap;

	memset(f, 0, sizeof(*f));
	f->class = class;
	f->retry = retry;
	f->wait = MSEC_NONE;
	va_start(ap, fmt);
	(void)vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	return -1;
}

void
err_oom(void)
{
	static const char msg[] = "bide: out of memory\n";
	ssize_t n = write(2, msg, sizeof(msg) - 1);

	(void)n;
	_exit(71);
}

void
err_system(const char *call)
{
	(void)dprintf(2, "bide: %s: %s\n", call, strerror(errno));
	_exit(71);
}
