#ifndef CMD_FLEET_H
#define CMD_FLEET_H

/* --limits: the Redis server where the processes of several hosts share their
 * limits. */

#include "cmd/opts.h"
#include "limit/server.h"
#include "net/trust.h"

struct fleet {
	struct server_at at;
	struct trust trust;
	struct server *server;
};

/*
 * Connects to the server of --limits, if it is given, and sets o->fleet.  0,
 * also if the server is away, as has been said then; or, after a message, 64
 * for a malformed URL on the command line, 76 if it is no such server or its
 * certificate is not acceptable, 78 if it refuses the password, commands or
 * keys.
 */
int fleet_open(struct opts *o, const struct env *env);

/* Ends the connection; harmless if there is none. */
void fleet_close(struct opts *o);

#endif
