// SPDX-License-Identifier: Apache-2.0
//
// One unit of work: what the host hands to an executor's `apply`. Borrowed for the call.
//
// Work is applied at least once: after a crash the same inputs come again under a new run id. Who
// has effects elsewhere makes them exactly-once with the contributors' idempotency keys and `attempt`.

#ifndef BURROW_APPLY_H
#define BURROW_APPLY_H

#include "burrow/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BURROW_PRIMITIVE_STAGED_INPUT 1             // a batch of inputs: the usual case
#define BURROW_PRIMITIVE_IMMEDIATE_APPEND 2         // one append, no turn
#define BURROW_PRIMITIVE_IMMEDIATE_CONTEXT_APPEND 3 // one keyed context append, no turn

#define BURROW_BOUNDARY_IMMEDIATE 1      // no run boundary
#define BURROW_BOUNDARY_RUN_START 2      // at the start of a run
#define BURROW_BOUNDARY_RUN_CHECKPOINT 3 // at a checkpoint within a run

#define BURROW_EXECUTION_CONTENT_TURN 1   // the appends ask for a turn
#define BURROW_EXECUTION_RESUME_PENDING 2 // go on with what is pending; never infer this yourself

#define BURROW_INTENT_NONE 0
#define BURROW_INTENT_APPEND_CONTEXT_AND_RUN 1 // apply the context appends, then run

#define BURROW_INPUT_PROMPT 1
#define BURROW_INPUT_PEER_MESSAGE 2
#define BURROW_INPUT_PEER_REQUEST 3
#define BURROW_INPUT_PEER_RESPONSE_PROGRESS 4
#define BURROW_INPUT_PEER_RESPONSE_TERMINAL 5
#define BURROW_INPUT_FLOW_STEP 6
#define BURROW_INPUT_EXTERNAL_EVENT 7
#define BURROW_INPUT_CONTINUATION 8
#define BURROW_INPUT_OPERATION 9
#define BURROW_INPUT_SYSTEM_GENERATED 10
#define BURROW_INPUT_PROJECTED 11

#define BURROW_ROLE_USER 1
#define BURROW_ROLE_ASSISTANT 2
#define BURROW_ROLE_SYSTEM_NOTICE 3
#define BURROW_ROLE_TOOL 4

#define BURROW_CONTENT_TEXT 1      // `text` is all there is
#define BURROW_CONTENT_BLOCKS 2    // `json` is an array of blocks
#define BURROW_CONTENT_JSON 3      // `json` is any value
#define BURROW_CONTENT_NOTICE 4    // `json` is a typed system notice
#define BURROW_CONTENT_REFERENCE 5 // `json` names content that is kept elsewhere

// An element of contributors: one input that this run answers.
typedef struct burrow_contributor
{
    burrow_text input_id;
    burrow_text idempotency_key; // the submitter's, or empty
    burrow_text correlation_id;  // or empty
    uint32_t attempt;            // 1 for the first time this input is handed over; may skip, never repeats
    int32_t kind;                // BURROW_INPUT_*
} burrow_contributor;

// An element of appends and context_appends. Who understands only text reads `text`.
typedef struct burrow_append
{
    int32_t role;     // BURROW_ROLE_*
    int32_t content;  // BURROW_CONTENT_*
    burrow_text key;  // context appends: a later one with the same key replaces the earlier; else empty
    burrow_text text; // always set: a readable rendering
    burrow_text json; // the full content; empty for plain text
} burrow_append;

// Growable.
typedef struct burrow_apply_request
{
    uint32_t struct_size;
    int32_t primitive;   // BURROW_PRIMITIVE_*
    int32_t boundary;    // BURROW_BOUNDARY_*
    int32_t execution;   // BURROW_EXECUTION_*
    int32_t intent;      // BURROW_INTENT_*
    uint32_t attempt;    // the highest of the contributors' attempts
    int64_t deadline_ns; // in the host's `now`, when it starts to cancel; 0 = none
    uint64_t flags;      // 0
    burrow_text run_id;  // UUID text, 36 bytes
    burrow_text session_id;
    burrow_text traceparent;      // W3C trace context, or empty
    burrow_array contributors;    // of burrow_contributor; their order is law
    burrow_array appends;         // of burrow_append
    burrow_array context_appends; // of burrow_append
    burrow_text metadata_json;    // a JSON object of turn metadata, or empty
} burrow_apply_request;

#ifdef __cplusplus
}
#endif

#endif
