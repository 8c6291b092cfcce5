/* NAME\nMESSAGE: whatever comes as an answer, it is read within its bounds,
 * and only an answer has addresses. */

#include <assert.h>
#include <stdint.h>

#include "net/dnsmsg.h"
#include "net/stub.h"
#include "tests/splits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
files(struct slice text)
{
	struct dns_list list = { 0 };
	struct stub s;

	stub_config(&s, text);
	assert(s.server.n > 0 && s.server.n <= STUB_SERVERS_MAX);
	assert(s.attempts > 0 && s.timeout > 0 && s.ndots >= 0);
	stub_hosts(text, SLICE("a"), &list);
	assert(list.n <= DNS_ADDRS_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = { (const char *)data, size };
	struct slice name = slice_cut(&in, '\n');
	struct dns_list list = { 0 };
	char q[DNSMSG_MAX], *msg;
	size_t n = dnsmsg_ask(q, name, size % 2 ? DNSMSG_A : DNSMSG_AAAA, 1);

	files(in);
	if (n == 0)
		return 0;
	assert(n <= sizeof(q));
	msg = exact(in);
	if (dnsmsg_read((struct slice){ msg, in.n }, (struct slice){ q, n },
	    &list) != DNSMSG_ANSWER)
		assert(list.n == 0);
	assert(list.n <= in.n / 16);
	free(msg);
	return 0;
}
