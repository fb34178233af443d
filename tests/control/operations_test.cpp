// SPDX-License-Identifier: Apache-2.0
#include "host_rig.h"

#include <QTest>

/// Asynchronous operations as whoever embeds the host sees them.
namespace burrow::test {

namespace {

/// Begins one that only has to be ended.
OperationId begun(const Operations &operations, OperationKind kind = OperationKind::BackgroundTool)
{
    const auto added = resultOf(operations.add({{}, kind, "work", "test"}));
    if (!added || !added->ok())
        return {};
    const auto started = resultOf(operations.advance(added->operation, OperationVerb::ProvisioningSucceeded));
    return started && started->ok() ? added->operation : OperationId{};
}

QFuture<OperationReceipt> complete(const Operations &operations, OperationId operation)
{
    return operations.end(operation, OperationVerb::Complete, OperationCompleted{"done", {}});
}

} // namespace

class OperationsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEndIsToldWhenItIsDurableAndWakesTheSession()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Operations operations = rig.host().operations(alpha);
        const OperationId work = begun(operations);
        QVERIFY(work);
        const OperationWait watch = operations.watch(work);
        const OperationWait all = operations.waitForAll({work});
        const auto receipt = resultOf(complete(operations, work));
        QVERIFY2(receipt->ok(), qPrintable(receipt->message));
        QCOMPARE(receipt->status, OperationStatus::Completed);
        const auto ends = resultOf(watch.future());
        QVERIFY(ends->ok());
        QCOMPARE((**ends)[0].outcome, OperationOutcome(OperationCompleted{"done", {}}));
        QVERIFY(resultOf(all.future())->ok());
        QVERIFY(rig.executors->waitForApplies(1));
        QVERIFY(rig.settles());
        QCOMPARE(rig.executors->applied().size(), std::size_t(1));
        QCOMPARE(resultOf(complete(operations, work))->refusal, OperationRefusal::InvalidTransition);
    }

    void aWaitThatIsDroppedMakesRoomForTheNext()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Operations operations = rig.host().operations(alpha);
        const OperationId work = begun(operations, OperationKind::MobMemberChild);
        QFuture<OperationsAnswer> dropped;
        {
            const OperationWait first = operations.waitForAll({work});
            dropped = first.future();
            const OperationWait second = operations.waitForAll({work});
            QCOMPARE(resultOf(second.future())->error().kind, ErrorKind::Conflict);
        }
        QVERIFY(!resultOf(dropped)->ok());
        const OperationWait third = operations.waitForAll({work});
        QVERIFY(resultOf(complete(operations, work))->ok());
        QVERIFY(resultOf(third.future())->ok());
    }

    void whatTheAgentWasNotToldOfIsListedUntilItIsAcknowledged()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Operations operations = rig.host().operations(alpha);
        QVERIFY(resultOf(operations.completions())->ok());
        const OperationId work = begun(operations, OperationKind::MobMemberChild);
        QVERIFY(resultOf(complete(operations, work))->ok());
        const auto before = resultOf(operations.completions());
        QCOMPARE((*before)->size(), std::size_t(1));
        QVERIFY(resultOf(operations.acknowledge((**before)[0].sequence))->ok());
        QVERIFY((*resultOf(operations.completions()))->empty());
    }

    void aSessionThatIsNotThereAnswers()
    {
        HostRig rig;
        const Operations operations = rig.host().operations(SessionId{Uuid{1, 404}});
        QCOMPARE(resultOf(operations.add({{}, OperationKind::CapacitySlot, {}, "test"}))->refusal,
                 OperationRefusal::Unavailable);
        const OperationWait watch = operations.watch(OperationId{Uuid{1, 1}});
        QCOMPARE(resultOf(watch.future())->error().kind, ErrorKind::NotFound);
    }

    void bindingsBringTheOperationsOfTheirEpoch()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const auto bound = resultOf(rig.host().prepareLocalSessionBindings(alpha));
        QVERIFY(bound->ok());
        const Operations operations = bound->value().operations();
        const OperationId work = begun(operations, OperationKind::MobMemberChild);
        QVERIFY(resultOf(complete(operations, work))->ok());
        QCOMPARE((*resultOf(rig.host().operations(alpha).completions()))->size(), std::size_t(1));
        QCOMPARE(resultOf(rig.host().prepareLocalSessionBindings(alpha))->value().epoch(),
                 bound->value().epoch());
        // Opened again, it is another session of the same name.
        QVERIFY(resultOf(rig.host().unregister(alpha))->ok());
        const SessionId again = rig.open("alpha");
        QVERIFY(begun(rig.host().operations(again)));
        QCOMPARE(resultOf(operations.add({{}, OperationKind::MobMemberChild, {}, "test"}))->refusal,
                 OperationRefusal::Unavailable);
    }

    void aStepThatIsNotOfItsCallIsRefused()
    {
        HostRig rig;
        const Operations operations = rig.host().operations(rig.open("alpha"));
        const OperationId work = begun(operations);
        QCOMPARE(resultOf(operations.advance(work, OperationVerb::Complete))->refusal,
                 OperationRefusal::InvalidTransition);
        QCOMPARE(resultOf(operations.end(work, OperationVerb::ReportProgress, OperationRetired{}))->refusal,
                 OperationRefusal::InvalidTransition);
    }

    void whoWaitsHearsThatTheHostIsGone()
    {
        HostRig rig;
        const Operations operations = rig.host().operations(rig.open("alpha"));
        const OperationId work = begun(operations);
        const OperationWait watch = operations.watch(work);
        rig.endHost();
        QVERIFY(!resultOf(watch.future())->ok());
        QCOMPARE(resultOf(complete(operations, work))->refusal, OperationRefusal::Unavailable);
        const OperationWait late = operations.watch(work);
        QVERIFY(!resultOf(late.future())->ok());
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::OperationsTest)
#include "operations_test.moc"
