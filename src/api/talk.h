#ifndef API_TALK_H
#define API_TALK_H

/*
 * A conversation being put together: from a file in the form of Chat
 * Completions, and turn by turn.
 *
 * {0} is an empty one.  What goes in is borrowed until talk_free(): a file's
 * text too, of which only that is copied which stands otherwise in JSON
 * (escapes, base64).  Functions return NULL, or what is wrong as a static
 * text without a verb of ours; .at and .name say where.
 */

#include "api/request.h"

struct talk {
	size_t at;		/* message of the file, from 0 */
	struct slice name;	/* the call that it is about; empty */
	/* private */
	struct buf text;	/* copies; never moves */
	struct buf full;	/* struct buf: earlier ones */
	struct buf messages, parts;
};

/* Room for the copies of what is in n bytes of JSON, which may not move: before
 * talk_text().  (No text is longer than its JSON, and base64 without escapes
 * has at most 3/4 of that in bytes: twice the JSON is enough for both.) */
void talk_room(struct talk *t, size_t n);

/* The text that a raw JSON string stands for: in the room if it has escapes,
 * else in its place. */
struct slice talk_text(struct talk *t, struct slice raw);

/*
 * Appends the messages of a JSON array, or of the member "messages" of an
 * object.
 *
 * Roles are system, developer, user, assistant and tool.  Content is a string
 * or an array of parts: text, input_text, output_text, refusal; image_url and
 * input_image; file and input_file.  Images and files are data: URLs (a file
 * also bare base64), or http(s) URLs, which are left to the server.  tool
 * messages that follow each other become one.  A user's name is dropped: no
 * other dialect has it.
 */
const char *talk_parse(struct talk *t, struct slice doc);

/* Appends a turn, or goes on with the last one when both are a tool's; then a
 * part to the last turn. */
void talk_turn(struct talk *t, enum role role);
void talk_part(struct talk *t, const struct part *p);

/* Appends a user's turn: what is attached, then the prompt, as models read
 * long documents best. */
void talk_user(struct talk *t, struct slice prompt, const struct part *files,
    size_t n);

/* Appends the result of a call; its id says of which. */
void talk_result(struct talk *t, struct slice id, struct slice text);

/* Appends a text of the model. */
void talk_assistant(struct talk *t, struct slice text);

/* The last turn, without its parts; NULL when there is none. */
struct message *talk_last(const struct talk *t);

/* The turns so far, unchecked; valid until something is appended. */
struct message *talk_messages(const struct talk *t, size_t *n);

/*
 * Hands the conversation to the request, which borrows it until something is
 * appended.  An error when the model would not be next, when a call has no
 * result in the turn behind it, and when a result has no call there.
 */
const char *talk_end(struct talk *t, struct request *r);

/* Takes out what such an error is about, question and answer, but for the last
 * question: of a conversation that has lost some of its turns. */
void talk_mend(struct talk *t);

/* Takes away what dialects want back of their own: PART_OWNs and signatures.
 * Whether there was any. */
int talk_disown(struct talk *t);

/* Writes n messages as elements of an array, in the form of Chat Completions,
 * as talk_parse() takes it; parts of a dialect's own are left out. */
void talk_put(struct json_out *w, const struct message *m, size_t n);

void talk_free(struct talk *t);

#endif
