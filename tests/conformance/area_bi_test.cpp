// SPDX-License-Identifier: Apache-2.0
// Area BI: what is handed out when a session's bindings are prepared.
#include "scenarios.h"

#include "host_rig.h"

using namespace burrow;
using namespace burrow::test;

namespace {

EpochId epochOf(CoreHarness &h, const QByteArray &runtimeId = {})
{
    return h.reply(h.bind(runtimeId))->epoch;
}

void twoSessionsHaveTwoEpochs()
{
    HostRig rig;
    const auto alpha = resultOf(rig.host().prepareBindings(rig.open("alpha")));
    const auto beta = resultOf(rig.host().prepareBindings(rig.open("beta")));
    QVERIFY(alpha->ok() && beta->ok());
    QVERIFY(alpha->value().epoch() && beta->value().epoch());
    QVERIFY(alpha->value().epoch() != beta->value().epoch());
}

void preparingAgainIsTheSame()
{
    CoreHarness h;
    h.submitWithoutWake(prompt());
    const EpochId epoch = epochOf(h, "rt:a");
    const std::size_t writes = h.writes.size();
    QCOMPARE(epochOf(h, "rt:a"), epoch);
    QCOMPARE(epochOf(h), epoch);
    QCOMPARE(h.writes.size(), writes);
    QCOMPARE(h.view().open, 1U);
    // Also where no binding is stored that would name it.
    CoreHarness local;
    const EpochId first = epochOf(local);
    QVERIFY(!first.isNull());
    QCOMPARE(epochOf(local), first);
}

void aDestroyedSessionIsNotBound()
{
    CoreHarness h(storedAs(Phase::Destroyed));
    for (const char *runtimeId : {"", "rt:a"}) {
        const CommandReceipt *receipt = h.reply(h.bind(runtimeId));
        QCOMPARE(receipt->refusal, Refusal::Destroyed);
        QCOMPARE(receipt->phase, Phase::Destroyed);
    }
    QVERIFY(h.core.epoch().isNull());
    QVERIFY(h.writes.empty());
}

void theSignalComesAfterTheCommit()
{
    CoreHarness h;
    h.script.store = Answers::Held;
    h.bind("rt:a");
    QVERIFY(h.eventsOf(EventCode::RuntimeBound).empty());
    h.answer(Verdict::NotWritten);
    QVERIFY(h.eventsOf(EventCode::RuntimeBound).empty());
    h.bind("rt:a");
    h.commit();
    QCOMPARE(h.eventsOf(EventCode::RuntimeBound).size(), std::size_t(1));
}

void aLocalPreparationSignalsNothing()
{
    CoreHarness h;
    const EpochId epoch = epochOf(h);
    QVERIFY(epoch);
    QVERIFY(h.eventsOf(EventCode::RuntimeBound).empty());
    QVERIFY(h.writes.empty());
    // The authority is the session's own: a group that binds later finds its epoch.
    QCOMPARE(h.core.epoch(), epoch);
    QCOMPARE(h.reply(h.bind("rt:group", epoch))->epoch, epoch);
    QCOMPARE(*h.core.registers().binding->epoch, epoch);
}

void theSameBindingIsNothingNew()
{
    CoreHarness h;
    h.bind("rt:a");
    const SessionRegisters before = h.core.registers();
    SessionInput again{.verb = SessionVerb::RegisterSession};
    again.session = session_id;
    const SessionStep registered = step(before, again);
    QVERIFY(registered.accepted);
    QCOMPARE(registered.effects, quint32(NoSessionEffect));
    QCOMPARE(registered.next.binding, before.binding);
    QCOMPARE(registered.next.phase, before.phase);
    h.bind("rt:a");
    QCOMPARE(h.core.registers().binding, before.binding);
    QCOMPARE(h.eventsOf(EventCode::RuntimeBound).size(), std::size_t(1));
}

const Scenario scenarios[] = {
    {"BI02: two sessions are prepared in two epochs", twoSessionsHaveTwoEpochs},
    {"BI03: preparing again gives the same", preparingAgainIsTheSame},
    {"BI04: a destroyed session is refused by the machine", aDestroyedSessionIsNotBound},
    {"BI05: the announcement comes only after the commit", theSignalComesAfterTheCommit},
    {"BI06: a local preparation announces nothing and has the real authority", aLocalPreparationSignalsNothing},
    {"BI07: registering under the same binding changes nothing", theSameBindingIsNothingNew},
};

} // namespace

class AreaBiTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_GUILESS_MAIN(AreaBiTest)
#include "area_bi_test.moc"
