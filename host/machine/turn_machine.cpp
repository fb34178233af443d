// SPDX-License-Identifier: Apache-2.0
#include "machine/turn_machine.h"

#include "machine/turn_table.h"

/// The turn inside a run, row by row. What decides between two ends that cross is said here: a result that
/// arrives while the turn is being cancelled stands, and an end that is reached is never overwritten.
namespace burrow {
namespace {

using enum TurnPhase;
using enum TurnGuard;
using enum TurnUpdate;
using To = TurnTarget;
using Verb = TurnVerb;

constexpr EnumSet<TurnPhase> Over = Completed | Failed | Cancelled;
constexpr EnumSet<TurnPhase> Live = Running | Cancelling;
constexpr EnumSet<TurnGuard> Free;
constexpr EnumSet<TurnUpdate> Nothing;

// clang-format off
constexpr TurnTransition transitions[] = {
    {"T1", Verb::Start,                      Ready | Over,    Free,       To::Running,    Forget},
    {"T2", Verb::RequestCancelAfterBoundary, Running,         Free,       To::Self,       AskBoundaryCancel},
    {"T3", Verb::RequestCancelAfterBoundary, Cancelling,      Free,       To::Self,       Nothing},
    {"T4", Verb::CancelNow,                  Ready | Running, Free,       To::Cancelling, Nothing},
    {"T5", Verb::CancelNow,                  Cancelling,      Free,       To::Self,       Nothing},
    {"T6", Verb::Complete,                   Live,            Free,       To::Completed,  Nothing},
    {"T7", Verb::Complete,                   Over,            Free,       To::Self,       Nothing},
    {"T8", Verb::FailWith,                   Ready | Live,    CauseKnown, To::Failed,     TakeCause},
    {"T9", Verb::CancellationObserved,       Live,            Free,       To::Cancelled,  Nothing},
};

constexpr TurnRefusalRow refusals[] = {
    {"TX1", Verb::Start,                      Live},
    {"TX2", Verb::RequestCancelAfterBoundary, Ready | Over},
    {"TX3", Verb::CancelNow,                  Over},
    {"TX4", Verb::Complete,                   Ready},
    {"TX5", Verb::FailWith,                   Over},
    {"TX6", Verb::CancellationObserved,       Ready | Over},
};
// clang-format on

bool holds(TurnGuard guard, const TurnInput &input)
{
    switch (guard) {
    case CauseKnown:
        return input.cause != FailureCause::Unknown;
    }
    return false;
}

void apply(TurnUpdate update, TurnRegisters &next, const TurnInput &input)
{
    switch (update) {
    case Forget:
        next.cause = FailureCause::Unknown;
        next.cancelAtBoundary = false;
        return;
    case AskBoundaryCancel:
        next.cancelAtBoundary = true;
        return;
    case TakeCause:
        next.cause = input.cause;
        return;
    }
}

} // namespace

constinit const TurnTable turn_table = makeTable<TurnTable, TurnVerb, TurnPhase>(transitions, refusals);

TurnStep step(const TurnRegisters &registers, const TurnInput &input)
{
    const auto decision = decide<TurnGuard>(turn_table, input.verb, registers.phase,
                                            [&](TurnGuard guard) { return holds(guard, input); });
    if (!decision.transition)
        return {false, decision.row, registers};

    const TurnTransition &row = *decision.transition;
    TurnStep result{true, row.id, registers};
    if (row.target != TurnTarget::Self)
        result.next.phase = static_cast<TurnPhase>(row.target);
    for (quint32 left = row.updates.bits; left != 0; left &= left - 1)
        apply(static_cast<TurnUpdate>(std::countr_zero(left)), result.next, input);
    BURROW_ASSERT((result.next.phase == TurnPhase::Failed) == (result.next.cause != FailureCause::Unknown));
    return result;
}

} // namespace burrow
