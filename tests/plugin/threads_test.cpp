// SPDX-License-Identifier: Apache-2.0
#include "puppet_box.h"
#include "wait.h"

#include "plugin/plugin_limits.h"
#include "plugin/worker_pool.h"

#include <QJsonArray>
#include <QRegularExpression>
#include <QTest>

#include <set>
#include <thread>

using namespace burrow;
using namespace burrow::test;

using namespace std::chrono_literals;

/// Which thread calls a plugin, and what else may run meanwhile.
class ThreadsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void inlineCallsAreMadeOnTheCallersThread();
    void otherCallsNeverAre();
    void oneCallAtATime_data();
    void oneCallAtATime();
    void aPinnedInstanceKeepsItsThread();
    void blockingCallsOfTwoInstancesOverlap();
    void blockingCallsOfOneInstanceAreInOrder();
    void blockingCallsAreBounded();
    void aBlockedInstanceCostsAThreadNotTheLibrary();
    void aStuckSerialLibraryIsRefused();
    void aHangingCancelHoldsUpNobody();
    void callsThatLastAreNamed_data();
    void callsThatLastAreNamed();
    void poolsServeFirstComeFirstServed();
    void poolsReplaceStuckThreads();

private:
    static void declare(PuppetStage &stage, int32_t model, const char *name, bool blocking);
};

void ThreadsTest::declare(PuppetStage &stage, int32_t model, const char *name, bool blocking)
{
    stage.strings.descriptor.thread_model = model;
    stage.strings.descriptor.flags = blocking ? BURROW_PLUGIN_BLOCKING : 0;
    stage.box.manifest()[QStringLiteral("thread_model")] = QString::fromLatin1(name);
    stage.box.manifest()[QStringLiteral("flags")] =
        blocking ? QJsonArray{QStringLiteral("blocking")} : QJsonArray();
}

void ThreadsTest::inlineCallsAreMadeOnTheCallersThread()
{
    PuppetStage s;
    s.options.inlineCalls = InlineCalls::Yes;
    std::set<std::thread::id> threads;
    s.strings.create = [&](const burrow_create_request *, void **) {
        threads.insert(std::this_thread::get_id());
        return BURROW_OK;
    };
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        threads.insert(std::this_thread::get_id());
        return s.completeRun(token);
    };
    s.strings.stop = [&](void *, const burrow_stop_request *, burrow_token token) {
        threads.insert(std::this_thread::get_id());
        return s.complete(token, BURROW_OK);
    };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    const auto executor = s.make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QCOMPARE(probe.endsOf(run), 1U); // It has been answered when apply returns.
    executor->stop(StopKind::SessionStop, {});
    QCOMPARE(probe.stoppedCount(), 1U);
    QCOMPARE(threads, std::set<std::thread::id>{std::this_thread::get_id()});
}

void ThreadsTest::otherCallsNeverAre()
{
    PuppetStage s;
    const std::thread::id here = std::this_thread::get_id();
    std::atomic<int> wrong{0};
    const auto check = [&] { wrong += std::this_thread::get_id() == here; };
    s.strings.create = [&](const burrow_create_request *, void **) {
        check();
        return BURROW_OK;
    };
    Signal begun;
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token) {
        check();
        begun.raise();
        return BURROW_OK;
    };
    s.strings.cancel = [&](void *, const burrow_cancel_request *request) {
        check();
        return s.complete(request->token, BURROW_CANCELLED);
    };
    s.strings.destroy = [&](void *) { check(); };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    auto executor = s.make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(begun.wait());
    executor->cancel(run, CancelMode::Hard, {});
    QVERIFY(std::holds_alternative<RunCancelled>(probe.waitFinished(run)));
    executor.reset();
    QVERIFY(s.host().close(30s));
    QCOMPARE(wrong.load(), 0);
}

void ThreadsTest::oneCallAtATime_data()
{
    QTest::addColumn<int>("model");
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("blocking");
    QTest::newRow("serial_library") << BURROW_THREAD_SERIAL_LIBRARY << "serial_library" << false;
    QTest::newRow("serial_library, blocking") << BURROW_THREAD_SERIAL_LIBRARY << "serial_library" << true;
    QTest::newRow("serial_instance") << BURROW_THREAD_SERIAL_INSTANCE << "serial_instance" << false;
    QTest::newRow("a model of the future") << 99 << "serial_library" << true;
}

/// Across instances and with clean-ups: never two [instance] or [cleanup] calls in the library.
void ThreadsTest::oneCallAtATime()
{
    QFETCH(int, model);
    QFETCH(QString, name);
    QFETCH(bool, blocking);
    PuppetStage s;
    declare(s, model, qPrintable(name), blocking);
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    const auto visit = [&] {
        most = std::max(most.load(), ++inside);
        std::this_thread::yield();
        --inside;
    };
    s.strings.create = [&](const burrow_create_request *, void **) {
        visit();
        return BURROW_OK;
    };
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        s.completeRun(token);
        visit();
        return BURROW_OK;
    };
    s.strings.cleanup = [&](const burrow_cleanup_request *, burrow_token token) {
        visit();
        return s.complete(token, BURROW_OK);
    };
    s.strings.destroy = [&](void *) { visit(); };
    QCOMPARE(s.start(), QString());
    constexpr int count = 8;
    std::vector<std::unique_ptr<ListenerProbe>> probes;
    std::vector<std::unique_ptr<Executor>> executors;
    for (int at = 0; at < count; ++at) {
        probes.push_back(std::make_unique<ListenerProbe>());
        executors.push_back(s.make(*probes.back()));
    }
    Signal cleaned;
    for (int round = 0; round < 20; ++round) {
        std::vector<RunId> runs;
        for (const auto &executor : executors) {
            runs.push_back(PuppetStage::freshRun());
            executor->apply(PuppetStage::call(runs.back()));
        }
        CleanupCall cleanup;
        cleanup.session = PuppetStage::freshSession();
        s.factory().cleanup(cleanup, [&](const Result<void> &) { cleaned.raise(); });
        for (int at = 0; at < count; ++at)
            QVERIFY(std::holds_alternative<RunOutput>(probes[size_t(at)]->waitFinished(runs[size_t(at)])));
    }
    QVERIFY(cleaned.wait(20));
    executors.clear();
    QVERIFY(s.host().close(30s));
    QCOMPARE(most.load(), 1);
}

void ThreadsTest::aPinnedInstanceKeepsItsThread()
{
    PuppetStage s;
    declare(s, BURROW_THREAD_PINNED, "pinned", false);
    std::mutex mutex;
    std::set<std::thread::id> threads;
    const auto note = [&] {
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
    };
    s.strings.create = [&](const burrow_create_request *, void **) {
        note();
        return BURROW_OK;
    };
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        note();
        return s.completeRun(token);
    };
    s.strings.stop = [&](void *, const burrow_stop_request *, burrow_token token) {
        note();
        return s.complete(token, BURROW_OK);
    };
    s.strings.destroy = [&](void *) { note(); };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    auto executor = s.make(probe);
    for (int at = 0; at < 50; ++at) {
        const RunId run = PuppetStage::freshRun();
        executor->apply(PuppetStage::call(run));
        probe.waitFinished(run);
    }
    executor.reset();
    QVERIFY(s.host().close(30s));
    QCOMPARE(threads.size(), 1U);
}

void ThreadsTest::blockingCallsOfTwoInstancesOverlap()
{
    for (const auto &[model, name] : {std::pair(BURROW_THREAD_SERIAL_INSTANCE, "serial_instance"),
                                      std::pair(BURROW_THREAD_PARALLEL, "parallel")}) {
        PuppetStage s;
        declare(s, model, name, true);
        Signal entered;
        s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
            entered.raise();
            if (!entered.wait(2)) // Both are inside at once, or this test fails.
                return BURROW_TIMEOUT;
            return s.completeRun(token);
        };
        QCOMPARE(s.start(), QString());
        ListenerProbe first;
        ListenerProbe second;
        const auto one = s.make(first);
        const auto other = s.make(second);
        const RunId firstRun = PuppetStage::freshRun();
        const RunId secondRun = PuppetStage::freshRun();
        one->apply(PuppetStage::call(firstRun));
        other->apply(PuppetStage::call(secondRun));
        QVERIFY(std::holds_alternative<RunOutput>(first.waitFinished(firstRun)));
        QVERIFY(std::holds_alternative<RunOutput>(second.waitFinished(secondRun)));
    }
}

void ThreadsTest::blockingCallsOfOneInstanceAreInOrder()
{
    PuppetStage s;
    declare(s, BURROW_THREAD_PARALLEL, "parallel", true);
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        most = std::max(most.load(), ++inside);
        s.completeRun(token); // The session goes on before this call returns.
        std::this_thread::yield();
        --inside;
        return BURROW_OK;
    };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    auto executor = s.make(probe);
    for (int at = 0; at < 100; ++at) {
        const RunId run = PuppetStage::freshRun();
        executor->apply(PuppetStage::call(run));
        QVERIFY(std::holds_alternative<RunOutput>(probe.waitFinished(run)));
    }
    executor.reset();
    QVERIFY(s.host().close(30s));
    QCOMPARE(most.load(), 1);
}

/// More open calls than threads: the rest waits, and nothing is spawned beyond the bound.
void ThreadsTest::blockingCallsAreBounded()
{
    PuppetStage s;
    declare(s, BURROW_THREAD_SERIAL_INSTANCE, "serial_instance", true);
    constexpr int bound = int(limits::plugin_workers_max);
    constexpr int more = 5;
    Signal entered;
    Signal goOn;
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        most = std::max(most.load(), ++inside);
        entered.raise();
        goOn.wait();
        --inside;
        return s.completeRun(token);
    };
    QCOMPARE(s.start(), QString());
    std::vector<std::unique_ptr<ListenerProbe>> probes;
    std::vector<std::unique_ptr<Executor>> executors;
    std::vector<RunId> runs;
    for (int at = 0; at < bound + more; ++at) {
        probes.push_back(std::make_unique<ListenerProbe>());
        executors.push_back(s.make(*probes.back()));
    }
    for (const auto &executor : executors) {
        runs.push_back(PuppetStage::freshRun());
        executor->apply(PuppetStage::call(runs.back()));
    }
    QVERIFY(entered.wait(bound));
    QCOMPARE(entered.count(), bound);
    // A run that waits for a thread can be given up without harm.
    executors.back()->abandon(runs.back(), QStringLiteral("waited too long"));
    QVERIFY(std::holds_alternative<RunAbandoned>(probes.back()->waitFinished(runs.back())));
    QVERIFY(probes.back()->sentences().isEmpty());
    goOn.raise();
    for (std::size_t at = 0; at + 1 < runs.size(); ++at)
        QVERIFY(std::holds_alternative<RunOutput>(probes[at]->waitFinished(runs[at])));
    executors.clear();
    QVERIFY(s.host().close(30s));
    QCOMPARE(most.load(), bound);
    QCOMPARE(entered.count(), bound + more - 1);
}

/// A plugin that did not declare itself blocking, and blocks: once its instance is given up, the others go on.
void ThreadsTest::aBlockedInstanceCostsAThreadNotTheLibrary()
{
    PuppetStage s;
    Signal entered;
    Signal goOn;
    std::atomic<bool> block{true};
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        if (block.exchange(false)) {
            entered.raise();
            goOn.wait();
        }
        return s.completeRun(token);
    };
    Signal destroyed;
    s.strings.destroy = [&](void *) { destroyed.raise(); };
    QCOMPARE(s.start(), QString());
    ListenerProbe first;
    ListenerProbe second;
    auto blocked = s.make(first);
    auto other = s.make(second);
    const RunId run = PuppetStage::freshRun();
    blocked->apply(PuppetStage::call(run));
    QVERIFY(entered.wait());
    const RunId waiting = PuppetStage::freshRun();
    other->apply(PuppetStage::call(waiting));
    blocked->abandon(run, QStringLiteral("it blocks"));
    QVERIFY(std::holds_alternative<RunAbandoned>(first.waitFinished(run)));
    QVERIFY(std::holds_alternative<RunOutput>(second.waitFinished(waiting)));
    ListenerProbe third;
    auto fresh = s.make(third); // New ones are made, too.
    goOn.raise();
    blocked.reset();
    other.reset();
    fresh.reset();
    QVERIFY(destroyed.wait(3));
    QVERIFY(s.host().close(30s));
}

void ThreadsTest::aStuckSerialLibraryIsRefused()
{
    PuppetStage s;
    declare(s, BURROW_THREAD_SERIAL_LIBRARY, "serial_library", true);
    Signal entered;
    Signal goOn;
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        entered.raise();
        goOn.wait();
        return s.completeRun(token);
    };
    Signal destroyed;
    s.strings.destroy = [&](void *) { destroyed.raise(); };
    QCOMPARE(s.start(), QString());
    ListenerProbe first;
    auto blocked = s.make(first);
    const RunId run = PuppetStage::freshRun();
    blocked->apply(PuppetStage::call(run));
    QVERIFY(entered.wait());
    blocked->abandon(run, QStringLiteral("it blocks"));
    ListenerProbe second;
    auto refused = s.factory().create({PuppetStage::freshSession(), "a", "a", 1, {}}, second);
    const Result<void> created = second.waitCreated();
    QVERIFY(!created.ok());
    QVERIFY2(created.error().message.contains(QStringLiteral("stuck in a call")),
             qPrintable(created.error().message));
    goOn.raise();
    blocked.reset();
    refused.reset();
    QVERIFY(destroyed.wait());
    QVERIFY(s.host().close(30s)); // The call has returned after all.
}

void ThreadsTest::aHangingCancelHoldsUpNobody()
{
    PuppetStage s;
    Signal begun;
    Signal inCancel;
    Signal goOn;
    std::mutex mutex;
    std::vector<burrow_token> tokens;
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        const std::lock_guard lock(mutex);
        tokens.push_back(token);
        begun.raise();
        return BURROW_OK;
    };
    s.strings.cancel = [&](void *, const burrow_cancel_request *) {
        inCancel.raise();
        goOn.wait();
        return BURROW_OK;
    };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    auto executor = s.make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(begun.wait());
    executor->cancel(run, CancelMode::Boundary, {}); // Returns although the plugin's cancel does not.
    QVERIFY(inCancel.wait());
    executor->cancel(run, CancelMode::Hard, {});
    const burrow_host *host = s.strings.host;
    QCOMPARE(host->cancelled(host->ctx, tokens[0]), BURROW_CANCEL_HARD); // Who asks, knows.
    ListenerProbe other;
    auto second = s.make(other); // And [instance] calls go on.
    s.completeRun(tokens[0]);
    QVERIFY(std::holds_alternative<RunOutput>(probe.waitFinished(run)));
    goOn.raise();
    executor.reset();
    second.reset();
    QVERIFY(s.host().close(30s));
}

void ThreadsTest::callsThatLastAreNamed_data()
{
    QTest::addColumn<QString>("function");
    for (const char *function : {"create", "apply", "cancel"})
        QTest::newRow(function) << QString::fromLatin1(function);
}

/// Slow calls come back, so nothing fails; somebody has to know of them all the same.
void ThreadsTest::callsThatLastAreNamed()
{
    QFETCH(QString, function);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("\\b%1 took \\d+ ms").arg(function)));
    PuppetStage s;
    const auto last = [&function](const char *own) {
        if (function != QLatin1String(own))
            return;
        const auto end = std::chrono::steady_clock::now() + 2 * limits::plugin_call_expected_max;
        while (std::chrono::steady_clock::now() < end) { // The plugin works for that long.
        }
    };
    Signal cancelled;
    s.strings.create = [&last](const burrow_create_request *, void **self) {
        last("create");
        *self = nullptr;
        return BURROW_OK;
    };
    s.strings.apply = [&s, &last](void *, const burrow_apply_request *, burrow_token token) {
        last("apply");
        s.completeRun(token);
        return BURROW_OK;
    };
    burrow_token open = 0;
    Signal applied;
    if (function == QStringLiteral("cancel")) {
        s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
            open = token;
            applied.raise();
            return BURROW_OK;
        };
    }
    s.strings.cancel = [&](void *, const burrow_cancel_request *) {
        last("cancel");
        s.completeRun(open);
        cancelled.raise();
        return BURROW_OK;
    };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    auto executor = s.make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    if (function == QStringLiteral("cancel")) {
        QVERIFY(applied.wait());
        executor->cancel(run, CancelMode::Hard, {});
        QVERIFY(cancelled.wait());
    }
    QVERIFY(std::holds_alternative<RunOutput>(probe.waitFinished(run)));
    executor.reset();
    QVERIFY(s.host().close(call_patience)); // Every call has returned.
}

namespace {

class Step final : public WorkItem
{
public:
    explicit Step(std::function<bool()> step)
        : m_step(std::move(step))
    {
    }
    bool runStep() override { return m_step(); }

private:
    const std::function<bool()> m_step;
};

} // namespace

void ThreadsTest::poolsServeFirstComeFirstServed()
{
    WorkerPool pool(1, Duration::max(), "test");
    std::vector<int> order;
    Signal done;
    for (int item = 0; item < 3; ++item) {
        auto left = std::make_shared<int>(2);
        pool.post(std::make_shared<Step>([&order, &done, item, left] {
            order.push_back(item);
            done.raise();
            return --*left > 0;
        }));
    }
    QVERIFY(done.wait(6));
    // Items take turns, so that one with much to do starves nobody. The first may get ahead before the rest is
    // there.
    QCOMPARE(std::count(order.begin(), order.end(), 0), 2);
    QCOMPARE(std::count(order.begin(), order.end(), 2), 2);
    QCOMPARE(order.back(), 2);
}

void ThreadsTest::poolsReplaceStuckThreads()
{
    WorkerPool pool(1, Duration::max(), "test");
    Signal entered;
    Signal goOn;
    Signal served;
    const auto stuck = std::make_shared<Step>([&] {
        entered.raise();
        goOn.wait();
        return false;
    });
    pool.post(stuck);
    QVERIFY(entered.wait());
    QVERIFY(pool.isRunning(stuck.get()));
    const auto serve = [&] {
        pool.post(std::make_shared<Step>([&] {
            served.raise();
            return false;
        }));
    };
    serve();
    QVERIFY(pool.replaceThreadOf(stuck.get()));
    QVERIFY(served.wait(1));
    QVERIFY(!pool.replaceThreadOf(stuck.get())); // Once is enough.
    goOn.raise();
    serve();
    QVERIFY(served.wait(2));
}

QTEST_GUILESS_MAIN(ThreadsTest)
#include "threads_test.moc"
