#include "net/trust.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "net/cert.h"
#include "net/pem.h"
#include "wire/b64.h"

#ifdef EMBED_CA
#include EMBED_CA	/* static const char embed_ca[]: PEM */
#endif

#define FILE_MAX ((size_t)16 << 20)
#define HEAD_MAX 768		/* base64 that mostly reaches the subject */

static const char *const usual_files[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/usr/local/share/certs/ca-root-nss.crt",
};
static const char usual_dir[] = "/etc/ssl/certs";

struct search {
	const struct slice *subject;
	size_t n;
	struct trust_sink *sink;	/* NULL: only count */
	size_t seen;			/* certificates looked at */
	struct buf der;
};

/* The first lines of a block, as many as HEAD_MAX holds: whole lines are
 * whole groups of four in every file but the odd one. */
static struct slice
first_lines(struct slice base64)
{
	struct slice head = slice_sub(base64, 0, HEAD_MAX);

	while (head.n > 0 && head.n < base64.n && head.p[head.n - 1] != '\n')
		head.n--;
	return head;
}

static int
decode(struct search *s, struct slice base64)
{
	buf_clear(&s->der);
	return b64_take(base64, &s->der);
}

static int
subject_of(struct search *s, struct slice base64, struct slice *subject)
{
	if (decode(s, first_lines(base64)) == 0 &&
	    cert_subject(buf_slice(&s->der), subject) == 0)
		return 0;
	if (decode(s, base64) < 0)
		return -1;
	return cert_subject(buf_slice(&s->der), subject);
}

static int
wanted(const struct search *s, struct slice subject)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (slice_eq(s->subject[i], subject))
			return 1;
	return 0;
}

static void
scan_text(struct search *s, struct slice text)
{
	struct slice base64, subject;

	while (pem_next(&text, &base64)) {
		s->seen++;
		if (s->sink == NULL)
			return;
		if (subject_of(s, base64, &subject) == 0 &&
		    wanted(s, subject) && decode(s, base64) == 0)
			s->sink->found(s->sink, buf_slice(&s->der));
	}
}

static int
scan_file(struct search *s, const char *path)
{
	struct buf text = { .max = FILE_MAX };
	int rc = file_take(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK),
	    &text);

	if (rc == 0)
		scan_text(s, buf_slice(&text));
	buf_free(&text);
	return rc;
}

/* The names that c_rehash gives: links to the others in most places, all
 * there is in some. */
static int
hash_name(const char *name)
{
	return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' &&
	    strspn(name + 9, "0123456789") == strlen(name + 9);
}

/* 0, or -1 with errno when the directory cannot be opened. */
static int
scan_names(struct search *s, struct slice dir, int hashed)
{
	struct dirent *e;
	char path[4096];
	DIR *d;

	slice_copy(dir, path, sizeof(path));
	d = opendir(path);
	if (d == NULL)
		return -1;
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.' || hash_name(e->d_name) != hashed)
			continue;
		if (str_printf(path, sizeof(path), "%.*s/%s", SLICE_FMT(dir),
		    e->d_name) == 0)
			(void)scan_file(s, path);
	}
	(void)closedir(d);
	return 0;
}

static int
scan_dir(struct search *s, struct slice dir)
{
	size_t before = s->seen;
	int rc = scan_names(s, dir, 0);

	if (rc == 0 && s->seen == before)
		rc = scan_names(s, dir, 1);
	return rc;
}

/* One of a list of directories is enough. */
static int
scan_dirs(struct search *s, const char *dirs)
{
	struct slice list = slice_str(dirs), dir;
	int rc = -1;

	while (list.n > 0) {
		dir = slice_cut(&list, ':');
		if (dir.n > 0 && scan_dir(s, dir) == 0)
			rc = 0;
	}
	return rc;
}

static int
unreadable(struct fault *f, const char *path, const char *why)
{
	return fault_set(f, F_CERT, 0, "cannot read trust store %s: %s", path,
	    why);
}

static int
scan(const struct trust *t, struct search *s, struct fault *f)
{
#ifdef EMBED_CA
	if (t->built_in)
		scan_text(s, (struct slice){ embed_ca, sizeof(embed_ca) });
#endif
	if (t->file != NULL && scan_file(s, t->file) < 0)
		return unreadable(f, t->file, strerror(errno));
	if (t->dir != NULL && scan_dirs(s, t->dir) < 0)
		return unreadable(f, t->dir, strerror(errno));
	if (s->seen == 0)
		return unreadable(f, t->file != NULL ? t->file :
		    t->dir != NULL ? t->dir : "(built in)",
		    "there is no PEM certificate in it");
	return 0;
}

int
trust_find(const struct trust *t, const struct slice *subject, size_t n,
    struct trust_sink *sink, struct fault *f)
{
	struct search s = { .subject = subject, .n = n, .sink = sink };
	int rc = scan(t, &s, f);

	buf_free(&s.der);
	return rc;
}

static int
given(const char *s)
{
	return s != NULL && s[0] != '\0';
}

static int
is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Whether there is at least one certificate in it. */
static int
check(const struct trust *t, struct fault *f)
{
	struct search s = { 0 };

	return scan(t, &s, f);
}

static int
usual(struct trust *t, struct fault *f)
{
	size_t i;

	for (i = 0; i < sizeof(usual_files) / sizeof(usual_files[0]); i++) {
		*t = (struct trust){ .file = usual_files[i] };
		if (check(t, f) == 0)
			return 0;
	}
	*t = (struct trust){ .dir = usual_dir };
	if (check(t, f) == 0)
		return 0;
#ifdef EMBED_CA
	*t = (struct trust){ .built_in = 1 };
	return 0;
#else
	*t = (struct trust){ 0 };
	return fault_set(f, F_CERT, 0, "no trust store on this system; "
	    "name one with --cacert FILE or SSL_CERT_FILE");
#endif
}

int
trust_open(struct trust *t, const char *cacert, const char *cert_file,
    const char *cert_dir, struct fault *f)
{
	*t = (struct trust){ 0 };
	if (given(cacert)) {
		if (is_dir(cacert))
			t->dir = cacert;
		else
			t->file = cacert;
	} else {
		t->file = given(cert_file) ? cert_file : NULL;
		t->dir = given(cert_dir) ? cert_dir : NULL;
	}
	if (t->file == NULL && t->dir == NULL)
		return usual(t, f);
	return check(t, f);
}
