// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "model/run_result.h"
#include "plugin/plugin_limits.h"

#include <burrow/abi.h>

namespace burrow {

/// What the decoder must know of the run that a completion ends.
struct RunContext
{
    RunId run;
    Boundary boundary = Boundary::RunStart;
    std::vector<InputId> contributors; ///< Moved into the receipt that the host fills.
};

/// Whose completion it is, for sentences, and how much it may hold.
struct CompletionRules
{
    QString plugin; ///< Its id.
    qint64 outputBytesMax = limits::output_per_turn_bytes_default;
};

/// Writes what the completion means into `end`, which is fresh, and answers what `complete` answers: OK, or
/// INVALID for a malformed one, whose run counts as failed. Takes the contributors out of `context` where the
/// host fills the receipt.
qint32 decodeRunCompletion(const burrow_completion *completion, RunContext &context,
                           const CompletionRules &rules, RunEnd &end);

/// The completion of a call that has no output: stop, checkpoint, cleanup. `call` is its name.
struct DecodedCall
{
    qint32 answer = BURROW_OK;
    Result<void> result;
};
DecodedCall decodeCallCompletion(const burrow_completion *completion, const char *call,
                                 const CompletionRules &rules);

/// The completion of context that was staged into a run.
struct DecodedStaging
{
    qint32 answer = BURROW_OK;
    Result<StagedContext> result;
};
DecodedStaging decodeStaging(const burrow_completion *completion, const CompletionRules &rules);

/// A run that its plugin did not start because an exception left `apply`.
RunError thrownRun(const CompletionRules &rules);

/// A run that its plugin refused to start.
RunError refusedRun(qint32 status, const CompletionRules &rules);

} // namespace burrow
