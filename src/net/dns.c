#include "net/dns.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <string.h>

#include "net/resolver.h"
#include "wire/ip.h"

socklen_t
dns_addr_size(const struct dns_addr *a)
{
	return a->u.any.sa_family == AF_INET6 ? sizeof(a->u.v6) :
	    sizeof(a->u.v4);
}

void
dns_add(struct dns_list *list, int family, const void *ip, uint32_t scope)
{
	struct dns_addr *a = &list->addr[list->n];

	if (list->n == DNS_ADDRS_MAX)
		return;
	list->n++;
	memset(a, 0, sizeof(*a));
	a->u.any.sa_family = (sa_family_t)family;
	if (family == AF_INET) {
		memcpy(&a->u.v4.sin_addr, ip, 4);
	} else {
		memcpy(&a->u.v6.sin6_addr, ip, 16);
		a->u.v6.sin6_scope_id = scope;
	}
}

static uint32_t
scope_of(struct slice zone)
{
	long long n = slice_dec(zone, UINT32_MAX);
	char name[IF_NAMESIZE];

	slice_copy(zone, name, sizeof(name));
	return n >= 0 ? (uint32_t)n : if_nametoindex(name);
}

int
dns_parse(struct dns_list *list, struct slice text)
{
	struct slice zone = text, ip = slice_cut(&zone, '%');
	unsigned char bytes[16];
	size_t n = ip_parse(ip, bytes), before = list->n;

	if (n == 4 && ip.n == text.n)
		dns_add(list, AF_INET, bytes, 0);
	else if (n == 16)
		dns_add(list, AF_INET6, bytes,
		    zone.n > 0 ? scope_of(zone) : 0);
	return list->n > before ? 0 : -1;
}

/* RFC 6761 6.3: localhost and all below it is the loopback, whatever a name
 * server says and even where a container has no /etc/hosts. */
static int
is_localhost(struct slice s)
{
	struct slice want = SLICE("localhost");

	if (s.n < want.n ||
	    !slice_ieq(slice_sub(s, s.n - want.n, want.n), want))
		return 0;
	return s.n == want.n || s.p[s.n - want.n - 1] == '.';
}

static int
known(struct slice name, struct dns_list *list)
{
	if (is_localhost(name)) {
		(void)dns_parse(list, SLICE("::1"));
		(void)dns_parse(list, SLICE("127.0.0.1"));
	} else {
		(void)dns_parse(list, name);
	}
	return list->n > 0;
}

int
dns_no_address(const char *name, int gai, int sys, struct fault *f)
{
	const char *why = "name server will not tell";

	if (gai == 0 || gai == EAI_NONAME)
		why = "no such name, or no address for it";
	else if (gai == EAI_AGAIN)
		why = "name server failed or did not answer, try again later";
	else if (gai == EAI_SYSTEM)
		why = strerror(sys);
	fault_set(f, F_DNS, 1, "%s: name does not resolve (%s)", name, why);
	f->code = gai;
	return -1;
}

void
dns_set_port(struct dns_list *list, int port)
{
	struct dns_addr *a;

	for (a = list->addr; a < list->addr + list->n; a++)
		if (a->u.any.sa_family == AF_INET6)
			a->u.v6.sin6_port = htons((uint16_t)port);
		else
			a->u.v4.sin_port = htons((uint16_t)port);
}

int
dns_resolve(const struct env *env, struct slice host, int port, msec deadline,
    struct dns_list *out, struct fault *f)
{
	char name[DNS_NAME_MAX + 1];
	int rc = 0;

	out->n = 0;
	if (host.n > DNS_NAME_MAX)
		return fault_set(f, F_DNS, 0, "%.40s...: host name too long",
		    host.p);
	slice_copy(host, name, sizeof(name));
	if (!known(host, out))
		rc = resolver_lookup(env, name, deadline, out, f);
	if (rc >= 0)
		dns_set_port(out, port);
	return rc;
}
