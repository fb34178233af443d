// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/outcome.h"
#include "model/receipt.h"
#include "model/write_set.h"

/// Which public outcome a run's end has, by one table of what was observed and whether it could be made
/// durable.
namespace burrow {

enum class Finalization : quint8 { Succeeded, Failed };

/// The class for an apply that gave output.
OutcomeClass outcomeClassFor(RunTerminal terminal, Finalization finalization);

/// The outcome for the waiters of a run that gave output. A result that is not durable is never handed out.
Outcome outcomeFor(const RunOutput &output, Finalization finalization, const QString &failure);

/// The outcome of an input that ended without a successful run.
Outcome outcomeFor(AbandonReason reason, const QString &detail);

/// What a caller is told whose write got this verdict.
Refusal refusalOf(Verdict verdict);

/// A waiter that gets no outcome, with the reason.
Outcome waitFailed(WaitFailure failure, const QString &reason);

} // namespace burrow
