// SPDX-License-Identifier: Apache-2.0
//
// The base size of every growable struct: its size in the first revision. A `struct_size` below the base or
// above BURROW_STRUCT_SIZE_MAX is refused; anything between is read as far as both sides know it. A base
// never changes, however much the struct grows.

#ifndef BURROW_SIZES_H
#define BURROW_SIZES_H

#define BURROW_STRUCT_SIZE_MAX 65536u

// entry.h, plugin.h, host.h
#define BURROW_HOST_OFFER_BASE 64u
#define BURROW_DESCRIPTOR_BASE 104u
#define BURROW_PLUGIN_BASE 56u
#define BURROW_HOST_BASE 72u

// executor.h, drain.h
#define BURROW_EXECUTOR_VTABLE_BASE 72u
#define BURROW_DRAIN_VTABLE_BASE 80u
#define BURROW_DRAIN_REQUEST_BASE 96u
#define BURROW_DRAIN_RESULT_BASE 24u

// lifecycle.h
#define BURROW_CREATE_REQUEST_BASE 88u
#define BURROW_CANCEL_REQUEST_BASE 56u
#define BURROW_STOP_REQUEST_BASE 32u
#define BURROW_CLEANUP_REQUEST_BASE 96u

// apply.h, completion.h, error.h, event.h, message.h
#define BURROW_APPLY_REQUEST_BASE 176u
#define BURROW_APPLY_RESULT_BASE 56u
#define BURROW_RECEIPT_BASE 72u
#define BURROW_COMPLETION_BASE 32u
#define BURROW_ERROR_BASE 64u
#define BURROW_EVENT_BASE 64u
#define BURROW_MESSAGE_BASE 208u
#define BURROW_SETTLEMENT_BASE 88u

// Array elements: the smallest legal stride.
#define BURROW_LOG_FIELD_BASE 32u
#define BURROW_CONTRIBUTOR_BASE 56u
#define BURROW_APPEND_BASE 56u
#define BURROW_OPEN_RUN_BASE 24u

// ext/
#define BURROW_BOUNDARY_HOST_BASE 16u
#define BURROW_BOUNDARY_EXECUTOR_BASE 24u
#define BURROW_STAGE_REQUEST_BASE 56u
#define BURROW_DISCARD_REQUEST_BASE 56u
#define BURROW_CHECKPOINT_EXECUTOR_BASE 16u
#define BURROW_COMMITTED_REQUEST_BASE 40u
#define BURROW_OPERATIONS_HOST_BASE 32u
#define BURROW_OPERATIONS_CLIENT_BASE 16u
#define BURROW_OPERATION_BEGIN_BASE 32u
#define BURROW_OPERATION_UPDATE_BASE 48u

#endif
