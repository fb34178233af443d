// SPDX-License-Identifier: Apache-2.0
//
// The requests of an instance's life: create, cancel, stop, cleanup. Executors and drains share them.
// All are borrowed for the call. Deadlines are absolute, in the host's `now`; 0 is none.

#ifndef BURROW_LIFECYCLE_H
#define BURROW_LIFECYCLE_H

#include "burrow/error.h"
#include "burrow/types.h"

#ifdef __cplusplus
extern "C" {
#endif

// Growable.
typedef struct burrow_create_request
{
    uint32_t struct_size;
    uint32_t generation; // 1 for the session's first instance, then rising with each restart
    burrow_instance instance;
    burrow_text instance_id; // text form, never reused, also not by another process
    burrow_text session_id;
    burrow_text config_json;      // a JSON object that the plugin's schema has accepted
    const burrow_bytes *snapshot; // the last one committed; null = none
    void *error_ctx;

    // Takes the sentence that explains a refusal; call it before returning anything but OK.
    // [instance & creating]
    void (*error)(void *ctx, const burrow_error *error);
} burrow_create_request;

#define BURROW_CANCEL_MODE_BOUNDARY 1 // as BURROW_CANCEL_BOUNDARY
#define BURROW_CANCEL_MODE_HARD 2     // as BURROW_CANCEL_HARD

// Growable.
typedef struct burrow_cancel_request
{
    uint32_t struct_size;
    int32_t mode; // BURROW_CANCEL_MODE_*; unknown = hard
    burrow_token token;
    burrow_text run_id;  // empty for a drain
    int64_t deadline_ns; // when the host escalates
    burrow_text reason;
} burrow_cancel_request;

#define BURROW_STOP_SESSION 1  // the session is being stopped
#define BURROW_STOP_SHUTDOWN 2 // the host goes down; the session lives on in the next one
#define BURROW_STOP_RESTART 3  // a fresh instance will follow
#define BURROW_STOP_DISABLED 4 // the plugin is being disabled; its library stays loaded

// Growable.
typedef struct burrow_stop_request
{
    uint32_t struct_size;
    int32_t kind; // BURROW_STOP_*; unknown = session
    int64_t deadline_ns;
    burrow_text reason;
} burrow_stop_request;

#define BURROW_CLEANUP_STOPPED 1   // the instance stopped in order
#define BURROW_CLEANUP_CRASHED 2   // its process died
#define BURROW_CLEANUP_ABANDONED 3 // it did not stop and was given up
#define BURROW_CLEANUP_DESTROYED 4 // the session is gone for good

#define BURROW_OPEN_RUN_GRANTED 1   // it may have been handed over; no sign of life is known
#define BURROW_OPEN_RUN_BEGUN 2     // it had begun
#define BURROW_OPEN_RUN_ABANDONED 3 // the host gave it up while it ran

// An element of open_runs: work whose end the host never learnt.
typedef struct burrow_open_run
{
    burrow_text run_id;
    uint32_t attempt;
    int32_t state; // BURROW_OPEN_RUN_*
} burrow_open_run;

// Growable. The durable record of an instance that is no more.
typedef struct burrow_cleanup_request
{
    uint32_t struct_size;
    int32_t cause; // BURROW_CLEANUP_*
    burrow_text session_id;
    burrow_text instance_id;
    burrow_text config_json;
    const burrow_bytes *snapshot; // null = none
    burrow_array open_runs;       // of burrow_open_run
    uint32_t attempt;             // 1 for the first try of this clean-up
    uint32_t reserved;            // 0
} burrow_cleanup_request;

#ifdef __cplusplus
}
#endif

#endif
