/* Any text as a date and as a duration: what is left is a tail of the text,
 * and times written read back. */

#include <assert.h>
#include <stdint.h>

#include "tests/splits.h"
#include "wire/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
time_again(msec t)
{
	struct buf b = { 0 };

	assert(t == MSEC_NONE || t >= 0);
	if (t == MSEC_NONE || t > 253402300799000)
		return;
	when_put_rfc3339(&b, t);
	assert(when_rfc3339(buf_slice(&b)) == (t + 999) / 1000 * 1000);
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = exact((struct slice){ (const char *)data, size });
	struct slice s = { copy, size }, rest = s;
	struct buf b = { 0 };
	msec t = when_span(&rest);

	assert(t == MSEC_NONE ? rest.n == s.n : t >= 0 && rest.n < s.n);
	assert(rest.p + rest.n == copy + size);
	rest = s;
	t = when_date(&rest, 8 * 3600000);
	assert(t == MSEC_NONE ? rest.n == s.n : rest.n < s.n);
	time_again(t);
	rest = s;
	t = when_clock(&rest, 1792567680000);
	assert(t == MSEC_NONE ? rest.n == s.n : t > 1792567680000 &&
	    t <= 1792567680000 + 86400000);
	time_again(when_http(s));
	time_again(when_rfc3339(s));
	t = when_dur(s);
	assert(t == MSEC_NONE || t >= 0);
	if (t != MSEC_NONE) {
		when_put(&b, t);
		/* rounded up, it may exceed a hundred years */
		assert(t > 3155759000000 || when_dur(buf_slice(&b)) >= t);
	}
	buf_free(&b);
	free(copy);
	return 0;
}
