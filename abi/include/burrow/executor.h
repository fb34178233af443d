// SPDX-License-Identifier: Apache-2.0
//
// What an executor implements: it does a session's work, one run at a time.
//
// An instance serves one session. Its life: create, then any number of runs (apply … completion), then
// stop … completion, then destroy, then cleanup … completion. `apply`, `stop` and `cleanup` are accepted
// or refused at once and completed exactly once later; completion.h holds the rules.
//
// A slot beyond the producer's struct_size, and an optional slot that is null, is absent.

#ifndef BURROW_EXECUTOR_H
#define BURROW_EXECUTOR_H

#include "burrow/apply.h"
#include "burrow/lifecycle.h"
#include "burrow/types.h"

#ifdef __cplusplus
extern "C" {
#endif

// Growable.
typedef struct burrow_executor_vtable
{
    uint32_t struct_size;
    uint32_t reserved; // 0

    // Required. Makes an instance and stores what every other function gets as `self`; null is a legal
    // `self`. On anything but OK `*out_self` is ignored and `destroy` is not called. Explain through
    // request->error.
    // [instance & initialised]
    int32_t (*create)(const burrow_create_request *request, void **out_self);

    // Required. Starts one run. OK: accepted, exactly one completion of `token` follows, which may come
    // before this call returns. Anything else: refused, nothing was started and `token` is void; the run
    // counts as failed, with the cause that error.h derives from the status. To explain a failure, accept and
    // complete with an error. A completion that was accepted wins over a refusal by the same call. The next
    // apply comes only after this one's completion.
    // [instance & idle]
    int32_t (*apply)(void *self, const burrow_apply_request *request, burrow_token token);

    // Optional. Asks that the run of request->token end, and only that run; for a token that is not open here
    // it answers OK and does nothing. It may arrive before, during or after `apply` of that token, and again;
    // hard may follow boundary. It only signals: the run still ends by its one completion, whose status is
    // CANCELLED, or OK if the work won the race. If it is null, the host only raises the level that
    // `cancelled` answers.
    // [any & created]
    int32_t (*cancel)(void *self, const burrow_cancel_request *request);

    // Optional. Brings the instance to rest. The completion says that none of its code will run again (a
    // shared thread of an embedded runtime aside) and that none of its tokens will be used. An instance
    // without `stop` is taken to be at rest whenever no run is open. A refusal, or a completion with an
    // error, leaves the session failed closed; `destroy` is not called then.
    // [instance & idle]
    int32_t (*stop)(void *self, const burrow_stop_request *request, burrow_token token);

    // Required. Frees the instance; after `stop` completed, or at any idle moment if there is no `stop`. The
    // host calls it only after every [any] call on this `self` has returned, and calls nothing on it
    // afterwards.
    // [instance & idle]
    void (*destroy)(void *self);

    // Optional. Undoes what a session left outside the process, from the durable record alone: it has no
    // `self`, also works in a new process after a crash, is idempotent, and is retried when it fails.
    // [cleanup & initialised]
    int32_t (*cleanup)(const burrow_cleanup_request *request, burrow_token token);

    // Optional. The instance's table of an extension, static, or null if it has none of that id.
    // [any & created]
    const void *(*get_extension)(void *self, const burrow_text *id);

    // Optional. There is room again for events of the run of `token`, after `emit` answered WOULD_BLOCK.
    // For a token that is not open here it answers OK and does nothing.
    // [any & created]
    int32_t (*resume)(void *self, burrow_token token);
} burrow_executor_vtable;

#ifdef __cplusplus
}
#endif

#endif
