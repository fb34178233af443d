// SPDX-License-Identifier: Apache-2.0
#include "library_rig.h"

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

/// Has the session's executor begin one, which is under way; null when that failed.
OperationId begunByTheExecutor(HostRig &rig, SessionId session)
{
    const Submission run = rig.host().submit(session, promptOf("go"), {.wait = WaitFor::Terminal});
    if (!resultOf(run.outcome) || !run.outcome.result().succeeded())
        return {};
    const OperationId operation{Uuid{5, 1}};
    Tally answers;
    const auto asks = [&](OperationRequest request) {
        const auto answered = [&answers](const OperationReceipt &receipt) {
            answers.add(receipt.ok() ? 1 : 0);
        };
        rig.executors->say(session, [&](ExecutorListener &ear) { ear.operationAsked(request, answered); });
    };
    asks(RegisterOperation{{operation, OperationKind::MobMemberChild, "work", executor_operation_source},
                           EpochId{}});
    asks(AdvanceOperation{operation, OperationVerb::ProvisioningSucceeded});
    return answers.waitFor(2) ? operation : OperationId{};
}

/// The one operation of the session that has not ended, once it has started.
OperationId onlyOneUnderWay(const Operations &operations)
{
    OperationId found;
    const bool one = QTest::qWaitFor(
        [&] {
            const auto live = resultOf(operations.underWay());
            if (!live || !live->ok() || live->value().size() != 1
                || live->value()[0].status != OperationStatus::Running)
                return false;
            found = live->value()[0].spec.id;
            return true;
        },
        30'000);
    return one ? found : OperationId{};
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

    void howFarTheEndsWereReadIsSeen()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const auto bound = resultOf(rig.host().prepareLocalSessionBindings(alpha));
        const Operations operations = bound->value().operations();
        QVERIFY(!rig.view(alpha).operations);
        QVERIFY(**resultOf(operations.view()) == (OperationsView{.cursors = FeedCursors{}}));

        const OperationId member = begun(operations, OperationKind::MobMemberChild);
        const OperationId tool = begun(operations, OperationKind::BackgroundTool);
        QVERIFY(resultOf(complete(operations, member))->ok());
        QVERIFY(rig.settles());
        // The session has looked at what wakes nobody; the agent was told of nothing.
        QVERIFY(**resultOf(operations.view())
                == (OperationsView{.active = 1, .ended = 1, .watermark = 1, .cursors = FeedCursors{0, 1, 0}}));
        QVERIFY(resultOf(complete(operations, tool))->ok());
        QVERIFY(rig.executors->waitForApplies(1));
        QVERIFY(rig.settles());
        QVERIFY(resultOf(operations.acknowledge(1))->ok());
        const OperationsView seen{.active = 0, .ended = 2, .watermark = 2, .cursors = FeedCursors{1, 2, 2}};
        QVERIFY(**resultOf(operations.view()) == seen);
        QVERIFY(rig.view(alpha).operations == seen);

        QVERIFY(resultOf(rig.host().unregister(alpha))->ok());
        QCOMPARE(resultOf(operations.view())->error().kind, ErrorKind::NotFound);
        const SessionId again = rig.open("alpha");
        QVERIFY(begun(rig.host().operations(again)));
        QCOMPARE(resultOf(operations.view())->error().kind, ErrorKind::NotFound);
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

    void aCancelIsAskedOfTheExecutorAndEndsNothingByItself()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Operations operations = rig.host().operations(alpha);
        const OperationId work = begunByTheExecutor(rig, alpha);
        QVERIFY(work);
        const auto asked = resultOf(operations.requestCancel(work, CancelMode::Hard));
        QVERIFY2(asked->ok(), qPrintable(asked->message));
        QCOMPARE(asked->operation, work);
        QCOMPARE(asked->status, OperationStatus::Running);
        QVERIFY(resultOf(operations.requestCancel(work, CancelMode::Boundary))->ok());
        const std::vector<std::pair<OperationId, CancelMode>> cancels{{work, CancelMode::Hard},
                                                                      {work, CancelMode::Boundary}};
        QCOMPARE(rig.executors->operationCancels(), cancels);
        QCOMPARE(onlyOneUnderWay(operations), work);
        // It ends as the executor says, which need not be cancelled.
        QVERIFY(resultOf(complete(operations, work))->ok());
        const auto late = resultOf(operations.requestCancel(work, CancelMode::Hard));
        QCOMPARE(late->refusal, OperationRefusal::InvalidTransition);
        QCOMPARE(late->status, OperationStatus::Completed);
        QCOMPARE(rig.executors->operationCancels().size(), std::size_t(2));
        QVERIFY(resultOf(operations.underWay())->value().empty());
        QCOMPARE(rig.executors->violations(), QStringList());
    }

    void whatTheExecutorDoesNotCancelIsSaid()
    {
        HostRig rig;
        ExecutorScript script;
        script.operationCancel = Answering::Refuses;
        rig.executors->setScript(script);
        const SessionId alpha = rig.open("alpha");
        const Operations operations = rig.host().operations(alpha);
        const OperationId work = begunByTheExecutor(rig, alpha);
        const auto asked = resultOf(operations.requestCancel(work, CancelMode::Boundary));
        QCOMPARE(asked->refusal, OperationRefusal::Unavailable);
        QVERIFY2(asked->message.contains(QStringLiteral("refuses to cancel the operation")),
                 qPrintable(asked->message));
        QCOMPARE(onlyOneUnderWay(operations), work);
    }

    void nobodyIsAskedToCancelWhatTheExecutorHasNotBegun()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Operations operations = rig.host().operations(alpha);
        const OperationId unknown{Uuid{1, 404}};
        QCOMPARE(resultOf(operations.requestCancel(unknown, CancelMode::Hard))->refusal,
                 OperationRefusal::NotFound);
        const OperationId work = begun(operations);
        QCOMPARE(resultOf(operations.requestCancel(unknown, CancelMode::Hard))->refusal,
                 OperationRefusal::NotFound);
        const auto asked = resultOf(operations.requestCancel(work, CancelMode::Hard));
        QCOMPARE(asked->refusal, OperationRefusal::Unavailable);
        QCOMPARE(asked->status, OperationStatus::Running);
        QVERIFY2(asked->message.contains(QStringLiteral("was begun by \"test\"")), qPrintable(asked->message));
        const Operations nowhere = rig.host().operations(SessionId{Uuid{1, 404}});
        QCOMPARE(resultOf(nowhere.requestCancel(work, CancelMode::Hard))->refusal,
                 OperationRefusal::Unavailable);
        QCOMPARE(resultOf(nowhere.underWay())->error().kind, ErrorKind::NotFound);
        QVERIFY(rig.executors->operationCancels().empty());
    }

    void anEndOnItsWayIsNotCancelled()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Operations operations = rig.host().operations(alpha);
        const OperationId work = begunByTheExecutor(rig, alpha);
        QVERIFY(rig.settles());
        rig.store.holdWrites(true);
        const QFuture<OperationReceipt> end = complete(operations, work);
        QVERIFY(QTest::qWaitFor([&rig] { return rig.store.heldWrites() > 0; }, 30'000));
        QCOMPARE(resultOf(operations.requestCancel(work, CancelMode::Hard))->refusal,
                 OperationRefusal::EndInFlight);
        QVERIFY(rig.store.letWriteGo(std::nullopt));
        rig.store.holdWrites(false);
        QVERIFY(resultOf(end)->ok());
        QVERIFY(rig.executors->operationCancels().empty());
    }

    void bindingsOfAnEarlierEpochCancelNothing()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const auto bound = resultOf(rig.host().prepareLocalSessionBindings(alpha));
        const Operations operations = bound->value().operations();
        const OperationId work = begunByTheExecutor(rig, alpha);
        QVERIFY(resultOf(operations.requestCancel(work, CancelMode::Boundary))->ok());
        QVERIFY(resultOf(rig.host().unregister(alpha))->ok());
        const SessionId again = rig.open("alpha");
        QVERIFY(begun(rig.host().operations(again)));
        QCOMPARE(resultOf(operations.requestCancel(work, CancelMode::Hard))->refusal,
                 OperationRefusal::Unavailable);
        QCOMPARE(resultOf(operations.underWay())->error().kind, ErrorKind::NotFound);
        QCOMPARE(rig.executors->operationCancels().size(), std::size_t(1));
    }

    void whoAskedForACancelIsAnsweredWhenTheHostGoes()
    {
        HostRig rig;
        ExecutorScript script;
        script.operationCancel = Answering::Never;
        rig.executors->setScript(script);
        const SessionId alpha = rig.open("alpha");
        const Operations operations = rig.host().operations(alpha);
        const OperationId work = begunByTheExecutor(rig, alpha);
        const QFuture<OperationReceipt> asked = operations.requestCancel(work, CancelMode::Hard);
        QVERIFY(QTest::qWaitFor([&rig] { return rig.executors->operationCancels().size() == 1; }, 30'000));
        QVERIFY(!asked.isFinished());
        rig.endHost();
        QCOMPARE(resultOf(asked)->refusal, OperationRefusal::Unavailable);
        QCOMPARE(resultOf(operations.underWay())->error().kind, ErrorKind::NotReady);
    }

    void theBundledPluginEndsWhatIsCancelled_data()
    {
        QTest::addColumn<CancelMode>("mode");
        QTest::addColumn<QString>("reason");
        QTest::newRow("boundary") << CancelMode::Boundary << QStringLiteral("told to end at a boundary");
        QTest::newRow("hard") << CancelMode::Hard << QStringLiteral("told to end now");
    }

    void theBundledPluginEndsWhatIsCancelled()
    {
        QFETCH(CancelMode, mode);
        QFETCH(QString, reason);
        LibraryRig rig;
        const auto runs = [&rig](const QByteArray &directive) {
            return rig.host->submit(rig.session, promptOf(directive), {.wait = WaitFor::Terminal});
        };
        // Of two the right one: each has a cookie of its own.
        QVERIFY(resultOf(runs("!operation other").outcome)->succeeded());
        const Operations operations = rig.host->operations(rig.session);
        const OperationId other = onlyOneUnderWay(operations);
        QVERIFY(other);
        QVERIFY(resultOf(runs("!operation work").outcome)->succeeded());
        const auto live = resultOf(operations.underWay());
        QCOMPARE(live->value().size(), std::size_t(2));
        const bool first = live->value()[0].spec.id != other;
        const OperationId work = live->value()[first ? 0 : 1].spec.id;
        const OperationWait watch = operations.watch(work);
        const auto asked = resultOf(operations.requestCancel(work, mode));
        QVERIFY2(asked->ok(), qPrintable(asked->message));
        const auto ends = resultOf(watch.future());
        QVERIFY(ends->ok());
        QCOMPARE(ends->value()[0].spec.name, QByteArray("work"));
        QCOMPARE(ends->value()[0].outcome, OperationOutcome(OperationCancelled{reason}));
        QCOMPARE(resultOf(operations.requestCancel(work, mode))->refusal, OperationRefusal::InvalidTransition);
        QCOMPARE(onlyOneUnderWay(operations), other);
    }

    void aBundledPluginThatRefusesSaysWithWhat()
    {
        LibraryRig rig;
        const Submission run =
            rig.host->submit(rig.session, promptOf("!operation work BUSY"), {.wait = WaitFor::Terminal});
        QVERIFY(resultOf(run.outcome)->succeeded());
        const Operations operations = rig.host->operations(rig.session);
        const OperationId work = onlyOneUnderWay(operations);
        const auto asked = resultOf(operations.requestCancel(work, CancelMode::Hard));
        QCOMPARE(asked->refusal, OperationRefusal::Unavailable);
        QVERIFY2(
            asked->message.contains(QStringLiteral("the plugin scripted does not cancel the operation: BUSY")),
            qPrintable(asked->message));
        QCOMPARE(onlyOneUnderWay(operations), work);
        // With its instance it ends all the same, and then there is nobody left to ask.
        QVERIFY(resultOf(rig.host->stop(rig.session))->ok());
        const auto late = resultOf(operations.requestCancel(work, CancelMode::Hard));
        QCOMPARE(late->refusal, OperationRefusal::InvalidTransition);
        QCOMPARE(late->status, OperationStatus::Terminated);
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
