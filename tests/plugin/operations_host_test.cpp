// SPDX-License-Identifier: Apache-2.0
#include "operations_caller.h"

#include "control/host.h"
#include "session/system_clock.h"
#include "store/memory_store.h"
#include "support/await.h"
#include "support/test_inputs.h"

#include <QTest>

#include <thread>

using namespace burrow;
using namespace burrow::test;

/// Operations from a plugin's table to the store and back to the plugin.
class OperationsHostTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEndFromAnyThreadWakesTheSessionOnce()
    {
        OperationsStage s;
        std::atomic<burrow_operation> begun = 0;
        std::atomic<int> runs = 0;
        s.stage.strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
            if (++runs == 1) {
                const OperationsCaller caller(s.stage.strings.host);
                burrow_operation operation = 0;
                caller.begin(s.instance, BURROW_OPERATION_BACKGROUND_TOOL, "background", operation);
                caller.update(operation, BURROW_OPERATION_STARTED);
                begun = operation;
            }
            s.stage.completeRun(token);
            return BURROW_OK;
        };
        QCOMPARE(s.stage.start(), QString());
        MemoryStore store;
        SystemClock clock;
        Host host({.name = "operations", .shards = 1}, store, clock);
        const std::shared_ptr<ExecutorFactory> factory(&s.stage.factory(), [](ExecutorFactory *) {});
        const auto opened = resultOf(host.openSession({"alpha", factory, {}}));
        QVERIFY(opened && opened->ok());
        const SessionId alpha = (*opened)->id;
        QVERIFY(resultOf(host.submit(alpha, promptOf("go"), {.wait = WaitFor::Terminal}).outcome)->succeeded());
        const OperationsCaller caller(s.stage.strings.host);
        std::thread([&] { caller.update(begun, BURROW_OPERATION_COMPLETE, "found it"); }).join();
        QTRY_COMPARE_WITH_TIMEOUT(runs.load(), 2, 60'000);
        QVERIFY(finishes(host.whenSettled()));
        QCOMPARE(runs.load(), 2);
        QCOMPARE(caller.state(begun), BURROW_STALE); // It has ended, and that is durable.
        const auto ends = resultOf(host.operations(alpha).completions());
        QVERIFY(ends && ends->ok());
        QCOMPARE((*ends)->size(), std::size_t(1));
        QCOMPARE((**ends)[0].spec.name, QByteArray("background"));
        QCOMPARE((**ends)[0].outcome, OperationOutcome(OperationCompleted{"found it", {}}));
    }

    void aStepThatIsRefusedIsToldByTheState()
    {
        OperationsStage s;
        QCOMPARE(s.stage.start(), QString());
        MemoryStore store;
        SystemClock clock;
        Host host({.name = "operations", .shards = 1}, store, clock);
        const std::shared_ptr<ExecutorFactory> factory(&s.stage.factory(), [](ExecutorFactory *) {});
        CoreSettings settings;
        settings.operationLimit = 1;
        const auto opened = resultOf(host.openSession({"alpha", factory, settings}));
        const SessionId alpha = (*opened)->id;
        QVERIFY(resultOf(host.submit(alpha, promptOf("go"), {.wait = WaitFor::Terminal}).outcome)->succeeded());
        const OperationsCaller caller(s.stage.strings.host);
        burrow_operation first = 0;
        burrow_operation second = 0;
        QCOMPARE(caller.begin(s.instance, BURROW_OPERATION_BACKGROUND_TOOL, "a", first), BURROW_OK);
        QCOMPARE(caller.begin(s.instance, BURROW_OPERATION_BACKGROUND_TOOL, "b", second), BURROW_OK);
        QTRY_COMPARE_WITH_TIMEOUT(caller.state(second), BURROW_EXHAUSTED, 20'000);
        QCOMPARE(caller.update(second, BURROW_OPERATION_STARTED), BURROW_STALE);
        QCOMPARE(caller.state(first), BURROW_OK);
        QCOMPARE(caller.update(first, BURROW_OPERATION_COMPLETE, "too early"), BURROW_OK);
        QTRY_COMPARE_WITH_TIMEOUT(caller.state(first), BURROW_BAD_STATE, 20'000);
    }
};

QTEST_GUILESS_MAIN(OperationsHostTest)
#include "operations_host_test.moc"
