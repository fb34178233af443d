// SPDX-License-Identifier: Apache-2.0
//
// A failure with its reasons, for the machine that decides and the person who reads.
//
// An error is borrowed for the call it is handed into: a completion, or one of the two error sinks
// (entry.h, lifecycle.h). The receiver copies it. There is no last error and nothing to free.

#ifndef BURROW_ERROR_H
#define BURROW_ERROR_H

#include "burrow/types.h"

#ifdef __cplusplus
extern "C" {
#endif

// What kind of failure ended a run. Unknown values count as EXECUTOR_INTERNAL. With 0, or where a
// call is refused without an error, the host derives the cause from the status: INVALID, TOO_LARGE,
// NOT_FOUND, CONFIG are PRIMITIVE_REJECTED; DENIED is HOOK_DENIED; CLOSED, CANCELLED are
// EXECUTOR_STOPPED; UNAVAILABLE, BUSY, EXHAUSTED, TIMEOUT, IO are EXECUTOR_CONTROL_FAILED; any
// other is EXECUTOR_INTERNAL.
#define BURROW_CAUSE_PRIMITIVE_REJECTED 1      // this work can never be done as it was handed over
#define BURROW_CAUSE_RUNTIME_CONTEXT_APPLY 2   // a context append could not be applied
#define BURROW_CAUSE_RUNTIME_TURN 3            // the turn itself failed, or ran out of time
#define BURROW_CAUSE_HOOK_DENIED 4             // a hook or policy said no
#define BURROW_CAUSE_HOOK_RUNTIME_FAILURE 5    // a hook broke
#define BURROW_CAUSE_EXECUTOR_STOPPED 6        // the executor was shutting down
#define BURROW_CAUSE_EXECUTOR_CONTROL_FAILED 7 // what the executor drives could not be started or reached
#define BURROW_CAUSE_EXECUTOR_INTERNAL 8       // a fault of the executor
#define BURROW_CAUSE_UNKNOWN 9                 // the executor cannot tell

// How a run ended for good (BURROW_ERROR_FINAL).
#define BURROW_OUTCOME_FAILED 1            // the turn failed for a reason that a repetition cannot cure
#define BURROW_OUTCOME_BUDGET 2            // a budget of tokens, money or steps is used up
#define BURROW_OUTCOME_TIME_BUDGET 3       // a budget of time is used up
#define BURROW_OUTCOME_STRUCTURED_OUTPUT 4 // the demanded form of output could not be produced

#define BURROW_ERROR_RETRYABLE 1u  // the same work may succeed later; see retry_after_ns
#define BURROW_ERROR_FINAL 2u      // the inputs must not be tried again; needs `outcome` and a known `cause`
#define BURROW_ERROR_USER_FAULT 4u // what a person wrote (input, configuration) has to change

// Growable. A FINAL error without a known outcome and a known cause other than UNKNOWN fails the run
// as an ordinary EXECUTOR_INTERNAL: the host never invents a terminal failure.
typedef struct burrow_error
{
    uint32_t struct_size;
    int32_t code;             // a status, never OK
    int32_t cause;            // BURROW_CAUSE_*, 0 = derive from code
    uint32_t flags;           // BURROW_ERROR_*
    int32_t outcome;          // BURROW_OUTCOME_*, 0 unless FINAL
    uint32_t reserved;        // 0
    int64_t retry_after_ns;   // advice with RETRYABLE; 0 or less = none
    burrow_text message;      // one sentence for the person who will read it
    burrow_text details_json; // a JSON object for tools, or empty; the host stores it unread
} burrow_error;

#ifdef __cplusplus
}
#endif

#endif
