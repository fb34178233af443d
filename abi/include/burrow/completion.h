// SPDX-License-Identifier: Apache-2.0
//
// How accepted work ends. One block of rules for apply, stop, cleanup, a drain's run and the
// asynchronous calls of extensions:
//
//   - Returning OK accepts: exactly one `host->complete(ctx, token, …)` follows. Anything else refuses.
//   - `complete` may be called on any thread, at any time, also before the accepting call has returned and
//     inside `cancel`.
//   - The token is spent by the first `complete`. A second, late or foreign one is answered STALE, logged as
//     misbehaviour, and touches nothing.
//   - A malformed completion spends the token too: it is answered INVALID and the run fails.
//   - The completion is borrowed for the call; the host copies it.
//   - A cancelled run completes like any other, with CANCELLED or, if the work won the race, OK.
//   - The host may give up a run that does not end; its token is STALE from then on.
//   - After `stop` completed, no token of the instance may be used.

#ifndef BURROW_COMPLETION_H
#define BURROW_COMPLETION_H

#include "burrow/error.h"
#include "burrow/types.h"

#ifdef __cplusplus
extern "C" {
#endif

struct burrow_drain_result; // drain.h

// How a successful run ended.
#define BURROW_TERMINAL_NONE 0     // committed, nothing to say
#define BURROW_TERMINAL_RESULT 1   // `text` (and `result_json`) is the answer
#define BURROW_TERMINAL_CALLBACK 2 // waits for tool results; result_json is {"tool": …, "args": …}
#define BURROW_TERMINAL_NO_PENDING_BOUNDARY 3 // asked to resume, and nothing was pending

// Growable. Optional proof of what was applied, for executors that keep a conversation. It must name this run
// and exactly its contributors in their order; the host fills a receipt that is absent.
typedef struct burrow_receipt
{
    uint32_t struct_size;
    int32_t boundary; // BURROW_BOUNDARY_* of the request
    burrow_text run_id;
    burrow_array contributors;       // of burrow_text: input ids
    burrow_text conversation_digest; // SHA-256 in hex, or empty
    uint64_t message_count;
} burrow_receipt;

// Growable. What a successful apply (or boundary stage) produced.
typedef struct burrow_apply_result
{
    uint32_t struct_size;
    int32_t terminal; // BURROW_TERMINAL_*; unknown = malformed
    burrow_text text;
    burrow_text result_json;       // a structured answer, or empty
    const burrow_bytes *snapshot;  // the instance's new state; null = unchanged
    const burrow_receipt *receipt; // null = filled by the host
} burrow_apply_result;

// Growable. `error` is set only with a status other than OK, and may be absent there. `apply` is set exactly
// when an apply or a boundary stage completes with OK. `drain` is set exactly when a drain's run completes,
// with any status. A pointer that does not belong to the token's kind must be null, or the completion is
// malformed.
typedef struct burrow_completion
{
    uint32_t struct_size;
    int32_t status; // CANCELLED = cancelled; any other but OK = failed
    const burrow_error *error;
    const burrow_apply_result *apply;
    const struct burrow_drain_result *drain;
} burrow_completion;

#ifdef __cplusplus
}
#endif

#endif
