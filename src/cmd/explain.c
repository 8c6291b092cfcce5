#include "cmd/explain.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "cmd/exits.h"
#include "cmd/say.h"
#include "cmd/status.h"
#include "wire/when.h"

static int
fault_status(const struct result *res)
{
	const struct fault *f = &res->last.fault;

	switch (f->class) {
	case F_DNS:
	case F_CONNECT:
	case F_IO:
	case F_TIMEOUT:
	case F_RATE:
	case F_DAILY:
	case F_OVERLOAD:
	case F_SERVER:
		return EXIT_LATER;
	case F_TLS:
		return f->retry ? EXIT_LATER : EXIT_PROTOCOL;
	case F_CERT:
	case F_PROTO:
		return EXIT_PROTOCOL;
	case F_QUOTA:
		return EXIT_QUOTA;
	case F_AUTH:
	case F_PERMISSION:
		return EXIT_KEY;
	case F_NOT_FOUND:
	case F_CONTEXT:
	case F_TOO_LARGE:
	case F_POLICY:
	case F_REQUEST:
		return EXIT_NEVER;
	case F_OUTPUT:
		return f->code == EPIPE ? EXIT_SIGNAL + SIGPIPE : EXIT_OUTPUT;
	case F_CANCEL:
		return EXIT_SIGNAL + f->code;
	case F_NONE:
		break;
	}
	return EXIT_BUG;
}

int
explain_status(const struct result *res)
{
	if (res->last.fault.class != F_NONE)
		return fault_status(res);
	switch (res->last.finish) {
	case FIN_LENGTH:
	case FIN_REFUSAL:
	case FIN_FILTER:
	case FIN_PAUSE:
		return EXIT_PARTIAL;
	case FIN_NONE:
	case FIN_STOP:
	case FIN_TOOL_CALLS:
		break;
	}
	return EXIT_WHOLE;
}

/* -- the first line -------------------------------------------------------- */

static void
put_reason(struct buf *b, const struct fault *f)
{
	struct fault head = *f;

	/* the class in a few words, then all of the server's */
	head.text[0] = '\0';
	status_reason(&head, b);
	if (f->text[0] != '\0') {
		buf_puts(b, ": ");
		buf_put(b, slice_trim(slice_str(f->text)));
	}
	if (f->request_id[0] != '\0') {
		buf_puts(b, " (request ");
		buf_puts(b, f->request_id);
		buf_putc(b, ')');
	}
}

static const char *
advice(const struct fault *f)
{
	switch (f->class) {
	case F_QUOTA:
		return "; check the account's credit and spending limits";
	case F_AUTH:
		return "; check the key";
	case F_CONTEXT:
		return "; shorten the prompt or choose another model";
	case F_TOO_LARGE:
		return "; make the prompt or --max-tokens smaller";
	case F_NOT_FOUND:
		return "; check the model name and the base URL";
	default:
		return "";
	}
}

static const char *
signal_name(int sig)
{
	switch (sig) {
	case SIGINT: return "SIGINT";
	case SIGTERM: return "SIGTERM";
	case SIGHUP: return "SIGHUP";
	default: return "a signal";
	}
}

static void
put_failure(struct buf *b, const struct result *res)
{
	const struct fault *f = &res->last.fault;

	if (f->class == F_CANCEL)
		buf_printf(b, "interrupted by %s%s", signal_name(f->code),
		    res->waiting ? " while waiting" : "");
	else if (f->class == F_OUTPUT)
		buf_puts(b, f->text);
	else
		put_reason(b, f);
	buf_puts(b, advice(f));
}

static const char *
partial(enum finish finish)
{
	switch (finish) {
	case FIN_LENGTH:
		return "the answer was truncated at the token limit; raise "
		    "--max-tokens or ask for less";
	case FIN_REFUSAL:
		return "the model refused to answer";
	case FIN_FILTER:
		return "the answer was truncated by the provider's content "
		    "filter";
	case FIN_PAUSE:
		return "the provider paused in the middle of the answer; run "
		    "it again";
	default:
		return "";
	}
}

/* -- the last line --------------------------------------------------------- */

static void
put_spent(struct buf *b, const struct result *res, const struct opts *o,
    uint64_t delivered)
{
	int patient;

	if (res->verdict == RETRY_SPENT && delivered > 0) {
		buf_printf(b, "%llu bytes were written, which is not the "
		    "whole answer; ", (unsigned long long)delivered);
	} else if (res->verdict == RETRY_SPENT) {
		buf_printf(b, "gave up after %u request%s; ", res->attempts,
		    res->attempts == 1 ? "" : "s");
	} else if (res->verdict == RETRY_IMPATIENT) {
		buf_puts(b, res->last.fault.wait != MSEC_NONE ?
		    "giving up: the server asks for " :
		    "giving up: the next attempt is due in ");
		when_put(b, res->wait);
		patient = res->wait <= o->patience - res->waited;
		buf_puts(b, patient ? ", --max-time is " : ", --patience is ");
		when_put(b, patient ? o->max_time : o->patience);
		if (res->waited > 0) {
			buf_puts(b, ", ");
			when_put(b, res->waited);
			buf_puts(b, " of it used");
		}
		buf_puts(b, "; ");
	}
}

static void
put_again(struct buf *b, const struct result *res, struct slice command,
    msec wall)
{
	if (res->wait != MSEC_NONE && res->last.fault.class != F_CANCEL) {
		buf_puts(b, "try again after ");
		when_put_rfc3339(b, wall + res->wait);
		buf_puts(b, " (in ");
		when_put(b, res->wait);
		buf_puts(b, ") with: ");
	} else {
		buf_puts(b, "run again with: ");
	}
	buf_put(b, command);
}

void
explain(const struct result *res, const struct opts *o, struct slice command,
    msec wall, uint64_t delivered)
{
	int status = explain_status(res);
	struct buf b = { 0 };

	if (status == EXIT_WHOLE || status == EXIT_SIGNAL + SIGPIPE)
		return;
	if (status == EXIT_PARTIAL)
		buf_puts(&b, partial(res->last.finish));
	else
		put_failure(&b, res);
	say(buf_slice(&b));
	if (status == EXIT_LATER || status > EXIT_SIGNAL) {
		buf_clear(&b);
		put_spent(&b, res, o, delivered);
		put_again(&b, res, command, wall);
		say(buf_slice(&b));
	}
	buf_free(&b);
}

/* -- the command ----------------------------------------------------------- */

static void
put_quoted(struct buf *b, const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
	    "mnopqrstuvwxyz0123456789@%+=:,./-_";

	if (*s != '\0' && strspn(s, plain) == strlen(s)) {
		buf_puts(b, s);
		return;
	}
	buf_putc(b, '\'');
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			buf_puts(b, "'\\''");
		else
			buf_putc(b, *s);
	}
	buf_putc(b, '\'');
}

void
explain_command(int argc, const char *const *argv, struct buf *out)
{
	int i;

	buf_puts(out, "bide");
	for (i = 1; i < argc; i++) {
		buf_putc(out, ' ');
		put_quoted(out, argv[i]);
	}
}
