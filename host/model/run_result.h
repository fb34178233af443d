// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/primitive.h"

#include <QString>

namespace burrow {

/// Why an apply failed. `Unknown` is never used to mint a public failure class.
enum class FailureCause : quint8 {
    Unknown,
    PrimitiveRejected,
    RuntimeContextApply,
    RuntimeTurn,
    HookDenied,
    HookRuntimeFailure,
    ExecutorStopped,
    ExecutorControlFailed,
    ExecutorInternal,
};
inline constexpr EnumNames<FailureCause, 9> failureCauseName{
    {"unknown", "primitive_rejected", "runtime_context_apply", "runtime_turn", "hook_denied",
     "hook_runtime_failure", "executor_stopped", "executor_control_failed", "executor_internal"}};

/// What an executor says of the run it has finished. It names no sequence: the runtime stamps that.
struct ReceiptDraft
{
    RunId run;
    Boundary boundary = Boundary::RunStart;
    std::vector<InputId> contributors;
    QByteArray conversationDigest;
    quint64 messageCount = 0;
};

enum class RunTerminal : quint8 { None, Result, CallbackPending, NoPendingBoundary };
inline constexpr EnumNames<RunTerminal, 4> runTerminalName{
    {"none", "result", "callback_pending", "no_pending_boundary"}};

/// The output of an apply that worked.
struct RunOutput
{
    ReceiptDraft receipt;
    RunTerminal terminal = RunTerminal::None;
    QByteArray text;
    QByteArray json;                    ///< Structured result, or `{tool, args}` for CallbackPending.
    std::optional<QByteArray> snapshot; ///< Unset = unchanged; set and empty = an empty snapshot.
};

/// The error of an apply that did not work.
struct RunError
{
    FailureCause cause = FailureCause::ExecutorInternal;
    QString message;
    QByteArray detailsJson;
    bool machineTerminal =
        false; ///< The executor claims a terminal that the machine must already have observed.
    bool retryable = true;
};

/// What an executor made of context that was staged into its run.
struct StagedContext
{
    std::optional<QByteArray>
        snapshot; ///< To be stored with the input whose context it was; unset = unchanged.
};

struct RunCancelled
{
    QString reason;
};

/// The executor was given up: its run was revoked and the instance must not be used again.
struct RunAbandoned
{
    QString reason;
};

using RunEnd = std::variant<RunOutput, RunError, RunCancelled, RunAbandoned>;

} // namespace burrow
