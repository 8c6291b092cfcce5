#include "cmd/fleet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cmd/plan.h"
#include "cmd/say.h"

static void
away(const char *why, void *ctx)
{
	const struct opts *o = ctx;

	if (!o->quiet)
		sayf("limits are not shared with other hosts now: %s", why);
}

/* The password, if it is not in the URL. */
static int
find_password(struct opts *o, const struct env *env)
{
	struct fleet *e = o->fleet;
	const char *value = getenv("BIDE_LIMITS_PASSWORD");
	struct buf text = { .max = 16384 };
	int rc = 0;

	if (o->limits_file != NULL) {
		if (file_text(env, o->limits_file, opts_end(o), &text) < 0)
			rc = fail_read(env, "--limits-password-file",
			    o->limits_file);
		else if (secret_set(&e->at.password,
		    slice_trim(buf_slice(&text))) < 0)
			rc = fail(EXIT_CONFIG, "--limits-password-file: %s: "
			    "too long for a password", o->limits_file);
		buf_wipe(&text);
	} else if (value != NULL && secret_set(&e->at.password,
	    slice_str(value)) < 0) {
		rc = fail(EXIT_CONFIG, "BIDE_LIMITS_PASSWORD: too long");
	}
	return rc;
}

static int
connect_to(struct opts *o, const struct env *env)
{
	struct fleet *e = o->fleet;
	struct buf name = { 0 };
	struct fault f;
	int rc;

	e->server = server_open(env, &e->at, away, o);
	rc = server_check(e->server, &f);
	server_name(&e->at, &name);
	buf_putc(&name, '\0');
	if (rc > 0 && f.class == F_CANCEL)
		rc = EXIT_SIGNAL + f.code;
	else if (rc > 0)
		rc = fail(f.class == F_AUTH || f.class == F_PERMISSION ?
		    EXIT_CONFIG : EXIT_PROTOCOL, "--limits: %s: %s", name.p,
		    f.text);
	else if (rc == 0 && o->verbose)
		sayf("limits are shared with other hosts through %s", name.p);
	buf_free(&name);
	return rc < 0 ? 0 : rc;
}

int
fleet_open(struct opts *o, const struct env *env)
{
	int typed = opts_given(o, "limits"), rc = 0;
	struct fleet *e;
	struct fault f;
	const char *why;

	if (o->limits == NULL || o->no_share || o->dry_run)
		return 0;
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		err_oom();
	o->fleet = e;
	why = server_parse(o->limits, &e->at);
	if (why != NULL)
		return fail(typed ? EXIT_USAGE : EXIT_CONFIG, "--limits: %s",
		    why);
	if (e->at.password.n == 0)
		rc = find_password(o, env);
	else if (typed)
		say(SLICE("warning: --limits: other users can see a password "
		    "on the command line; use --limits-password-file"));
	if (rc != 0)
		return rc;
	if (e->at.to.url.https) {
		if (plan_trust(&e->trust, o, &f) < 0)
			return fail(EXIT_CONFIG, "%s", f.text);
		e->at.to.trust = &e->trust;
	}
	return connect_to(o, env);
}

void
fleet_close(struct opts *o)
{
	if (o->fleet == NULL)
		return;
	server_close(o->fleet->server);
	server_wipe(&o->fleet->at);
	free(o->fleet);
	o->fleet = NULL;
}
