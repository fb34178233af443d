// SPDX-License-Identifier: Apache-2.0
//
// What a drain implements: it brings messages from the outside world into sessions.
//
// Declared now; the hosts of this revision load a drain's table and do not run it yet.
//
// Its life: create, then `run` … completion, as often as the host wants it running, then stop … completion,
// destroy, cleanup … completion. A drain's exit is the completion of its `run`; the host decides whether it
// is stopped or run again. While a run is open the drain submits under credit: `run` brings the first
// credits, each accepted `submit` spends one, `ready` grants more. The rules of completion.h and of
// executor.h hold here too.

#ifndef BURROW_DRAIN_H
#define BURROW_DRAIN_H

#include "burrow/lifecycle.h"
#include "burrow/message.h"
#include "burrow/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BURROW_DRAIN_TIMED 1      // end with IDLE_TIMEOUT after idle_timeout_ns without a message
#define BURROW_DRAIN_ATTACHED 2   // run as long as an executor is attached
#define BURROW_DRAIN_PERSISTENT 3 // run until cancelled; the host runs it again when it fails

#define BURROW_OWNER_UNATTACHED 0
#define BURROW_OWNER_SESSION 1 // owner_id is the session
#define BURROW_OWNER_MOB 2     // owner_id is the session, mob_id its group

// Growable. Borrowed for `run`.
typedef struct burrow_drain_request
{
    uint32_t struct_size;
    int32_t mode; // BURROW_DRAIN_*
    burrow_inbox inbox;
    burrow_text instance_id;
    burrow_text cursor;      // of the last message that is durable, or empty
    int64_t idle_timeout_ns; // -1 = none
    uint32_t credits;
    int32_t owner_kind; // BURROW_OWNER_*
    burrow_text owner_id;
    burrow_text mob_id;
} burrow_drain_request;

#define BURROW_EXIT_IDLE_TIMEOUT 1
#define BURROW_EXIT_DISMISSED 2 // the other side ended it
#define BURROW_EXIT_FAILED 3
#define BURROW_EXIT_ABORTED 4 // cancelled
#define BURROW_EXIT_SHUTDOWN 5

// Growable. Part of the completion of `run`.
typedef struct burrow_drain_result
{
    uint32_t struct_size;
    int32_t reason;     // BURROW_EXIT_*; unknown = failed
    burrow_text cursor; // the drain's own last position, for the log
} burrow_drain_result;

// Growable.
typedef struct burrow_drain_vtable
{
    uint32_t struct_size;
    uint32_t reserved; // 0

    // Required. As an executor's create.
    // [instance & initialised]
    int32_t (*create)(const burrow_create_request *request, void **out_self);

    // Required. Starts to drain; accepted or refused at once, its completion is the drain's exit.
    // [instance & idle]
    int32_t (*run)(void *self, const burrow_drain_request *request, burrow_token token);

    // Required. Grants credit for that many more messages; also the answer to every WOULD_BLOCK of `submit`.
    // [any & created]
    int32_t (*ready)(void *self, uint32_t credits);

    // Required. Tells what became of a message. Also comes for messages of a run that is over.
    // [any & created]
    int32_t (*settled)(void *self, const burrow_settlement *settlement);

    // Optional. Ends the run of request->token: it completes. The rules of an executor's cancel.
    // [any & created]
    int32_t (*cancel)(void *self, const burrow_cancel_request *request);

    // Optional. As an executor's stop; comes only after the run has completed.
    // [instance & idle]
    int32_t (*stop)(void *self, const burrow_stop_request *request, burrow_token token);

    // Required. As an executor's destroy.
    // [instance & idle]
    void (*destroy)(void *self);

    // Optional. As an executor's cleanup; open_runs is empty.
    // [cleanup & initialised]
    int32_t (*cleanup)(const burrow_cleanup_request *request, burrow_token token);

    // Optional. As an executor's get_extension.
    // [any & created]
    const void *(*get_extension)(void *self, const burrow_text *id);
} burrow_drain_vtable;

#ifdef __cplusplus
}
#endif

#endif
