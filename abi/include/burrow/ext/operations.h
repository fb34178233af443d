// SPDX-License-Identifier: Apache-2.0
//
// burrow.operations/1: work that outlives the run in which it was begun.
//
// An executor begins an operation, completes its run, and ends the operation later, from any thread. The host
// keeps how it ended, tells those who wait for it, and wakes a session that is at rest with a continuation when
// a background tool has ended; ends that come together are one continuation.
//
// burrow.operations-client/1, the executor's part, is optional: it hears that an operation is to be cancelled.
//
// What an instance has begun belongs to it: when the instance is destroyed, what has not ended is terminated.
// An end counts once it is durable. Every call here only hands the step over; what became of it, `state` says.

#ifndef BURROW_EXT_OPERATIONS_H
#define BURROW_EXT_OPERATIONS_H

#include "burrow/error.h"
#include "burrow/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BURROW_EXT_OPERATIONS "burrow.operations/1"
#define BURROW_EXT_OPERATIONS_CLIENT "burrow.operations-client/1"

// Names an operation towards the host. Never 0, never reused in a process.
typedef uint64_t burrow_operation;

// Kinds.
#define BURROW_OPERATION_MEMBER_CHILD 1    // a member of a group: a peer is expected; wakes nobody
#define BURROW_OPERATION_BACKGROUND_TOOL 2 // its end wakes a session that is at rest
#define BURROW_OPERATION_CAPACITY_SLOT 3   // only holds a place among those that may be under way at once

// Actions. The first four end nothing.
#define BURROW_OPERATION_STARTED 1
#define BURROW_OPERATION_PROGRESS 2   // counted; its text is not kept
#define BURROW_OPERATION_PEER_READY 3 // of a member child, once
#define BURROW_OPERATION_RETIRING 4
#define BURROW_OPERATION_COMPLETE 5 // with a result: text, json or both
#define BURROW_OPERATION_FAIL 6     // error, or text: what went wrong, one sentence
#define BURROW_OPERATION_ABORT 7    // before it was started; text: why
#define BURROW_OPERATION_CANCEL 8   // text: why
#define BURROW_OPERATION_RETIRED 9

// Growable.
typedef struct burrow_operation_begin
{
    uint32_t struct_size;
    int32_t kind;     // BURROW_OPERATION_*
    burrow_text name; // for people; at most 256 bytes, no control characters
    uint64_t cookie;  // the plugin's own number for it, given back in cancel; the host does not read it
} burrow_operation_begin;

// Growable.
typedef struct burrow_operation_update
{
    uint32_t struct_size;
    int32_t action;   // BURROW_OPERATION_*
    burrow_text text; // with json at most 16 KiB
    burrow_text json; // of COMPLETE; not read by the host
    // Of FAIL, or null: its message is what went wrong, and `text` only where it has none. Of an operation that
    // failed the sentence is kept and nothing else.
    const burrow_error *error;
} burrow_operation_update;

// Growable. The host's part: burrow_host.get_extension with an instance as its scope, or 0. `ctx` is
// burrow_host.ctx.
typedef struct burrow_operations_host
{
    uint32_t struct_size;
    uint32_t reserved; // 0

    // Registers an operation of `instance`, which is not started yet. OK: taken, `*operation` names it from
    // now on. STALE: not an instance of this plugin; INVALID; TOO_LARGE; EXHAUSTED: too many names in use.
    // [any & always]
    int32_t (*begin)(void *ctx, burrow_instance instance, const burrow_operation_begin *request,
                     burrow_operation *operation);

    // Hands an action over. Those of one operation are taken in the order of the calls. OK: taken. STALE: the
    // operation has ended, or is not this plugin's; INVALID; TOO_LARGE.
    // [any & always]
    int32_t (*update)(void *ctx, burrow_operation operation, const burrow_operation_update *update);

    // What became of the last action that has an answer. OK: done; WOULD_BLOCK: one is on its way; STALE: it
    // has ended, and that is durable, or it is not this plugin's. Refused, and nothing has changed:
    // BAD_STATE, in the state it is in; BUSY, while its end is being written; EXHAUSTED, more are under way
    // than the session allows; IO, the end could not be made durable: try again; CLOSED, the session takes
    // none now. An operation whose beginning was refused takes no action.
    // [any & always]
    int32_t (*state)(void *ctx, burrow_operation operation);
} burrow_operations_host;

// Growable. The executor's part: burrow_executor_vtable.get_extension. An executor without it has operations
// that end by themselves or with their instance.
typedef struct burrow_operations_client
{
    uint32_t struct_size;
    uint32_t reserved; // 0

    // Somebody asks for the end of an operation of this instance. `mode` is BURROW_CANCEL_BOUNDARY or
    // BURROW_CANCEL_HARD (host.h); unknown = hard. `cookie` is the one that it was begun with: the call may
    // come before `begin` has returned, or when the plugin has just ended the operation. OK: heard; the
    // plugin ends it by `update`, with CANCEL or with whatever has happened. Anything else: it cannot be
    // cancelled, which is what who asked is told. Asked more than once, it is called more than once. It only
    // signals and must not wait; it may call `update` itself.
    // [any & created]
    int32_t (*cancel)(void *self, burrow_operation operation, int32_t mode, uint64_t cookie);
} burrow_operations_client;

#ifdef __cplusplus
}
#endif

#endif
