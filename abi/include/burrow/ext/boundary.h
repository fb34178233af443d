// SPDX-License-Identifier: Apache-2.0
//
// burrow.boundary/1: context that reaches a run while it is under way.
//
// The executor tells the host when the boundary of its run opens (from now on context can be staged into it)
// and closes. The host keeps that and never asks a plugin while it admits an input. A run's boundary is
// closed until the executor opens it, and closed for good by the run's completion.

#ifndef BURROW_EXT_BOUNDARY_H
#define BURROW_EXT_BOUNDARY_H

#include "burrow/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BURROW_EXT_BOUNDARY "burrow.boundary/1"

// Growable. The host's part: burrow_host.get_extension.
typedef struct burrow_boundary_host
{
    uint32_t struct_size;
    uint32_t reserved; // 0

    // Opens (1) or closes (0) the boundary of the run of `token`. `ctx` is burrow_host.ctx. `revision` rises
    // with each call for that run: of two calls that race, the higher one holds. OK; STALE: not an open run
    // of this plugin.
    // [any & always]
    int32_t (*boundary)(void *ctx, burrow_token token, int32_t open, uint64_t revision);
} burrow_boundary_host;

// Growable.
typedef struct burrow_stage_request
{
    uint32_t struct_size;
    uint32_t reserved; // 0
    burrow_text run_id;
    burrow_token run_token;       // the token of that run's apply
    burrow_array context_appends; // of burrow_append (apply.h), each with a key
} burrow_stage_request;

// Growable.
typedef struct burrow_discard_request
{
    uint32_t struct_size;
    uint32_t reserved; // 0
    burrow_text run_id;
    burrow_token run_token;
    burrow_array keys; // of burrow_text
} burrow_discard_request;

// Growable. The executor's part: burrow_executor_vtable.get_extension. Both functions are required.
typedef struct burrow_boundary_executor
{
    uint32_t struct_size;
    uint32_t reserved; // 0

    // Stages context into the run under way. Accepted or refused at once; the completion of `token` carries
    // an apply result with the terminal NONE and the snapshot to store with the injected input; without a
    // result there is none to store. STALE when the named run is not the current one: context never reaches
    // a successor. The run may be completed before or after; its end waits for this completion.
    // [any & running]
    int32_t (*stage)(void *self, const burrow_stage_request *request, burrow_token token);

    // Takes back staged context by its keys, because storing it failed. Unknown keys are ignored. STALE as
    // above.
    // [any & created]
    int32_t (*discard)(void *self, const burrow_discard_request *request);
} burrow_boundary_executor;

#ifdef __cplusplus
}
#endif

#endif
