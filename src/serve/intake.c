#include "serve/intake.h"

#define CONTINUE "HTTP/1.1 100 Continue\r\n\r\n"

/* What a worker keeps of its body between requests. */
#define BODY_KEPT ((size_t)64 << 10)

void
intake_start(struct intake *in)
{
	in->deadline = env_mono(in->env) + HEAD_TIME;
	in->begun = MSEC_NONE;
}

static enum intake_ev
refuse(struct intake *in, int status, const char *why)
{
	in->status = status;
	(void)str_printf(in->why, sizeof(in->why), "%s", why);
	return INTAKE_BAD;
}

static enum intake_ev
too_large(struct intake *in)
{
	in->status = 413;
	(void)str_printf(in->why, sizeof(in->why), "the content is larger "
	    "than the %zu bytes that bide proxy takes (--max-body)",
	    in->body.max);
	return INTAKE_BAD;
}

/* More bytes for the parser.  INTAKE_HEAD: they are there. */
static enum intake_ev
fill(struct intake *in)
{
	struct fault f;
	ssize_t n = in->conn->ops->read(in->conn, in->bytes, INTAKE_SIZE,
	    in->deadline, &f);

	if (n > 0) {
		in->rest = (struct slice){ in->bytes, (size_t)n };
		return INTAKE_HEAD;
	}
	/* a client that connected ahead and never asked gets no answer */
	if (n == 0 || f.class != F_TIMEOUT || in->q.got == 0)
		return INTAKE_GONE;
	return refuse(in, 408, in->begun == MSEC_NONE ? "the head did not "
	    "arrive in time" : "the content arrives too slowly");
}

/* The content may come. */
static enum intake_ev
begin_body(struct intake *in)
{
	struct slice s = SLICE(CONTINUE);
	struct fault f;

	in->begun = env_mono(in->env);
	in->deadline = in->begun + BODY_TIME;
	if (in->q.length > 0 && (unsigned long long)in->q.length >
	    in->body.max)
		return too_large(in);
	if (in->q.expect && in->rest.n == 0 && in->conn->ops->write(in->conn,
	    &s, in->deadline, &f) < 0)
		return INTAKE_GONE;
	return INTAKE_HEAD;
}

enum intake_ev
intake_next(struct intake *in)
{
	enum intake_ev rc = INTAKE_HEAD;
	struct slice out;

	if (in->q.method.n > 0 && in->begun == MSEC_NONE)
		rc = begin_body(in);
	while (rc == INTAKE_HEAD)
		switch (http_request_push(&in->q, &in->rest, &out)) {
		case HTTP_HEAD:
			return INTAKE_HEAD;
		case HTTP_BODY:
			buf_put(&in->body, out);
			in->deadline = in->begun + BODY_TIME +
			    (msec)(in->body.n / BODY_RATE) * 1000;
			if (in->body.full)
				rc = too_large(in);
			break;
		case HTTP_END:
			return INTAKE_DONE;
		case HTTP_BAD:
			return refuse(in, in->q.status, in->q.why);
		case HTTP_MORE:
			rc = fill(in);
			break;
		}
	return rc;
}

void
intake_end(struct intake *in)
{
	http_request_free(&in->q);
	if (in->body.cap > BODY_KEPT)
		buf_free(&in->body);
	buf_clear(&in->body);
}
