// SPDX-License-Identifier: Apache-2.0
#include "machine/admission_table.h"
#include "support.h"

#include <QTest>

/// What the loop is told of an accepted input.
namespace burrow {
namespace {

using Signal = AdmissionSignal;

/// For each phase the signals of the eight flag combinations, written by hand. Flags: immediate, yielding, wake
/// if idle. Letters: n none, w wake, y interrupt yielding, p request immediate processing.
struct Expectation
{
    Phase phase;
    const char *signals_;
};

// clang-format off
constexpr Expectation expectations[] = {
    //                    immediate 0000 1111
    //                    yielding  0011 0011
    //                    wake      0101 0101
    {Phase::Initializing,          "nnnnnnnn"},
    {Phase::Idle,                  "wwyypppp"},
    {Phase::Attached,              "wwyypppp"},
    {Phase::Running,               "nwyypppp"},
    {Phase::Retired,               "nnnnnnnn"},
    {Phase::Stopped,               "nnnnnnnn"},
    {Phase::Destroyed,             "nnnnnnnn"},
};
// clang-format on

SignalQuery queryAt(Phase phase, unsigned flags)
{
    return {phase, (flags & 4U) != 0, (flags & 2U) != 0, (flags & 1U) != 0, false};
}

/// The signal of an input, from its policy to the loop.
Signal signalOf(InputKind kind, HandlingMode mode, Phase phase, bool silent = false)
{
    AdmissionQuery query;
    query.kind = kind;
    query.handling = mode;
    query.running = phase == Phase::Running;
    query.silent = silent;
    const AdmissionPlan plan = resolvePlan(query);
    return resolveSignal(
        {phase, plan.immediateProcessing, plan.interruptYielding, plan.wakeIfIdle, !maySignal(query)});
}

void ordered()
{
    QVERIFY(Signal::None < Signal::WakeLoop);
    QVERIFY(Signal::WakeLoop < Signal::InterruptYielding);
    QVERIFY(Signal::InterruptYielding < Signal::RequestImmediateProcessing);
}

void strongestIsKept()
{
    const Signal all[] = {Signal::None, Signal::WakeLoop, Signal::InterruptYielding,
                          Signal::RequestImmediateProcessing};
    for (const Signal a : all) {
        for (const Signal b : all) {
            QCOMPARE(strongest(a, b), strongest(b, a));
            QVERIFY(strongest(a, b) >= a && strongest(a, b) >= b);
            QVERIFY(strongest(a, b) == a || strongest(a, b) == b);
        }
    }
}

void withoutWakeNeverSignals()
{
    for (const Expectation &row : expectations) {
        for (unsigned flags = 0; flags < 8; ++flags) {
            SignalQuery query = queryAt(row.phase, flags);
            query.withoutWake = true;
            QCOMPARE(resolveSignal(query), Signal::None);
        }
    }
}

void openBoundaryBeforeTheRun()
{
    AdmissionQuery query;
    query.kind = InputKind::PeerMessage;
    query.boundaryActive = true;
    const AdmissionPlan plan = resolvePlan(query);
    QVERIFY(plan.interruptYielding);
    QCOMPARE(resolveSignal(
                 {Phase::Attached, plan.immediateProcessing, plan.interruptYielding, plan.wakeIfIdle, false}),
             Signal::InterruptYielding);
}

void prompts()
{
    QCOMPARE(signalOf(InputKind::Prompt, HandlingMode::Absent, Phase::Idle), Signal::WakeLoop);
    QCOMPARE(signalOf(InputKind::Prompt, HandlingMode::Absent, Phase::Running), Signal::None);
    QCOMPARE(signalOf(InputKind::Prompt, HandlingMode::Steer, Phase::Attached),
             Signal::RequestImmediateProcessing);
}

void peers()
{
    QCOMPARE(signalOf(InputKind::PeerMessage, HandlingMode::Absent, Phase::Idle), Signal::WakeLoop);
    QCOMPARE(signalOf(InputKind::PeerRequest, HandlingMode::Absent, Phase::Idle), Signal::WakeLoop);
    QCOMPARE(signalOf(InputKind::PeerMessage, HandlingMode::Absent, Phase::Running), Signal::InterruptYielding);
    QCOMPARE(signalOf(InputKind::PeerMessage, HandlingMode::Steer, Phase::Running),
             Signal::RequestImmediateProcessing);
}

void responses()
{
    QCOMPARE(signalOf(InputKind::PeerResponseTerminal, HandlingMode::Absent, Phase::Idle), Signal::WakeLoop);
    QCOMPARE(signalOf(InputKind::PeerResponseTerminal, HandlingMode::Absent, Phase::Running), Signal::WakeLoop);
    QCOMPARE(signalOf(InputKind::PeerResponseProgress, HandlingMode::Absent, Phase::Idle), Signal::WakeLoop);
    QCOMPARE(signalOf(InputKind::PeerResponseProgress, HandlingMode::Absent, Phase::Running), Signal::None);
}

void quietOnes()
{
    for (const Phase phase : {Phase::Idle, Phase::Attached, Phase::Running}) {
        QCOMPARE(signalOf(InputKind::PeerRequest, HandlingMode::Absent, phase, true), Signal::None);
        QCOMPARE(signalOf(InputKind::SystemGenerated, HandlingMode::Absent, phase), Signal::None);
        QCOMPARE(signalOf(InputKind::Operation, HandlingMode::Absent, phase), Signal::None);
    }
}

} // namespace

class SignalTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyQueryHasItsSignal()
    {
        constexpr char letters[] = "nwyp";
        for (const Expectation &row : expectations) {
            for (unsigned flags = 0; flags < 8; ++flags) {
                const Signal signal = resolveSignal(queryAt(row.phase, flags));
                QCOMPARE(letters[static_cast<std::size_t>(signal)], row.signals_[flags]);
            }
        }
        qInfo("admission_signal: %zu rows, %zu queries", signal_rows.size(), std::size(expectations) * 16);
    }

    void scenarios_data()
    {
        addScenarioColumn();
        addScenario("AD01, AD02, AD26: prompts wake the idle, wait for the running, and steer at once",
                    prompts);
        addScenario("AD03, AD04, AD06: peers wake the idle and yield the running", peers);
        addScenario("AD07, AD11: even progress wakes an idle session", responses);
        addScenario("AD17: signals are ordered, each implies the weaker ones", ordered);
        addScenario("AD18: the strongest of two signals is kept", strongestIsKept);
        addScenario("AD24: what is silent signals in no phase", quietOnes);
        addScenario("AD29: an open boundary before the run is yielded to", openBoundaryBeforeTheRun);
        addScenario("without wake there is never a signal", withoutWakeNeverSignals);
    }
    void scenarios() { runScenario(); }
};

} // namespace burrow

QTEST_APPLESS_MAIN(burrow::SignalTest)
#include "signal_test.moc"
