#ifndef API_TALK_H
#define API_TALK_H

/*
 * Builds a conversation, from a file in the form of Chat Completions and turn
 * by turn.
 *
 * {0} is an empty one.  Everything passed in is borrowed until talk_free(), a
 * file's text too: only what JSON encodes (escapes, base64) is copied.
 * Functions that can fail return NULL or what is wrong, a static text; .at and
 * .name say where.
 */

#include "api/request.h"

struct talk {
	size_t at;		/* message of the file, from 0 */
	struct slice name;	/* ID of the tool call; empty */
	/* private */
	struct buf text;	/* copies; never moves */
	struct buf full;	/* array of earlier .text */
	struct buf messages, parts;
};

/* Makes room for the copies of n bytes of JSON, as they must not move; call it
 * before talk_text().  (A text is never longer than its JSON, and the bytes in
 * base64 are fewer again: twice the JSON holds both.) */
void talk_room(struct talk *t, size_t n);

/* The text of a raw JSON string: raw itself, or a copy if it has escapes. */
struct slice talk_text(struct talk *t, struct slice raw);

/*
 * Appends the messages of a JSON array, or of the member "messages" of an
 * object.
 *
 * Roles are system, developer, user, assistant and tool.  Content is a string
 * or an array of parts: text, input_text, output_text, refusal; image_url and
 * input_image; file and input_file.  Images and files are data: URLs (a file
 * also bare base64), or http(s) URLs, which the server fetches.  Consecutive
 * tool messages become one.  A user's name is dropped: no other dialect has
 * it.
 */
const char *talk_parse(struct talk *t, struct slice doc);

/* talk_turn() appends an empty turn (none if it and the last one are both a
 * tool's), talk_part() appends a part to the last turn. */
void talk_turn(struct talk *t, enum role role);
void talk_part(struct talk *t, const struct part *p);

/* Appends a user's turn: first the attached files, then the prompt, since
 * models read long documents best that way. */
void talk_user(struct talk *t, struct slice prompt, const struct part *files,
    size_t n);

/* Appends the result of the tool call with that ID. */
void talk_result(struct talk *t, struct slice id, struct slice text);

/* The turns so far, unchecked; valid until something is appended. */
struct message *talk_messages(const struct talk *t, size_t *n);

/*
 * Sets the request's messages, which it borrows until something is appended.
 * Gives each result the name of its call.  Fails if the last turn is the
 * assistant's, if a call has no result in the next turn, or a result no call in
 * the one before.
 */
const char *talk_end(struct talk *t, struct request *r);

/*
 * Sets .mate of all calls and results in n messages.  A result belongs to the
 * call of the message before that has its id: with equal ids the kth to the
 * kth, the rest to the last.  *sorted, {0} at first, gets an array of all of
 * them, sorted by id, then by place.  Returns their number.
 */
struct talk_call {
	struct part *part;
	size_t turn;		/* the message where the results are */
};
size_t talk_pair(const struct message *m, size_t n, struct buf *sorted);

/* Removes calls without results and results without calls, each with its whole
 * exchange from question to answer, but not the last question.  For a session
 * that has lost some of its turns. */
void talk_mend(struct talk *t);

/* Removes what only one dialect understands: signatures, and the dialect's
 * name from each PART_OWN.  Returns whether there was any. */
int talk_disown(struct talk *t);

/* Writes n messages as elements of an array in the form that talk_parse()
 * reads, with what servers of the chat dialect want back: reasoning only after
 * the last user's message. */
void talk_put(struct json_out *w, const struct message *m, size_t n);

void talk_free(struct talk *t);

#endif
