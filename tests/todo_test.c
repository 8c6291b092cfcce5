/* Which lines of a batch need an answer. */

#include "tests/t.h"

#include <stdlib.h>

#include "state/todo.h"

#define MANY 40000		/* more than are looked up at a time */

static struct todo todo;

static void
fresh(void)
{
	todo_free(&todo);
	todo = (struct todo){ .ids = { .fd = -1 } };
}

static struct slice
name(const char *fmt, int i, unsigned digest)
{
	static char text[64];

	(void)snprintf(text, sizeof(text), fmt, i, digest);
	return slice_str(text);
}

static void
named(void)
{
	int i, bad = 0;

	fresh();
	for (i = 1; i <= MANY; i += 2)
		bad += todo_result(&todo, name("id-%d", i, 0), i % 3 == 0) < 0;
	bad += todo_end(&todo) < 0;
	for (i = 1; i <= MANY; i++)
		bad += todo_line(&todo, name("id-%d", i, 0),
		    (uint64_t)i) < 0;
	bad += todo_end(&todo) < 0;
	EQ(bad, 0, "no failure");
	for (i = 1; i <= MANY; i++)
		bad += todo_wants(&todo, (uint64_t)i) != (i % 2 == 0);
	EQ(bad, 0, "lines without a result are wanted");
	OK(!todo_wants(&todo, MANY + 1), "no others");
	EQ(todo.lines, MANY / 2, "the wanted are counted");
	EQ(todo.done, MANY / 2, "the others, too");
	EQ(todo.failed, (MANY / 2 + 1) / 3, "and those that failed");
	EQ((long long)todo.repeated, 0, "no ID came twice");
	(void)todo_line(&todo, SLICE("id-2"), MANY + 7);
	(void)todo_line(&todo, SLICE("id-1"), MANY + 3);
	(void)todo_line(&todo, SLICE("id-4"), MANY + 5);
	(void)todo_end(&todo);
	EQ((long long)todo.repeated, MANY + 3, "the first that came twice");
	EQ(todo.lines, MANY / 2, "it is not counted");
}

/* Lines of the same text are done as often as there are results. */
static void
implied(void)
{
	static const char fmt[] = "line-%d-%015x";
	int i, bad = 0;

	fresh();
	for (i = 1; i <= MANY; i++)
		bad += todo_result(&todo, name(fmt, i, 7), 0) < 0;
	bad += todo_result(&todo, name(fmt, 5, 8), 1) < 0;
	bad += todo_end(&todo) < 0;
	for (i = 1; i <= MANY + 2; i++)
		bad += todo_line(&todo, name(fmt, i, 7), (uint64_t)i) < 0;
	bad += todo_line(&todo, name(fmt, i, 8), (uint64_t)i) < 0;
	bad += todo_line(&todo, name(fmt, i + 1, 9), (uint64_t)i + 1) < 0;
	bad += todo_end(&todo) < 0;
	EQ(bad, 0, "no failure");
	EQ(todo.done, MANY + 1, "as many are done as have results");
	EQ(todo.lines, 3, "the others are wanted");
	EQ(todo.failed, 1, "one failed");
	OK(!todo_wants(&todo, 1) && !todo_wants(&todo, MANY), "the first ones");
	OK(todo_wants(&todo, MANY + 1) && todo_wants(&todo, MANY + 2),
	    "the last ones of that text");
	OK(!todo_wants(&todo, MANY + 3), "another number, the same text");
	OK(todo_wants(&todo, MANY + 4), "another text");
	EQ((long long)todo.repeated, 0, "they may come again");
	EQ(todo_part(name(fmt, 1, 7), 1000), todo_part(name(fmt, 2, 7), 1000),
	    "the part is that of the text");
}

static void
by_number(void)
{
	fresh();
	(void)todo_result(&todo, SLICE("line-2"), 0);
	(void)todo_result(&todo, SLICE("line-3"), 1);
	(void)todo_end(&todo);
	(void)todo_line(&todo, SLICE("line-1-000000000000001"), 1);
	(void)todo_line(&todo, SLICE("line-2-000000000000002"), 2);
	(void)todo_line(&todo, SLICE("line-3-000000000000003"), 3);
	(void)todo_end(&todo);
	OK(todo_wants(&todo, 1), "no result of that number");
	OK(!todo_wants(&todo, 2) && !todo_wants(&todo, 3),
	    "a result of the number alone");
	EQ(todo.failed, 1, "a failure of the number alone");
}

int
main(void)
{
	named();
	implied();
	by_number();
	todo_free(&todo);
	return DONE();
}
