#include "cmd/near.h"

#define NAME_MAX_LEN 24

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static int
least(int a, int b)
{
	return a < b ? a : b;
}

int
near_edits(struct slice word, const char *name)
{
	/* The optimal string alignment distance: at[i][j] is that of the first
	 * i letters of the word from the first j of the name. */
	int at[NAME_MAX_LEN + 1][NAME_MAX_LEN + 1];
	size_t n = strlen(name), i, j;
	int same;

	if (word.n > NAME_MAX_LEN || n > NAME_MAX_LEN)
		return -1;
	for (i = 0; i <= word.n; i++) {
		for (j = 0; j <= n; j++) {
			if (i == 0 || j == 0) {
				at[i][j] = (int)(i + j);
				continue;
			}
			same = lower(word.p[i - 1]) == lower(name[j - 1]);
			at[i][j] = least(at[i - 1][j - 1] + !same,
			    least(at[i - 1][j], at[i][j - 1]) + 1);
			if (i > 1 && j > 1 && !same &&
			    lower(word.p[i - 1]) == lower(name[j - 2]) &&
			    lower(word.p[i - 2]) == lower(name[j - 1]))
				at[i][j] = least(at[i][j],
				    at[i - 2][j - 2] + 1);
		}
	}
	return at[word.n][n] <= (n > 4 ? 2 : 1) ? at[word.n][n] : -1;
}
