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
#define HEAD_MAX 768		/* base64 that usually reaches the subject */

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
	struct buf *found;		/* NULL: only count */
	size_t seen;			/* certificates */
	struct buf der;
};

/* Reads the subject of a certificate, from its first lines if possible: whole
 * lines are whole groups of four, except in odd files. */
static int
subject_of(struct search *s, struct slice base64, struct slice *subject)
{
	struct slice head = slice_sub(base64, 0, HEAD_MAX);

	while (head.n > 0 && head.n < base64.n && head.p[head.n - 1] != '\n')
		head.n--;
	buf_clear(&s->der);
	if (b64_take(head, &s->der) == 0 &&
	    cert_subject(buf_slice(&s->der), subject) == 0)
		return 0;
	buf_clear(&s->der);
	return b64_take(base64, &s->der) < 0 ? -1 :
	    cert_subject(buf_slice(&s->der), subject);
}

static void
scan_text(struct search *s, struct slice text)
{
	struct slice base64, subject, in;
	struct der e;
	size_t i;

	while (pem_next(&text, &base64)) {
		s->seen++;
		if (s->found == NULL)
			return;
		if (subject_of(s, base64, &subject) < 0)
			continue;
		for (i = 0; i < s->n; i++)
			if (slice_eq(s->subject[i], subject))
				break;
		if (i == s->n)
			continue;
		buf_clear(&s->der);
		if (b64_take(base64, &s->der) < 0)
			continue;
		in = buf_slice(&s->der);
		if (der_next(&in, &e) == 1 && in.n == 0)
			buf_put(s->found, e.whole);
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

/* Scans the files of a directory: those named by c_rehash if hashed, else the
 * others.  0, or -1 with errno when it cannot be opened. */
static int
scan_names(struct search *s, struct slice dir, int hashed)
{
	struct dirent *e;
	const char *name;
	char path[4096];
	DIR *d;

	slice_copy(dir, path, sizeof(path));
	d = opendir(path);
	if (d == NULL)
		return -1;
	while ((e = readdir(d)) != NULL) {
		name = e->d_name;
		if (name[0] == '.' || hashed !=
		    (strspn(name, "0123456789abcdef") == 8 && name[8] == '.' &&
		    strspn(name + 9, "0123456789") == strlen(name + 9)))
			continue;
		if (str_printf(path, sizeof(path), "%.*s/%s", SLICE_FMT(dir),
		    name) == 0)
			(void)scan_file(s, path);
	}
	(void)closedir(d);
	return 0;
}

/* One readable directory in the list is enough.  Hashed names are mostly links
 * to the other files of a directory, sometimes all that it has. */
static int
scan_dirs(struct search *s, const char *dirs)
{
	struct slice list = slice_str(dirs), dir;
	size_t before;
	int rc = -1;

	while (list.n > 0) {
		dir = slice_cut(&list, ':');
		before = s->seen;
		if (dir.n == 0 || scan_names(s, dir, 0) < 0)
			continue;
		rc = 0;
		if (s->seen == before)
			(void)scan_names(s, dir, 1);
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
    struct buf *der, struct fault *f)
{
	struct search s = { .subject = subject, .n = n, .found = der };
	int rc = scan(t, &s, f);

	buf_free(&s.der);
	return rc;
}

static int
given(const char *s)
{
	return s != NULL && s[0] != '\0';
}

/* 0 when the store holds a certificate, else -1 with *f. */
static int
check(const struct trust *t, struct fault *f)
{
	struct search s = { 0 };

	return scan(t, &s, f);
}

int
trust_open(struct trust *t, const char *cacert, const char *cert_file,
    const char *cert_dir, struct fault *f)
{
	size_t i, n = COUNT(usual_files);
	struct stat st;

	*t = (struct trust){ 0 };
	if (given(cacert)) {
		if (stat(cacert, &st) == 0 && S_ISDIR(st.st_mode))
			t->dir = cacert;
		else
			t->file = cacert;
	} else {
		t->file = given(cert_file) ? cert_file : NULL;
		t->dir = given(cert_dir) ? cert_dir : NULL;
	}
	if (t->file != NULL || t->dir != NULL)
		return check(t, f);
	for (i = 0; i <= n; i++) {
		*t = (struct trust){ 0 };
		if (i < n)
			t->file = usual_files[i];
		else
			t->dir = usual_dir;
		if (check(t, f) == 0)
			return 0;
	}
#ifdef EMBED_CA
	*t = (struct trust){ .built_in = 1 };
	return 0;
#else
	*t = (struct trust){ 0 };
	return fault_set(f, F_CERT, 0, "no trust store on this system; "
	    "name one with --cacert FILE or SSL_CERT_FILE");
#endif
}
