// SPDX-License-Identifier: Apache-2.0
//
// burrow.checkpoint/1: the executor learns that its snapshot is durable.
//
// For executors that keep a projection of their state elsewhere (a file, a remote session) and may move it
// forward only after the host has committed.

#ifndef BURROW_EXT_CHECKPOINT_H
#define BURROW_EXT_CHECKPOINT_H

#include "burrow/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BURROW_EXT_CHECKPOINT "burrow.checkpoint/1"

// Growable.
typedef struct burrow_committed_request
{
    uint32_t struct_size;
    uint32_t reserved; // 0
    burrow_text run_id;
    uint64_t sequence;            // of the receipt within its run
    const burrow_bytes *snapshot; // what was committed; never null
} burrow_committed_request;

// Growable. The executor's part: burrow_executor_vtable.get_extension.
typedef struct burrow_checkpoint_executor
{
    uint32_t struct_size;
    uint32_t reserved; // 0

    // Called once after each commit that carried a snapshot, before the next apply. Accepted or refused at
    // once and completed once; a failure is reported as a finalization failure of that run, which stays
    // committed.
    // [instance & created]
    int32_t (*committed)(void *self, const burrow_committed_request *request, burrow_token token);
} burrow_checkpoint_executor;

#ifdef __cplusplus
}
#endif

#endif
