#include "wire/fence.h"

#include "tests/t.h"

/* A text, and its first and its last block; NULL: there is none. */
static const struct {
	const char *text, *first, *last;
} all[] = {
	{ "", NULL, NULL },
	{ "words `code` and ``` more\n", NULL, NULL },
	{ "```\na\n```\n", "a\n", "a\n" },
	{ "Sure:\n\n```c\nint x;\n```\nand\n~~~\nlast\n~~~\nbye",
	    "int x;\n", "last\n" },
	{ "```\n```", "", "" },
	{ "~~~ sh `x` ~~~\na\n~~~", "a\n", "a\n" },
	{ "``` a`b\nx\n```\ny", "y\n", "y\n" },	/* no info string */
	{ "``\na\n``", NULL, NULL },
	{ "```\r\na\r\n```\r\n", "a\r\n", "a\r\n" },
	/* nesting, by length and by mark */
	{ "````md\n```sh\nls\n```\n````\n", "```sh\nls\n```\n",
	    "```sh\nls\n```\n" },
	{ "~~~\n```\n~~~~\n", "```\n", "```\n" },
	{ "```\n``` x\n`````  \n", "``` x\n", "``` x\n" },
	/* indentation */
	{ "  ```\n  a\n    b\nc\n   ```\n", "a\n  b\nc\n", "a\n  b\nc\n" },
	{ "    ```\n    a\n    ```\n", NULL, NULL },
	{ "\t```\n\ta\n\t```\n", NULL, NULL },
	{ "```\na\n    ```\n```\n", "a\n    ```\n", "a\n    ```\n" },
	{ "  ```\n\ta\n  ```\n", "  a\n", "  a\n" },
	/* until the end */
	{ "```\na\n\nb", "a\n\nb\n", "a\n\nb\n" },
	{ "```\na\n```\n```\nb", "a\n", "b\n" },
	/* in list items and quotes */
	{ "1. Run:\n\n   ```sh\n   ls\n   ```\n2. ```\n   b\n   ```\n",
	    "ls\n", "b\n" },
	{ "- a\n  - b\n\n    ```\n    x\n\n      y\n    ```\n",
	    "x\n\n  y\n", "x\n\n  y\n" },
	{ "10) a\n    ```\n    x\n    ```\n", "x\n", "x\n" },
	{ "-\ta\n\n\t```\n\tx\n\t```\n", "x\n", "x\n" },
	{ "-     ```\n", NULL, NULL },	/* indented code */
	{ "- ```\n  x\ny\n", "x\n", "x\n" },	/* the item ends the block */
	{ "> ```\n> x\n>  y\n> ```\n", "x\n y\n", "x\n y\n" },
	{ "> ```\n> x\ny\n", "x\n", "x\n" },
	{ "> - ~~~\n>   x\n>   ~~~\n", "x\n", "x\n" },
	{ "-a\n12345678901. b\n---\n```\nx\n```\n", "x\n", "x\n" },
};

static void
check(const char *text, enum fence which, const char *want)
{
	struct buf out = { 0 };

	EQ(fence_find(slice_str(text), which, 1, &out),
	    want == NULL ? -1 : 0, text);
	EQS(buf_slice(&out), want == NULL ? "" : want, text);
	buf_free(&out);
}

/* Cut anywhere, an answer gives whole blocks of it or none. */
static void
test_cuts(const char *text, const char *first, const char *last)
{
	struct slice s = slice_str(text);
	struct buf out = { 0 };
	size_t n;
	int rc;

	for (n = 0; n <= s.n; n++) {
		rc = fence_find(slice_sub(s, 0, n), FENCE_LAST, 0, &out);
		OK(rc < 0 ? out.n == 0 : slice_is(buf_slice(&out), first) ||
		    slice_is(buf_slice(&out), last), text);
	}
	buf_free(&out);
}

int
main(void)
{
	struct buf deep = { 0 }, out = { 0 };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		check(all[i].text, FENCE_FIRST, all[i].first);
		check(all[i].text, FENCE_LAST, all[i].last);
	}
	test_cuts(all[3].text, all[3].first, all[3].last);
	test_cuts(all[9].text, all[9].first, all[9].last);
	EQ(fence_find(SLICE("```\na\n```\n```\nb"), FENCE_LAST, 0, &out), 0,
	    "the last one is open");
	EQS(buf_slice(&out), "a\n", "the last one is open");
	for (i = 0; i < 1000; i++)
		buf_puts(&deep, "> ");
	buf_puts(&deep, "```\n");
	EQ(fence_find(buf_slice(&deep), FENCE_FIRST, 1, &out), -1,
	    "nested too deep");
	buf_free(&deep);
	buf_free(&out);
	return DONE();
}
