// SPDX-License-Identifier: Apache-2.0
//
// A message from the outside world, and what became of it.
//
// A drain hands a message in with `host->submit(ctx, inbox, message)`. OK says only "taken". `settled` then
// follows with the stage ADMITTED once the input is durable (or refused), or UNCONFIRMED if the host cannot
// tell yet; with the flag WANT_OUTCOME it follows once more with the stage OUTCOME when the input has ended.
// Acknowledge to the sender after ADMITTED, not after `submit`.

#ifndef BURROW_MESSAGE_H
#define BURROW_MESSAGE_H

#include "burrow/error.h"
#include "burrow/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BURROW_MESSAGE_EVENT 1     // `subject` is the event's type
#define BURROW_MESSAGE_MESSAGE 2   // a peer speaks
#define BURROW_MESSAGE_REQUEST 3   // a peer asks; `subject` is the intent
#define BURROW_MESSAGE_PROGRESS 4  // a peer's answer is under way; `subject` is the phase
#define BURROW_MESSAGE_TERMINAL 5  // a peer's answer; `subject` is "completed" or "failed"
#define BURROW_MESSAGE_ACK 6       // bookkeeping between peers; never becomes an input
#define BURROW_MESSAGE_LIFECYCLE 7 // a peer comes or goes; `subject` is the kind

#define BURROW_HANDLING_ABSENT 0
#define BURROW_HANDLING_QUEUE 1 // wait for its turn
#define BURROW_HANDLING_STEER 2 // reach the run under way if it can

#define BURROW_DURABILITY_DURABLE 1   // survives a crash once ADMITTED
#define BURROW_DURABILITY_EPHEMERAL 2 // may be lost with the process
#define BURROW_DURABILITY_DERIVED 3   // can be made again from something durable

#define BURROW_MESSAGE_WANT_OUTCOME 1u // settle a second time, when the input has ended

// Growable. Empty text is "none" throughout.
typedef struct burrow_message
{
    uint32_t struct_size;
    int32_t convention; // BURROW_MESSAGE_*
    uint64_t cookie;    // the drain's own name for it, handed back by `settled`
    uint64_t flags;     // BURROW_MESSAGE_WANT_OUTCOME
    int32_t handling;   // BURROW_HANDLING_*
    int32_t durability; // BURROW_DURABILITY_*
    burrow_text idempotency_key;
    burrow_text supersession_key;
    burrow_text correlation_id;
    burrow_text from_id;   // the sender's canonical id, never a display name
    burrow_text from_name; // for people
    burrow_text to;        // a session, or empty for the drain's configured route
    burrow_text request_id;
    burrow_text subject;
    burrow_text text;   // the readable body
    burrow_text json;   // the full body
    burrow_text cursor; // stored in the same transaction as the input, and handed back at the next `run`
} burrow_message;

#define BURROW_STAGE_ADMITTED 1
#define BURROW_STAGE_UNCONFIRMED 2
#define BURROW_STAGE_OUTCOME 3

#define BURROW_WORK_PENDING 1   // not yet handed to the executor, or in a run
#define BURROW_WORK_DELIVERED 2 // applied, not yet ended
#define BURROW_WORK_ENDED 3     // ended; `outcome` says how

#define BURROW_SETTLED_COMPLETED 1
#define BURROW_SETTLED_COMPLETED_WITHOUT_RESULT 2
#define BURROW_SETTLED_CALLBACK_PENDING 3
#define BURROW_SETTLED_CANCELLED 4
#define BURROW_SETTLED_ABANDONED 5
#define BURROW_SETTLED_FINALIZATION_FAILED 6 // there was a result, it could not be committed, and is withheld
#define BURROW_SETTLED_RUNTIME_TERMINATED 7

// Growable. Borrowed for `settled`.
typedef struct burrow_settlement
{
    uint32_t struct_size;
    int32_t stage;     // BURROW_STAGE_*
    int32_t work;      // BURROW_WORK_*: what became of the input, also of the one a duplicate joined
    int32_t status;    // OK, DUPLICATE, or why it was refused
    int32_t outcome;   // BURROW_SETTLED_*, 0 while the work has not ended
    uint32_t reserved; // 0
    uint64_t cookie;
    burrow_text input_id; // the input's, or the one the duplicate joined; empty if refused
    burrow_text text;     // the answer, with OUTCOME
    burrow_text json;
    const burrow_error *error; // null = none
} burrow_settlement;

#ifdef __cplusplus
}
#endif

#endif
