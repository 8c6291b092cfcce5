#include "cmd/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cmd/exits.h"
#include "cmd/target.h"
#include "cmd/version.h"

/* -- the key --------------------------------------------------------------- */

static int
bad_key(struct slice key)
{
	size_t i;

	for (i = 0; i < key.n; i++)
		if (key.p[i] <= 0x20 || key.p[i] == 0x7f)
			return 1;
	return 0;
}

static int
set_key(struct plan *p, struct slice raw, const char *where,
    struct complaint *c)
{
	struct slice key = slice_trim(raw);

	if (key.n == 0)
		return complain(c, EXIT_CONFIG, "%s: contains no key", where);
	if (bad_key(key))
		return complain(c, EXIT_CONFIG, "%s: blanks or control "
		    "characters in the key", where);
	if (secret_set(&p->key, key) < 0)
		return complain(c, EXIT_CONFIG, "%s: too long for a key",
		    where);
	return 0;
}

static int
key_from_file(struct plan *p, const char *path, struct complaint *c)
{
	struct buf text = { .max = 16384 };
	int rc;

	rc = file_read(path, &text) < 0 ?
	    complain(c, EXIT_CONFIG, "%s: %s", path, strerror(errno)) :
	    set_key(p, buf_slice(&text), path, c);
	buf_wipe(&text);
	return rc;
}

static int
find_key(struct plan *p, const struct opts *o, struct complaint *c)
{
	const char *const *vars = p->provider.key_env, *value;
	size_t i;

	if (o->key_file != NULL)
		return key_from_file(p, o->key_file, c);
	for (i = 0; i < 2 && vars[i] != NULL; i++) {
		value = getenv(vars[i]);
		if (value != NULL && *value != '\0')
			return set_key(p, slice_str(value), vars[i], c);
	}
	if (p->provider.key_optional || o->dry_run)
		return 0;
	return complain(c, EXIT_CONFIG, "no key for %s: set %s, or name a "
	    "file with --key-file", p->provider.name, vars[0]);
}

/* -- header fields --------------------------------------------------------- */

/* "Name: value" lines; what could end the line early is left out. */
static void
put_field(struct buf *b, const char *name, struct slice value)
{
	size_t i;

	buf_printf(b, "%s: ", name);
	for (i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] >= 0x20 || value.p[i] == '\t')
			buf_putc(b, value.p[i]);
	buf_puts(b, "\r\n");
}

static void
put_variable(struct buf *b, const char *name, const char *var)
{
	const char *value = getenv(var);

	if (value != NULL && *value != '\0')
		put_field(b, name, slice_str(value));
}

static void
put_own_headers(struct plan *p, const struct own_provider *own)
{
	size_t i;

	for (i = 0; i < own->nheaders; i++) {
		buf_puts(&p->fields, own->header[i]);
		buf_puts(&p->fields, "\r\n");
	}
}

/* The field that holds the key; NULL: Authorization. */
static const char *
auth_of(const struct plan *p)
{
	return p->provider.auth != NULL ? p->provider.auth :
	    p->provider.dialect->auth;
}

static void
make_fields(struct plan *p, const struct own_provider *own)
{
	const struct dialect *d = p->provider.dialect;
	struct slice key = secret_slice(&p->key);

	put_field(&p->fields, "User-Agent", SLICE("bide/" BIDE_VERSION));
	buf_puts(&p->fields, d->fields != NULL ? d->fields : "");
	if (key.n > 0 && auth_of(p) != NULL) {
		put_field(&p->fields, auth_of(p), key);
	} else if (key.n > 0) {
		buf_puts(&p->fields, "Authorization: Bearer ");
		buf_put(&p->fields, key);
		buf_puts(&p->fields, "\r\n");
	}
	if (p->provider.base_env != NULL &&
	    strcmp(p->provider.base_env, "OPENAI_BASE_URL") == 0) {
		put_variable(&p->fields, "OpenAI-Organization",
		    "OPENAI_ORG_ID");
		put_variable(&p->fields, "OpenAI-Project",
		    "OPENAI_PROJECT_ID");
	}
	if (own != NULL)
		put_own_headers(p, own);
}

/* -- the body -------------------------------------------------------------- */

static int
keeps_runs(const struct plan *p)
{
	return p->provider.dialect == &dialect_responses;
}

static void
make_request(struct plan *p, const struct opts *o)
{
	p->request = (struct request){
		.model = slice_str(p->model),
		.max_tokens = o->max_tokens,
		.temperature = slice_str(o->temperature),
		.effort = slice_str(o->effort),
		.params = o->params, .nparams = o->nparams,
		.quirks = p->provider.quirks,
		.background = o->background && keeps_runs(p),
	};
}

/* -- the job --------------------------------------------------------------- */

static int
open_trust(struct plan *p, const struct opts *o, struct complaint *c)
{
	struct fault f;

	if (o->dry_run || !(p->job.to.url.https ||
	    (p->job.to.proxy != NULL && p->job.to.proxy->https)))
		return 0;
	if (trust_open(&p->trust, o->cacert, getenv("SSL_CERT_FILE"),
	    getenv("SSL_CERT_DIR"), &f) < 0)
		return complain(c, EXIT_CONFIG, "%s", f.text);
	p->job.to.trust = &p->trust;
	return 0;
}

static void
make_job(struct plan *p, const struct opts *o)
{
	struct job *j = &p->job;

	j->dialect = p->provider.dialect;
	j->exchange = (struct exchange){ "POST", buf_slice(&p->path),
	    buf_slice(&p->fields), { 0 } };
	j->limit = (struct deadlines){ o->connect, o->first_byte, o->idle,
	    MSEC_MAX };
}

int
plan_make(struct plan *p, const struct opts *o, struct complaint *c)
{
	const struct own_provider *own = NULL;

	memset(p, 0, sizeof(*p));
	if (target_provider(p, o, &own, c) < 0 || target_url(p, o, c) < 0 ||
	    target_proxy(p, c) < 0 || open_trust(p, o, c) < 0 ||
	    find_key(p, o, c) < 0)
		return -1;
	make_request(p, o);
	make_fields(p, own);
	make_job(p, o);
	return 0;
}

static void
take_question(struct plan *p, struct history *h)
{
	(void)talk_end(&h->talk, &p->request);
	p->request.system = h->system;
	p->request.schema = h->schema;
	p->request.tools = h->tools;
}

void
plan_body(struct plan *p)
{
	buf_clear(&p->body);
	p->provider.dialect->encode(&p->request, &p->body);
	p->job.exchange.body = buf_slice(&p->body);
}

void
plan_encode(struct plan *p, struct history *h)
{
	take_question(p, h);
	plan_body(p);
}

/* One turn more than the conversation has. */
static void
add_turn(struct plan *p, enum role role, struct slice text)
{
	struct message turn = { role, &p->last, 1 };

	p->last = (struct part){ .type = PART_TEXT, .text = text };
	buf_clear(&p->longer);
	buf_put(&p->longer, (struct slice){ (const char *)p->request.messages,
	    p->request.nmessages * sizeof(turn) });
	buf_put(&p->longer, (struct slice){ (const char *)&turn,
	    sizeof(turn) });
	p->request.messages = (const struct message *)(void *)p->longer.p;
	p->request.nmessages++;
}

/* An assistant's last turn may not end with white space (providers.md 3.4). */
static struct slice
without_end_blanks(struct slice s)
{
	while (s.n > 0 && slice_trim(slice_sub(s, s.n - 1, 1)).n == 0)
		s.n--;
	return s;
}

void
plan_continue(struct plan *p, struct history *h, struct slice text)
{
	const struct dialect *d = p->provider.dialect;

	take_question(p, h);
	p->prefilled = !p->no_prefill && d->prefill != NULL &&
	    d->prefill(p->request.model) && slice_trim(text).n > 0;
	if (p->prefilled) {
		add_turn(p, ROLE_ASSISTANT, without_end_blanks(text));
	} else {
		buf_clear(&p->quote);
		buf_puts(&p->quote, "The connection broke while you answered. "
		    "Between the lines of dashes is what has arrived of your "
		    "answer. Go on exactly where it stops: repeat nothing of "
		    "it, and say nothing about the interruption.\n-----\n");
		buf_put(&p->quote, text);
		buf_puts(&p->quote, "\n-----");
		add_turn(p, ROLE_USER, buf_slice(&p->quote));
	}
	plan_body(p);
}

int
plan_refused(struct plan *p, const struct fault *f)
{
	if (!p->prefilled || f->class != F_REQUEST || f->status != 400)
		return 0;
	p->no_prefill = 1;
	return 1;
}

/* Fields that hold a key, ours or one of the user's own providers. */
static int
hides(const struct plan *p, struct slice name)
{
	const char *auth = auth_of(p);

	return slice_ieq(name, SLICE("Authorization")) ||
	    slice_ifind(name, "key") >= 0 || slice_ifind(name, "token") >= 0 ||
	    (auth != NULL && slice_ieq(name, slice_str(auth)));
}

void
plan_print(const struct plan *p, struct buf *out)
{
	struct slice rest = buf_slice(&p->fields), line, name;

	buf_printf(out, "POST %s://", p->job.to.url.https ? "https" : "http");
	url_host(&p->job.to.url, out);
	buf_put(out, buf_slice(&p->path));
	buf_puts(out, "\nContent-Type: application/json\n"
	    "Accept: text/event-stream\n");
	while (rest.n > 0) {
		line = slice_trim(slice_cut(&rest, '\n'));
		name = slice_cut(&line, ':');
		buf_put(out, name);
		buf_puts(out, ":");
		buf_put(out, hides(p, name) ? SLICE(" ***") : line);
		buf_putc(out, '\n');
	}
	buf_putc(out, '\n');
	buf_put(out, buf_slice(&p->body));
	buf_putc(out, '\n');
}

void
plan_free(struct plan *p)
{
	job_close(&p->job);
	secret_drop(&p->key);
	limit_close(&p->pace.limit);
	buf_wipe(&p->fields);
	buf_wipe(&p->proxy_text);
	buf_free(&p->base);
	buf_free(&p->path);
	buf_free(&p->body);
	buf_free(&p->longer);
	buf_free(&p->quote);
}
