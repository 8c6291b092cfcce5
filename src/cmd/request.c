#include "cmd/request.h"

#include "api/adapt.h"
#include "cmd/secret.h"
#include "core/pipeline.h"

/* Bytes of text to a token, as OpenAI estimates: a broken answer's tokens are
 * not told. */
#define TOKEN_BYTES 4

/* The conversation up to its last question, which is borrowed. */
static void
take_question(struct plan *p, struct history *h)
{
	(void)talk_end(&h->talk, &p->request);
	p->request.system = h->system;
	p->request.schema = h->schema;
	p->request.tools = h->tools;
	p->request.max_tokens = p->most;
}

void
request_body(struct plan *p)
{
	struct request r = p->request;
	struct adapted a = { 0 };

	buf_clear(&p->body);
	adapt(&a, &r, p->provider.dialect->event == dialect_chat.event);
	p->provider.dialect->encode(&r, &p->body);
	adapt_free(&a);
	p->job.exchange.body = buf_slice(&p->body);
}

void
request_question(struct plan *p, struct history *h)
{
	take_question(p, h);
	request_body(p);
}

void
request_rest(struct plan *p, struct history *h, struct slice text)
{
	const struct dialect *d = p->provider.dialect;
	struct message turn = { ROLE_ASSISTANT, &p->last, 1 };
	int64_t tokens = (int64_t)text.n / TOKEN_BYTES;

	take_question(p, h);
	if (p->most > 0)
		p->request.max_tokens = tokens < p->most ? p->most - tokens : 1;
	p->prefilled = !p->no_prefill && d->prefill != NULL &&
	    d->prefill(p->request.model) && slice_trim(text).n > 0;
	if (p->prefilled) {
		/* which may not end with white space (providers.md 3.4) */
		while (slice_trim(slice_sub(text, text.n - 1, 1)).n == 0)
			text.n--;
	} else {
		buf_clear(&p->quote);
		seam_quote(text, &p->quote);
		text = buf_slice(&p->quote);
		turn.role = ROLE_USER;
	}
	p->last = (struct part){ .type = PART_TEXT, .text = text };
	buf_clear(&p->longer);
	buf_put(&p->longer, (struct slice){ (const char *)p->request.messages,
	    p->request.nmessages * sizeof(turn) });
	buf_put(&p->longer, (struct slice){ (const char *)&turn,
	    sizeof(turn) });
	p->request.messages = (const struct message *)(void *)p->longer.p;
	p->request.nmessages++;
	request_body(p);
}

int
request_refuse_prefill(struct plan *p, const struct fault *f)
{
	if (!p->prefilled || f->class != F_REQUEST || f->status != 400)
		return 0;
	p->no_prefill = 1;
	return 1;
}

/* Whether f refuses what only this provider understands. */
static int
is_disowned(const struct fault *f)
{
	/* Gateways turn a 400 into a 422 or a 5xx.  OpenAI: "Item with id
	 * 'rs_...' not found. Items are not persisted when `store` is set to
	 * false." */
	static const struct {
		int from, to;
		char word[18];
	} refusals[] = {
		{ 400, 599, "signature" }, { 400, 599, "encrypted content" },
		{ 400, 599, "persisted" }, { 400, 599, "redacted_thinking" },
		{ 400, 499, "encrypted" },
		{ 400, 499, "thinking" }, { 400, 499, "reasoning" },
		{ 400, 499, "extra_content" }, { 400, 499, "item with" },
		{ 404, 404, "item" },
	};
	size_t i;

	if (f->class != F_REQUEST && f->class != F_NOT_FOUND &&
	    f->class != F_SERVER && f->class != F_OVERLOAD)
		return 0;
	for (i = 0; i < COUNT(refusals); i++)
		if (f->status >= refusals[i].from &&
		    f->status <= refusals[i].to &&
		    (slice_ifind(slice_str(f->text), refusals[i].word) >= 0 ||
		    slice_ifind(slice_str(f->name), refusals[i].word) >= 0))
			return 1;
	return 0;
}

int
request_disown(struct plan *p, struct history *h, const struct fault *f)
{
	if (!is_disowned(f) || !talk_disown(&h->talk))
		return 0;
	/* Anthropic wants the blocks where a param asks for thinking. */
	p->request.quirks |= QUIRK_NO_THINKING;
	request_question(p, h);
	return 1;
}

int
request_unasked(struct plan *p, const struct fault *f)
{
	struct buf was = { 0 };
	int changed = 0;

	if (f->class != F_REQUEST && f->class != F_CONTEXT)
		return 0;
	buf_put(&was, buf_slice(&p->body));
	/* until it is something that this dialect writes */
	while (!changed && request_amend(&p->request, slice_str(f->text))) {
		request_body(p);
		changed = !slice_eq(buf_slice(&was), buf_slice(&p->body));
	}
	buf_free(&was);
	return changed;
}

void
request_print(const struct plan *p, struct buf *out)
{
	const char *auth = plan_auth(p);
	struct slice rest = buf_slice(&p->fields), line, name;
	struct json_out w = { .out = out };

	buf_printf(out, "POST %s://", p->job.to.url.https ? "https" : "http");
	url_host(&p->job.to.url, out);
	secret_put_url(out, buf_slice(&p->path));
	buf_printf(out, "\nContent-Type: application/json\nAccept: %s\n",
	    p->job.dialect->encode == NULL ? "application/json" :
	    "text/event-stream");
	while (rest.n > 0) {
		line = slice_trim(slice_cut(&rest, '\n'));
		name = slice_cut(&line, ':');
		buf_put(out, name);
		if (secret_field(p->own, name) ||
		    (auth != NULL && slice_ieq(name, slice_str(auth))))
			line = SLICE(" ***");
		buf_printf(out, ":%.*s\n", SLICE_FMT(line));
	}
	buf_putc(out, '\n');
	(void)json_line(&w, buf_slice(&p->body));
	buf_putc(out, '\n');
}
