// SPDX-License-Identifier: Apache-2.0
#include "machine/turn_table.h"
#include "support.h"

#include <QTest>

/// The turn inside a run: the matrix of every pair, and what decides when two ends cross.
namespace burrow {
namespace {

using enum TurnVerb;

TurnRegisters turnIn(TurnPhase phase)
{
    TurnRegisters registers;
    registers.phase = phase;
    if (phase == TurnPhase::Failed)
        registers.cause = FailureCause::HookDenied;
    return registers;
}

/// One letter per phase, in the order ready, running, cancelling, completed, failed, cancelled; a dash:
/// refused.
struct Expectation
{
    TurnVerb verb;
    const char *targets;
};

// clang-format off
constexpr Expectation expectations[] = {
    //                           yrncfx
    {Start,                      "r--rrr"},
    {RequestCancelAfterBoundary, "-rn---"},
    {CancelNow,                  "nnn---"},
    {Complete,                   "-cccfx"},
    {FailWith,                   "fff---"},
    {CancellationObserved,       "-xx---"},
};
// clang-format on
constexpr char phase_letters[] = "yrncfx";

void boundaryCancelIsAskedOnce()
{
    TurnRegisters registers = turnIn(TurnPhase::Running);
    ACCEPTED(registers, (TurnInput{RequestCancelAfterBoundary, {}}));
    QVERIFY(registers.cancelAtBoundary);
    const TurnStep again = step(registers, {RequestCancelAfterBoundary, {}});
    QVERIFY(again.accepted);
    QCOMPARE(again.next, registers);
    ACCEPTED(registers, (TurnInput{CancellationObserved, {}}));
    ACCEPTED(registers, (TurnInput{Start, {}}));
    QVERIFY(!registers.cancelAtBoundary);
}

void lateResultStands()
{
    TurnRegisters registers = turnIn(TurnPhase::Running);
    ACCEPTED(registers, (TurnInput{CancelNow, {}}));
    ACCEPTED(registers, (TurnInput{Complete, {}}));
    QCOMPARE(registers.phase, TurnPhase::Completed);
}

void anEndIsNeverOverwritten()
{
    for (const TurnPhase phase : {TurnPhase::Completed, TurnPhase::Failed, TurnPhase::Cancelled}) {
        const TurnRegisters registers = turnIn(phase);
        const TurnStep result = step(registers, {Complete, {}});
        QVERIFY(result.accepted);
        QCOMPARE(result.next, registers);
    }
}

void failureNeedsACause()
{
    TurnRegisters registers = turnIn(TurnPhase::Running);
    QVERIFY(!step(registers, {FailWith, FailureCause::Unknown}).accepted);
    ACCEPTED(registers, (TurnInput{FailWith, FailureCause::HookDenied}));
    QCOMPARE(registers.cause, FailureCause::HookDenied);
    ACCEPTED(registers, (TurnInput{Start, {}}));
    QCOMPARE(registers.cause, FailureCause::Unknown);
}

void aRejectedPrimitiveFailsBeforeTheStart()
{
    TurnRegisters registers;
    ACCEPTED(registers, (TurnInput{FailWith, FailureCause::PrimitiveRejected}));
    QCOMPARE(registers.phase, TurnPhase::Failed);
}

} // namespace

class TurnTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenarios_data()
    {
        addScenarioColumn();
        addScenario("a boundary cancel is outstanding at most once", boundaryCancelIsAskedOnce);
        addScenario("a result that arrives while cancelling stands", lateResultStands);
        addScenario("an end that is reached is never overwritten", anEndIsNeverOverwritten);
        addScenario("LO16: a failure has a known cause, and keeps it", failureNeedsACause);
        addScenario("a rejected primitive fails the turn before it starts",
                    aRejectedPrimitiveFailsBeforeTheStart);
    }
    void scenarios() { runScenario(); }

    void everyPairLeadsWhereTheMatrixSays()
    {
        QCOMPARE(std::size(expectations), turnVerbName.names.size());
        int decided = 0;
        for (std::size_t verb = 0; verb < std::size(expectations); ++verb) {
            QCOMPARE(static_cast<std::size_t>(expectations[verb].verb), verb);
            for (std::size_t phase = 0; phase < turnPhaseName.names.size(); ++phase) {
                const TurnRegisters registers = turnIn(static_cast<TurnPhase>(phase));
                const TurnStep result = step(registers, {expectations[verb].verb, FailureCause::RuntimeTurn});
                const char letter = expectations[verb].targets[phase];
                QVERIFY2(result.accepted == (letter != '-'), result.row);
                if (result.accepted)
                    QCOMPARE(phase_letters[static_cast<std::size_t>(result.next.phase)], letter);
                else
                    QCOMPARE(result.next, registers);
                decided += result.accepted ? 1 : 0;
            }
        }
        const int pairs = static_cast<int>(std::size(expectations) * turnPhaseName.names.size());
        qInfo("turn: %zu rows, %zu refusals, %d pairs (%d accepted, %d refused)", turn_table.transitions.size(),
              turn_table.refusals.size(), pairs, decided, pairs - decided);
    }
};

} // namespace burrow

QTEST_APPLESS_MAIN(burrow::TurnTest)
#include "turn_test.moc"
