// SPDX-License-Identifier: Apache-2.0
#include "operations_caller.h"
#include "wait.h"

#include <QTest>

#include <thread>

using namespace burrow;
using namespace burrow::test;

/// What an executor says of work that outlives its run, from the table of the extension on.
class OperationsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void stepsReachTheSessionInTheirOrder()
    {
        OperationsStage s;
        QCOMPARE(s.stage.start(), QString());
        ListenerProbe probe;
        const auto executor = s.stage.make(probe);
        const OperationsCaller caller(s.stage.strings.host);
        burrow_operation operation = 0;
        QCOMPARE(caller.begin(s.instance, BURROW_OPERATION_MEMBER_CHILD, "fetch", operation), BURROW_OK);
        std::thread([&] {
            caller.update(operation, BURROW_OPERATION_STARTED);
            caller.update(operation, BURROW_OPERATION_PROGRESS, "half");
            caller.update(operation, BURROW_OPERATION_FAIL, "it broke");
        }).join();
        QVERIFY(probe.waitSteps(4));
        const std::vector<OperationRequest> steps = probe.steps();
        const auto &added = std::get<RegisterOperation>(steps[0]);
        QCOMPARE(added.spec.kind, OperationKind::MobMemberChild);
        QCOMPARE(added.spec.name, QByteArray("fetch"));
        QCOMPARE(added.spec.source, QByteArray(executor_operation_source));
        QCOMPARE(std::get<AdvanceOperation>(steps[1]).verb, OperationVerb::ProvisioningSucceeded);
        QCOMPARE(std::get<AdvanceOperation>(steps[2]).verb, OperationVerb::ReportProgress);
        const auto &failed = std::get<EndOperation>(steps[3]);
        QCOMPARE(failed.operation, added.spec.id);
        QCOMPARE(failed.verb, OperationVerb::Fail);
        QCOMPARE(failed.outcome, OperationOutcome(OperationFailed{QStringLiteral("it broke")}));
    }

    void whatIsMalformedIsRefusedAndReachesNobody()
    {
        OperationsStage s;
        QCOMPARE(s.stage.start(), QString());
        ListenerProbe probe;
        const auto executor = s.stage.make(probe);
        const OperationsCaller caller(s.stage.strings.host);
        burrow_operation operation = 0;
        QCOMPARE(caller.begin(s.instance, 0, "x", operation), BURROW_INVALID);
        QCOMPARE(caller.begin(s.instance, 4, "x", operation), BURROW_INVALID);
        QCOMPARE(caller.begin(s.instance, 1, QByteArray(300, 'x'), operation), BURROW_TOO_LARGE);
        QCOMPARE(caller.begin(s.instance, 1, "a\nb", operation), BURROW_INVALID);
        QCOMPARE(caller.begin(s.instance + 1, 1, "x", operation), BURROW_STALE);
        QCOMPARE(caller.begin(0, 1, "x", operation), BURROW_STALE);
        QCOMPARE(operation, burrow_operation(0));
        const burrow_operation_begin small = {24, 1, toAbiText("x"), 0};
        QCOMPARE(caller.table->begin(caller.host->ctx, s.instance, &small, &operation), BURROW_INVALID);
        QCOMPARE(caller.table->begin(caller.host->ctx, s.instance, nullptr, &operation), BURROW_INVALID);
        QCOMPARE(caller.table->begin(nullptr, s.instance, &small, &operation), BURROW_INVALID);
        QVERIFY(probe.steps().empty());

        QCOMPARE(caller.begin(s.instance, 1, "x", operation), BURROW_OK);
        QCOMPARE(caller.update(operation, 0), BURROW_INVALID);
        QCOMPARE(caller.update(operation, 10), BURROW_INVALID);
        QCOMPARE(caller.update(operation, BURROW_OPERATION_COMPLETE, "\xff"), BURROW_INVALID);
        QCOMPARE(caller.update(operation, BURROW_OPERATION_COMPLETE, QByteArray(17 << 10, 'x')),
                 BURROW_TOO_LARGE);
        burrow_error torn = {};
        torn.struct_size = sizeof torn - 8;
        QCOMPARE(caller.update(operation, BURROW_OPERATION_FAIL, "x", &torn), BURROW_INVALID);
        QCOMPARE(caller.update(operation + 1, BURROW_OPERATION_STARTED), BURROW_STALE);
        QCOMPARE(caller.update(s.instance, BURROW_OPERATION_STARTED), BURROW_STALE);
        QCOMPARE(caller.table->update(caller.host->ctx, operation, nullptr), BURROW_INVALID);
        QCOMPARE(probe.steps().size(), std::size_t(1));
    }

    void whatFailedIsSaidByItsErrorFirst_data()
    {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("kept");
        QTest::newRow("message") << QByteArray("no route") << QByteArray("text") << QStringLiteral("no route");
        QTest::newRow("text") << QByteArray() << QByteArray("it broke") << QStringLiteral("it broke");
        QTest::newRow("status") << QByteArray() << QByteArray() << QStringLiteral("it failed: UNAVAILABLE");
        QTest::newRow("long") << QByteArray(20 << 10, 'x') << QByteArray()
                              << QString(4 << 10, u'x') + QStringLiteral("…");
    }

    void whatFailedIsSaidByItsErrorFirst()
    {
        QFETCH(QByteArray, message);
        QFETCH(QByteArray, text);
        QFETCH(QString, kept);
        OperationsStage s;
        QCOMPARE(s.stage.start(), QString());
        ListenerProbe probe;
        const auto executor = s.stage.make(probe);
        const OperationsCaller caller(s.stage.strings.host);
        burrow_operation operation = 0;
        QCOMPARE(caller.begin(s.instance, BURROW_OPERATION_BACKGROUND_TOOL, "fetch", operation), BURROW_OK);
        burrow_error error = {};
        error.struct_size = sizeof error;
        error.code = BURROW_UNAVAILABLE;
        error.message = toAbiText(message);
        QCOMPARE(caller.update(operation, BURROW_OPERATION_FAIL, text, &error), BURROW_OK);
        QVERIFY(probe.waitSteps(2));
        QCOMPARE(std::get<EndOperation>(probe.steps()[1]).outcome, OperationOutcome(OperationFailed{kept}));
    }

    void aNameIsNoCall()
    {
        OperationsStage s;
        QCOMPARE(s.stage.start(), QString());
        ListenerProbe probe;
        const auto executor = s.stage.make(probe);
        const OperationsCaller caller(s.stage.strings.host);
        burrow_operation operation = 0;
        QCOMPARE(caller.begin(s.instance, BURROW_OPERATION_CAPACITY_SLOT, "x", operation), BURROW_OK);
        QCOMPARE(s.stage.complete(operation, BURROW_OK), BURROW_STALE);
        QVERIFY(probe.waitMisbehaved().contains(QStringLiteral("which is no call")));
        QCOMPARE(caller.host->cancelled(caller.host->ctx, operation), BURROW_STALE);
        QCOMPARE(caller.update(operation, BURROW_OPERATION_STARTED), BURROW_OK);
    }

    void namesEndWithTheirInstance()
    {
        OperationsStage s;
        Signal destroyed;
        s.stage.strings.destroy = [&](void *) { destroyed.raise(); };
        QCOMPARE(s.stage.start(), QString());
        ListenerProbe probe;
        auto executor = s.stage.make(probe);
        const OperationsCaller caller(s.stage.strings.host);
        burrow_operation operation = 0;
        QCOMPARE(caller.begin(s.instance, 1, "x", operation), BURROW_OK);
        executor.reset();
        QVERIFY(destroyed.wait());
        QVERIFY(s.stage.host().close(std::chrono::seconds(20)));
        const int32_t answer = caller.update(operation, BURROW_OPERATION_STARTED);
        QVERIFY(answer == BURROW_STALE || answer == BURROW_CLOSED);
    }
};

QTEST_GUILESS_MAIN(OperationsTest)
#include "operations_test.moc"
