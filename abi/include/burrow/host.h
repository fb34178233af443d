// SPDX-License-Identifier: Apache-2.0
//
// What plugins call. The implementer's side is in executor.h and drain.h.
//
// Every function takes the table's own `ctx` first. There is one `ctx` per plugin, so the host
// knows who calls; what a plugin says of itself is never believed. Every function may be called on
// any thread, also inside a call of the host and while the plugin holds its own lock; it never
// blocks and never calls the plugin on this stack. The table is valid until the process ends;
// after `deinit` its functions answer CLOSED. All slots are filled.

#ifndef BURROW_HOST_H
#define BURROW_HOST_H

#include "burrow/completion.h"
#include "burrow/event.h"
#include "burrow/message.h"
#include "burrow/status.h"
#include "burrow/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BURROW_LOG_DEBUG 1
#define BURROW_LOG_INFO 2
#define BURROW_LOG_WARNING 3
#define BURROW_LOG_ERROR 4

// What `cancelled` answers.
#define BURROW_CANCEL_NONE 0
#define BURROW_CANCEL_BOUNDARY 1 // end at the next boundary at which the work can be left in order
#define BURROW_CANCEL_HARD 2     // end now

// An element of a log record's fields.
typedef struct burrow_log_field
{
    burrow_text key;
    burrow_text value;
} burrow_log_field;

// Growable.
typedef struct burrow_host
{
    uint32_t struct_size;
    uint32_t reserved; // 0
    void *ctx;

    // Ends what `token` stands for; the rules are in completion.h. OK; STALE: not this plugin's
    // token, or spent; INVALID: malformed, the token is spent and its work counts as failed.
    // [any & always]
    int32_t (*complete)(void *ctx, burrow_token token, const burrow_completion *completion);

    // Streams progress of the run of `token`; the rules are in event.h. OK; WOULD_BLOCK: nothing was
    // taken, wait for `resume`; CANCELLED: the run is cancelled hard, nothing was taken; CLOSED: the run
    // is over; STALE: not this plugin's token; INVALID, TOO_LARGE: nothing was taken.
    // [any & always]
    int32_t (*emit)(void *ctx, burrow_token token, const burrow_event *event);

    // The cancel level of what `token` stands for: BURROW_CANCEL_*, or STALE. Levels only rise.
    // Store the token where `cancel` finds it, then ask: a cancel that came in between was not lost.
    // [any & always]
    int32_t (*cancelled)(void *ctx, burrow_token token);

    // Hands in a message from a drain; the rules are in message.h. OK: taken, `settled` follows.
    // WOULD_BLOCK: nothing was taken and no credit spent; a `ready` follows. CLOSED; STALE; INVALID;
    // TOO_LARGE.
    // [any & always]
    int32_t (*submit)(void *ctx, burrow_inbox inbox, const burrow_message *message);

    // Writes one log record. The host adds time, plugin and, for a `scope` that is a token or an instance of
    // the caller, session and run; 0 is the plugin. `fields` is an array of burrow_log_field, or null.
    // OK; WOULD_BLOCK: over the rate, dropped and counted.
    // [any & always]
    int32_t (*log)(void *ctx, uint64_t scope, int32_t level, const burrow_text *message,
                   const burrow_array *fields);

    // The clock of all deadlines: monotonic nanoseconds, never 0.
    // [any & always]
    int64_t (*now)(void *ctx);

    // The host's table of an extension, static, or null. `scope` is an instance of the caller, or 0.
    // [any & always]
    const void *(*get_extension)(void *ctx, uint64_t scope, const burrow_text *id);
} burrow_host;

#ifdef __cplusplus
}
#endif

#endif
