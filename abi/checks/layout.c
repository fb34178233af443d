// SPDX-License-Identifier: Apache-2.0
//
// The size of every struct and the offset of every field, as numbers. An insertion, a reordering or a changed
// type fails to compile here. A field that is appended gets its line here and leaves every line above it as it
// is.

#include "burrow/abi.h"
#include "burrow/ext/boundary.h"
#include "burrow/ext/checkpoint.h"
#include "burrow/ext/operations.h"

#include <assert.h>

#define SIZE(type, bytes)                                                                                      \
    static_assert(sizeof(type) == (bytes) && (bytes) % 8 == 0, #type " has changed its size")
#define AT(type, field, bytes) static_assert(offsetof(type, field) == (bytes), #type "." #field " has moved")
#define BASE(type, constant, bytes)                                                                            \
    static_assert((constant) == (bytes) && (bytes) <= sizeof(type), #constant " has changed")

// clang-format off

// types.h
SIZE(burrow_text, 16);
AT(burrow_text, data, 0);
AT(burrow_text, size, 8);

SIZE(burrow_bytes, 16);
AT(burrow_bytes, data, 0);
AT(burrow_bytes, size, 8);

SIZE(burrow_array, 24);
AT(burrow_array, data, 0);
AT(burrow_array, count, 8);
AT(burrow_array, stride, 16);
AT(burrow_array, reserved, 20);

// error.h
SIZE(burrow_error, 64);
AT(burrow_error, struct_size, 0);
AT(burrow_error, code, 4);
AT(burrow_error, cause, 8);
AT(burrow_error, flags, 12);
AT(burrow_error, outcome, 16);
AT(burrow_error, reserved, 20);
AT(burrow_error, retry_after_ns, 24);
AT(burrow_error, message, 32);
AT(burrow_error, details_json, 48);

// host.h
SIZE(burrow_log_field, 32);
AT(burrow_log_field, key, 0);
AT(burrow_log_field, value, 16);

SIZE(burrow_host, 72);
AT(burrow_host, struct_size, 0);
AT(burrow_host, reserved, 4);
AT(burrow_host, ctx, 8);
AT(burrow_host, complete, 16);
AT(burrow_host, emit, 24);
AT(burrow_host, cancelled, 32);
AT(burrow_host, submit, 40);
AT(burrow_host, log, 48);
AT(burrow_host, now, 56);
AT(burrow_host, get_extension, 64);

// lifecycle.h
SIZE(burrow_create_request, 88);
AT(burrow_create_request, struct_size, 0);
AT(burrow_create_request, generation, 4);
AT(burrow_create_request, instance, 8);
AT(burrow_create_request, instance_id, 16);
AT(burrow_create_request, session_id, 32);
AT(burrow_create_request, config_json, 48);
AT(burrow_create_request, snapshot, 64);
AT(burrow_create_request, error_ctx, 72);
AT(burrow_create_request, error, 80);

SIZE(burrow_cancel_request, 56);
AT(burrow_cancel_request, struct_size, 0);
AT(burrow_cancel_request, mode, 4);
AT(burrow_cancel_request, token, 8);
AT(burrow_cancel_request, run_id, 16);
AT(burrow_cancel_request, deadline_ns, 32);
AT(burrow_cancel_request, reason, 40);

SIZE(burrow_stop_request, 32);
AT(burrow_stop_request, struct_size, 0);
AT(burrow_stop_request, kind, 4);
AT(burrow_stop_request, deadline_ns, 8);
AT(burrow_stop_request, reason, 16);

SIZE(burrow_open_run, 24);
AT(burrow_open_run, run_id, 0);
AT(burrow_open_run, attempt, 16);
AT(burrow_open_run, state, 20);

SIZE(burrow_cleanup_request, 96);
AT(burrow_cleanup_request, struct_size, 0);
AT(burrow_cleanup_request, cause, 4);
AT(burrow_cleanup_request, session_id, 8);
AT(burrow_cleanup_request, instance_id, 24);
AT(burrow_cleanup_request, config_json, 40);
AT(burrow_cleanup_request, snapshot, 56);
AT(burrow_cleanup_request, open_runs, 64);
AT(burrow_cleanup_request, attempt, 88);
AT(burrow_cleanup_request, reserved, 92);

// apply.h
SIZE(burrow_contributor, 56);
AT(burrow_contributor, input_id, 0);
AT(burrow_contributor, idempotency_key, 16);
AT(burrow_contributor, correlation_id, 32);
AT(burrow_contributor, attempt, 48);
AT(burrow_contributor, kind, 52);

SIZE(burrow_append, 56);
AT(burrow_append, role, 0);
AT(burrow_append, content, 4);
AT(burrow_append, key, 8);
AT(burrow_append, text, 24);
AT(burrow_append, json, 40);

SIZE(burrow_apply_request, 176);
AT(burrow_apply_request, struct_size, 0);
AT(burrow_apply_request, primitive, 4);
AT(burrow_apply_request, boundary, 8);
AT(burrow_apply_request, execution, 12);
AT(burrow_apply_request, intent, 16);
AT(burrow_apply_request, attempt, 20);
AT(burrow_apply_request, deadline_ns, 24);
AT(burrow_apply_request, flags, 32);
AT(burrow_apply_request, run_id, 40);
AT(burrow_apply_request, session_id, 56);
AT(burrow_apply_request, traceparent, 72);
AT(burrow_apply_request, contributors, 88);
AT(burrow_apply_request, appends, 112);
AT(burrow_apply_request, context_appends, 136);
AT(burrow_apply_request, metadata_json, 160);

// completion.h
SIZE(burrow_receipt, 72);
AT(burrow_receipt, struct_size, 0);
AT(burrow_receipt, boundary, 4);
AT(burrow_receipt, run_id, 8);
AT(burrow_receipt, contributors, 24);
AT(burrow_receipt, conversation_digest, 48);
AT(burrow_receipt, message_count, 64);

SIZE(burrow_apply_result, 56);
AT(burrow_apply_result, struct_size, 0);
AT(burrow_apply_result, terminal, 4);
AT(burrow_apply_result, text, 8);
AT(burrow_apply_result, result_json, 24);
AT(burrow_apply_result, snapshot, 40);
AT(burrow_apply_result, receipt, 48);

SIZE(burrow_completion, 32);
AT(burrow_completion, struct_size, 0);
AT(burrow_completion, status, 4);
AT(burrow_completion, error, 8);
AT(burrow_completion, apply, 16);
AT(burrow_completion, drain, 24);

// event.h
SIZE(burrow_event, 64);
AT(burrow_event, struct_size, 0);
AT(burrow_event, type, 4);
AT(burrow_event, flags, 8);
AT(burrow_event, name, 16);
AT(burrow_event, text, 32);
AT(burrow_event, json, 48);

// message.h
SIZE(burrow_message, 208);
AT(burrow_message, struct_size, 0);
AT(burrow_message, convention, 4);
AT(burrow_message, cookie, 8);
AT(burrow_message, flags, 16);
AT(burrow_message, handling, 24);
AT(burrow_message, durability, 28);
AT(burrow_message, idempotency_key, 32);
AT(burrow_message, supersession_key, 48);
AT(burrow_message, correlation_id, 64);
AT(burrow_message, from_id, 80);
AT(burrow_message, from_name, 96);
AT(burrow_message, to, 112);
AT(burrow_message, request_id, 128);
AT(burrow_message, subject, 144);
AT(burrow_message, text, 160);
AT(burrow_message, json, 176);
AT(burrow_message, cursor, 192);

SIZE(burrow_settlement, 88);
AT(burrow_settlement, struct_size, 0);
AT(burrow_settlement, stage, 4);
AT(burrow_settlement, work, 8);
AT(burrow_settlement, status, 12);
AT(burrow_settlement, outcome, 16);
AT(burrow_settlement, reserved, 20);
AT(burrow_settlement, cookie, 24);
AT(burrow_settlement, input_id, 32);
AT(burrow_settlement, text, 48);
AT(burrow_settlement, json, 64);
AT(burrow_settlement, error, 80);

// executor.h
SIZE(burrow_executor_vtable, 72);
AT(burrow_executor_vtable, struct_size, 0);
AT(burrow_executor_vtable, reserved, 4);
AT(burrow_executor_vtable, create, 8);
AT(burrow_executor_vtable, apply, 16);
AT(burrow_executor_vtable, cancel, 24);
AT(burrow_executor_vtable, stop, 32);
AT(burrow_executor_vtable, destroy, 40);
AT(burrow_executor_vtable, cleanup, 48);
AT(burrow_executor_vtable, get_extension, 56);
AT(burrow_executor_vtable, resume, 64);

// drain.h
SIZE(burrow_drain_request, 96);
AT(burrow_drain_request, struct_size, 0);
AT(burrow_drain_request, mode, 4);
AT(burrow_drain_request, inbox, 8);
AT(burrow_drain_request, instance_id, 16);
AT(burrow_drain_request, cursor, 32);
AT(burrow_drain_request, idle_timeout_ns, 48);
AT(burrow_drain_request, credits, 56);
AT(burrow_drain_request, owner_kind, 60);
AT(burrow_drain_request, owner_id, 64);
AT(burrow_drain_request, mob_id, 80);

SIZE(burrow_drain_result, 24);
AT(burrow_drain_result, struct_size, 0);
AT(burrow_drain_result, reason, 4);
AT(burrow_drain_result, cursor, 8);

SIZE(burrow_drain_vtable, 80);
AT(burrow_drain_vtable, struct_size, 0);
AT(burrow_drain_vtable, reserved, 4);
AT(burrow_drain_vtable, create, 8);
AT(burrow_drain_vtable, run, 16);
AT(burrow_drain_vtable, ready, 24);
AT(burrow_drain_vtable, settled, 32);
AT(burrow_drain_vtable, cancel, 40);
AT(burrow_drain_vtable, stop, 48);
AT(burrow_drain_vtable, destroy, 56);
AT(burrow_drain_vtable, cleanup, 64);
AT(burrow_drain_vtable, get_extension, 72);

// plugin.h
SIZE(burrow_descriptor, 104);
AT(burrow_descriptor, struct_size, 0);
AT(burrow_descriptor, thread_model, 4);
AT(burrow_descriptor, abi_min, 8);
AT(burrow_descriptor, abi_built, 12);
AT(burrow_descriptor, flags, 16);
AT(burrow_descriptor, id, 24);
AT(burrow_descriptor, version, 40);
AT(burrow_descriptor, name, 56);
AT(burrow_descriptor, runtime, 72);
AT(burrow_descriptor, config_schema_json, 88);

SIZE(burrow_plugin, 56);
AT(burrow_plugin, struct_size, 0);
AT(burrow_plugin, reserved, 4);
AT(burrow_plugin, descriptor, 8);
AT(burrow_plugin, executor, 16);
AT(burrow_plugin, drain, 24);
AT(burrow_plugin, init, 32);
AT(burrow_plugin, deinit, 40);
AT(burrow_plugin, get_extension, 48);

// entry.h
SIZE(burrow_host_offer, 64);
AT(burrow_host_offer, struct_size, 0);
AT(burrow_host_offer, abi_min, 4);
AT(burrow_host_offer, abi_max, 8);
AT(burrow_host_offer, flags, 12);
AT(burrow_host_offer, host_name, 16);
AT(burrow_host_offer, host_version, 32);
AT(burrow_host_offer, error_ctx, 48);
AT(burrow_host_offer, error, 56);

// ext/boundary.h
SIZE(burrow_boundary_host, 16);
AT(burrow_boundary_host, struct_size, 0);
AT(burrow_boundary_host, reserved, 4);
AT(burrow_boundary_host, boundary, 8);

SIZE(burrow_stage_request, 56);
AT(burrow_stage_request, struct_size, 0);
AT(burrow_stage_request, reserved, 4);
AT(burrow_stage_request, run_id, 8);
AT(burrow_stage_request, run_token, 24);
AT(burrow_stage_request, context_appends, 32);

SIZE(burrow_discard_request, 56);
AT(burrow_discard_request, struct_size, 0);
AT(burrow_discard_request, reserved, 4);
AT(burrow_discard_request, run_id, 8);
AT(burrow_discard_request, run_token, 24);
AT(burrow_discard_request, keys, 32);

SIZE(burrow_boundary_executor, 24);
AT(burrow_boundary_executor, struct_size, 0);
AT(burrow_boundary_executor, reserved, 4);
AT(burrow_boundary_executor, stage, 8);
AT(burrow_boundary_executor, discard, 16);

// ext/checkpoint.h
SIZE(burrow_committed_request, 40);
AT(burrow_committed_request, struct_size, 0);
AT(burrow_committed_request, reserved, 4);
AT(burrow_committed_request, run_id, 8);
AT(burrow_committed_request, sequence, 24);
AT(burrow_committed_request, snapshot, 32);

SIZE(burrow_checkpoint_executor, 16);
AT(burrow_checkpoint_executor, struct_size, 0);
AT(burrow_checkpoint_executor, reserved, 4);
AT(burrow_checkpoint_executor, committed, 8);

// ext/operations.h
SIZE(burrow_operation_begin, 32);
AT(burrow_operation_begin, struct_size, 0);
AT(burrow_operation_begin, kind, 4);
AT(burrow_operation_begin, name, 8);
AT(burrow_operation_begin, cookie, 24);

SIZE(burrow_operation_update, 48);
AT(burrow_operation_update, struct_size, 0);
AT(burrow_operation_update, action, 4);
AT(burrow_operation_update, text, 8);
AT(burrow_operation_update, json, 24);
AT(burrow_operation_update, error, 40);

SIZE(burrow_operations_host, 32);
AT(burrow_operations_host, struct_size, 0);
AT(burrow_operations_host, reserved, 4);
AT(burrow_operations_host, begin, 8);
AT(burrow_operations_host, update, 16);
AT(burrow_operations_host, state, 24);

SIZE(burrow_operations_client, 16);
AT(burrow_operations_client, struct_size, 0);
AT(burrow_operations_client, reserved, 4);
AT(burrow_operations_client, cancel, 8);

// sizes.h: a base is the size in the first revision and stays.
BASE(burrow_host_offer, BURROW_HOST_OFFER_BASE, 64);
BASE(burrow_descriptor, BURROW_DESCRIPTOR_BASE, 104);
BASE(burrow_plugin, BURROW_PLUGIN_BASE, 56);
BASE(burrow_host, BURROW_HOST_BASE, 72);
BASE(burrow_executor_vtable, BURROW_EXECUTOR_VTABLE_BASE, 72);
BASE(burrow_drain_vtable, BURROW_DRAIN_VTABLE_BASE, 80);
BASE(burrow_drain_request, BURROW_DRAIN_REQUEST_BASE, 96);
BASE(burrow_drain_result, BURROW_DRAIN_RESULT_BASE, 24);
BASE(burrow_create_request, BURROW_CREATE_REQUEST_BASE, 88);
BASE(burrow_cancel_request, BURROW_CANCEL_REQUEST_BASE, 56);
BASE(burrow_stop_request, BURROW_STOP_REQUEST_BASE, 32);
BASE(burrow_cleanup_request, BURROW_CLEANUP_REQUEST_BASE, 96);
BASE(burrow_apply_request, BURROW_APPLY_REQUEST_BASE, 176);
BASE(burrow_apply_result, BURROW_APPLY_RESULT_BASE, 56);
BASE(burrow_receipt, BURROW_RECEIPT_BASE, 72);
BASE(burrow_completion, BURROW_COMPLETION_BASE, 32);
BASE(burrow_error, BURROW_ERROR_BASE, 64);
BASE(burrow_event, BURROW_EVENT_BASE, 64);
BASE(burrow_message, BURROW_MESSAGE_BASE, 208);
BASE(burrow_settlement, BURROW_SETTLEMENT_BASE, 88);
BASE(burrow_log_field, BURROW_LOG_FIELD_BASE, 32);
BASE(burrow_contributor, BURROW_CONTRIBUTOR_BASE, 56);
BASE(burrow_append, BURROW_APPEND_BASE, 56);
BASE(burrow_open_run, BURROW_OPEN_RUN_BASE, 24);
BASE(burrow_boundary_host, BURROW_BOUNDARY_HOST_BASE, 16);
BASE(burrow_boundary_executor, BURROW_BOUNDARY_EXECUTOR_BASE, 24);
BASE(burrow_stage_request, BURROW_STAGE_REQUEST_BASE, 56);
BASE(burrow_discard_request, BURROW_DISCARD_REQUEST_BASE, 56);
BASE(burrow_checkpoint_executor, BURROW_CHECKPOINT_EXECUTOR_BASE, 16);
BASE(burrow_committed_request, BURROW_COMMITTED_REQUEST_BASE, 40);
BASE(burrow_operations_host, BURROW_OPERATIONS_HOST_BASE, 32);
BASE(burrow_operations_client, BURROW_OPERATIONS_CLIENT_BASE, 16);
BASE(burrow_operation_begin, BURROW_OPERATION_BEGIN_BASE, 32);
BASE(burrow_operation_update, BURROW_OPERATION_UPDATE_BASE, 48);
