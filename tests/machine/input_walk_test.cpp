// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "input_support.h"
#include "machine/input_table.h"

#include <QTest>

#include <map>
#include <random>

/// Walks every pair of verb and phase of the input machine against a matrix written by hand, and then walks at
/// random through 200 000 steps beside a second telling of the machine.
namespace burrow {
namespace {

using enum InputVerb;
constexpr std::size_t phase_count = inputPhaseName.names.size();

/// One letter per phase, in the order Untracked, Accepted, Queued, Staged, Applied, AppliedPendingConsumption
/// and the four terminal ones: a, q, s, p, n, C, S, O, X: accepted, queued, staged, applied, applied-pending,
/// consumed, superseded, coalesced, abandoned; a dash: the phase refuses; x: refused because it has ended.
struct Expectation
{
    InputVerb verb;
    const char *targets;
};

// clang-format off
constexpr Expectation expectations[] = {
    //                              uaqspnCSOX
    {Accept,                        "a-----xxxx"},
    {QueueAccepted,                 "qq----xxxx"},
    {SteerAccepted,                 "qq----xxxx"},
    {ConsumeOnAccept,               "-C----xxxx"},
    {ChangeLane,                    "--q---xxxx"},
    {Prioritize,                    "--q---xxxx"},
    {DeferBehindBacklog,            "--q---xxxx"},
    {StageForRun,                   "--s---xxxx"},
    {RunFailed,                     "---s--xxxx"},
    {ResolveStagedRollback,         "---q--xxxx"},
    {MarkApplied,                   "---p--xxxx"},
    {MarkAppliedPendingConsumption, "----n-xxxx"},
    {RecordBoundarySequence,        "-----nxxxx"},
    {Consume,                       "-----Cxxxx"},
    {Supersede,                     "--S---xxxx"},
    {Coalesce,                      "--O---xxxx"},
    {Abandon,                       "-XXXXXxxxx"},
};
// clang-format on
constexpr char phase_letters[] = "uaqspnCSOX";

InputRegisters endedAs(InputRegisters next, InputPhase how)
{
    next.phase = how;
    next.lane = next.recoveryLane = Lane::None;
    return next;
}

std::optional<InputRegisters> referenceFromQueued(InputRegisters next, const InputEvent &event)
{
    switch (event.verb) {
    case ChangeLane:
        next.lane = next.recoveryLane = event.lane;
        return event.lane != Lane::None ? std::optional(next) : std::nullopt;
    case Prioritize:
    case DeferBehindBacklog:
        next.admission = event.admission;
        return event.admission != 0 ? std::optional(next) : std::nullopt;
    case StageForRun:
        next.phase = InputPhase::Staged;
        next.lane = Lane::None;
        next.run = event.run;
        return event.run ? std::optional(next) : std::nullopt;
    case Supersede:
    case Coalesce:
        if (!event.authorised || !event.by)
            return std::nullopt;
        next.replacedBy = event.by;
        return endedAs(next, event.verb == Supersede ? InputPhase::Superseded : InputPhase::Coalesced);
    default:
        return std::nullopt;
    }
}

std::optional<InputRegisters> referenceFromStaged(InputRegisters next, const InputEvent &event)
{
    switch (event.verb) {
    case RunFailed:
        ++next.tries;
        return next;
    case ResolveStagedRollback:
        if (event.lane != next.recoveryLane)
            return std::nullopt;
        if (next.tries >= limits::tries_max) {
            next.abandonReason = AbandonReason::MaxAttemptsExhausted;
            return endedAs(next, InputPhase::Abandoned);
        }
        next.phase = InputPhase::Queued;
        next.lane = next.recoveryLane;
        next.run = {};
        return next;
    case MarkApplied:
        next.phase = InputPhase::Applied;
        return event.run == next.run ? std::optional(next) : std::nullopt;
    default:
        return std::nullopt;
    }
}

std::optional<InputRegisters> referenceUnplaced(InputRegisters next, const InputEvent &event)
{
    const bool known = next.phase == InputPhase::Accepted;
    switch (event.verb) {
    case Accept:
        next.phase = InputPhase::Accepted;
        return known ? std::nullopt : std::optional(next);
    case QueueAccepted:
    case SteerAccepted:
        if (!event.authorised || event.admission == 0)
            return std::nullopt;
        next.phase = InputPhase::Queued;
        next.lane = next.recoveryLane = event.verb == SteerAccepted ? Lane::Steer : Lane::Queue;
        next.admission = event.admission;
        return next;
    case ConsumeOnAccept:
        return known && event.authorised ? std::optional(endedAs(next, InputPhase::Consumed)) : std::nullopt;
    default:
        return std::nullopt;
    }
}

/// The input machine told a second time, in plain code instead of rows; nothing when the input is refused.
std::optional<InputRegisters> referenceStep(InputRegisters next, const InputEvent &event)
{
    if (event.verb == Abandon && next.phase != InputPhase::Untracked && !isTerminal(next.phase)) {
        next.abandonReason = event.reason;
        return event.reason != AbandonReason::None ? std::optional(endedAs(next, InputPhase::Abandoned))
                                                   : std::nullopt;
    }
    switch (next.phase) {
    case InputPhase::Untracked:
    case InputPhase::Accepted:
        return referenceUnplaced(next, event);
    case InputPhase::Queued:
        return referenceFromQueued(next, event);
    case InputPhase::Staged:
        return referenceFromStaged(next, event);
    case InputPhase::Applied:
        next.phase = InputPhase::AppliedPendingConsumption;
        return event.verb == MarkAppliedPendingConsumption ? std::optional(next) : std::nullopt;
    case InputPhase::AppliedPendingConsumption:
        if (event.verb == Consume)
            return endedAs(next, InputPhase::Consumed);
        next.boundarySequence = event.boundarySequence;
        return event.verb == RecordBoundarySequence && event.run == next.run ? std::optional(next)
                                                                             : std::nullopt;
    default:
        return std::nullopt;
    }
}

} // namespace

class InputWalkTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyPairLeadsWhereTheMatrixSays()
    {
        QCOMPARE(std::size(expectations), inputVerbName.names.size());
        int decided = 0;
        for (std::size_t verb = 0; verb < std::size(expectations); ++verb) {
            QCOMPARE(static_cast<std::size_t>(expectations[verb].verb), verb);
            for (std::size_t phase = 0; phase < phase_count; ++phase) {
                const InputRegisters registers = registersIn(static_cast<InputPhase>(phase));
                const InputStep result = step(registers, favourable(expectations[verb].verb));
                const char letter = expectations[verb].targets[phase];
                const QByteArray pair = QByteArray(inputPhaseName.names[phase]) + " x "
                                        + inputVerbName.names[verb] + " by " + result.row;
                const InputRefusal refusal = letter == '-'   ? InputRefusal::PhaseRefuses
                                             : letter == 'x' ? InputRefusal::Terminal
                                                             : InputRefusal::None;
                QVERIFY2(result.refusal == refusal, pair.constData());
                QVERIFY2(result.accepted == (refusal == InputRefusal::None), pair.constData());
                QVERIFY2(result.accepted || result.next == registers, pair.constData());
                if (result.accepted)
                    QCOMPARE(phase_letters[static_cast<std::size_t>(result.next.phase)], letter);
                decided += result.accepted ? 1 : 0;
            }
        }
        const int pairs = static_cast<int>(std::size(expectations) * phase_count);
        qInfo("input: %zu rows, %zu refusals, %d pairs (%d accepted, %d refused)",
              input_table.transitions.size(), input_table.refusals.size(), pairs, decided, pairs - decided);
    }

    void aRandomWalkAgreesWithTheReferenceAndTakesEveryRow()
    {
        std::mt19937_64 random(20'262);
        const auto below = [&random](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
        std::map<QByteArray, int> taken;
        InputRegisters registers;
        for (int at = 0; at < 200'000; ++at) {
            InputEvent event = favourable(static_cast<InputVerb>(below(inputVerbName.names.size())));
            event.authorised = below(8) != 0;
            event.lane = below(4) != 0 ? registers.recoveryLane : static_cast<Lane>(below(3));
            event.admission = below(8);
            event.run = below(8) != 0 ? run_a : (below(2) != 0 ? run_b : RunId());
            event.reason = static_cast<AbandonReason>(below(abandonReasonName.names.size()));
            event.by = below(4) != 0 ? newer_input : InputId();
            event.boundarySequence = below(5);
            if (below(4) == 0)
                event = InputEvent{event.verb, false, Lane::None, 0, {}, 0, {}, AbandonReason::None};
            // Ends are made rare, so that long lives happen.
            if (below(6) != 0 && (event.verb == Abandon || event.verb == Supersede || event.verb == Coalesce))
                event.verb = RunFailed;
            const InputStep result = step(registers, event);
            QVERIFY2(brokenInvariant(result.next) == nullptr, result.row);
            QCOMPARE(result.accepted, result.refusal == InputRefusal::None);
            const std::optional<InputRegisters> expected = referenceStep(registers, event);
            QVERIFY2(result.accepted == expected.has_value(), result.row);
            QVERIFY2(!expected || result.next == *expected, result.row);
            if (result.accepted)
                ++taken[result.row];
            else
                QCOMPARE(result.next, registers);
            registers = isTerminal(result.next.phase) && below(3) == 0 ? InputRegisters{} : result.next;
        }
        for (const InputTransition &row : input_table.transitions)
            QVERIFY2(taken.contains(row.id), row.id);
    }
};

} // namespace burrow

QTEST_APPLESS_MAIN(burrow::InputWalkTest)
#include "input_walk_test.moc"
