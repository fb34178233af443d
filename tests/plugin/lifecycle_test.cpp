// SPDX-License-Identifier: Apache-2.0
#include "log_probe.h"
#include "puppet_box.h"
#include "wait.h"

#include "plugin/abi_text.h"

#include <burrow/ext/checkpoint.h>

#include <QTest>

#include <thread>

using namespace burrow;
using namespace burrow::test;

using namespace std::chrono_literals;

/// The life of an instance whatever happens: each call is answered in time, `destroy` comes exactly when it
/// may, and clean-up comes after it.
class LifecycleTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void droppingAnIdleInstanceStopsAndFreesIt();
    void droppingWithoutStopFreesAtOnce();
    void droppingDuringARunCancelsAndWaits();
    void droppingBeforeTheRunWasSeen();
    void droppingBeforeCreateWasCalled();
    void droppingDuringCreate();
    void nothingIsHeardAfterDropping();
    void destroyWaitsForCallsThatStillRun();
    void createThatHangsIsAnswered();
    void createThatReturnsAfterItsTime();
    void stopThatNeverCompletesIsAnswered();
    void checkpointThatNeverCompletesIsAnswered();
    void cleanupThatNeverCompletesIsAnswered();
    void cleanupBehindAStuckCallIsAnswered();
    void aDroppedRunThatNeverEndsIsLeaked();
    void destroyThatHangsIsLeaked();
    void cleanupWaitsForTheInstance();
    void cleanupsOfASessionFollowEachOther();
    void cleanupIsNotHeldUpByALeak();
    void tenThousandInstancesLeaveNothingBehind();
};

void LifecycleTest::droppingAnIdleInstanceStopsAndFreesIt()
{
    PuppetStage s;
    Signal stopped;
    Signal destroyed;
    s.strings.stop = [&](void *, const burrow_stop_request *request, burrow_token token) {
        if (request->kind == BURROW_STOP_RESTART)
            stopped.raise();
        return s.complete(token, BURROW_OK);
    };
    s.strings.destroy = [&](void *) {
        if (stopped.count() == 1)
            destroyed.raise();
    };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    auto executor = s.make(probe);
    executor.reset();
    QVERIFY(destroyed.wait());
    QVERIFY(s.host().close(30s));
    QCOMPARE(probe.stoppedCount(), 0U); // Nobody asked.
}

void LifecycleTest::droppingWithoutStopFreesAtOnce()
{
    PuppetStage s;
    s.strings.executor.stop = nullptr;
    Signal destroyed;
    s.strings.destroy = [&](void *) { destroyed.raise(); };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    auto executor = s.make(probe);
    executor.reset();
    QVERIFY(destroyed.wait());
    QVERIFY(s.host().close(30s));
}

void LifecycleTest::droppingDuringARunCancelsAndWaits()
{
    PuppetStage s;
    std::atomic<burrow_token> token{0};
    Signal begun;
    Signal cancelled;
    Signal destroyed;
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token given) {
        token = given;
        begun.raise();
        return BURROW_OK;
    };
    s.strings.cancel = [&](void *, const burrow_cancel_request *request) {
        if (request->mode == BURROW_CANCEL_MODE_HARD && request->token == token)
            cancelled.raise();
        return BURROW_OK;
    };
    s.strings.destroy = [&](void *) { destroyed.raise(); };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    auto executor = s.make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(begun.wait());
    executor.reset();
    QVERIFY(cancelled.wait());
    QCOMPARE(s.strings.host->cancelled(s.strings.host->ctx, token), BURROW_CANCEL_HARD);
    QCOMPARE(destroyed.count(), 0);
    QCOMPARE(s.complete(token, BURROW_CANCELLED), BURROW_OK);
    QVERIFY(destroyed.wait());
    QVERIFY(s.host().close(30s));
    QCOMPARE(probe.endsOf(run), 0U); // Nobody listens any more.
}

void LifecycleTest::droppingBeforeTheRunWasSeen()
{
    PuppetStage s;
    Signal entered;
    Signal goOn;
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        entered.raise();
        goOn.wait();
        return s.completeRun(token);
    };
    QCOMPARE(s.start(), QString());
    ListenerProbe first;
    ListenerProbe second;
    auto busy = s.make(first);
    auto waiting = s.make(second);
    busy->apply(PuppetStage::call(PuppetStage::freshRun()));
    QVERIFY(entered.wait());
    waiting->apply(PuppetStage::call(PuppetStage::freshRun()));
    waiting.reset();
    goOn.raise();
    busy.reset();
    QVERIFY(s.host().close(30s));
    QCOMPARE(entered.count(), 1); // The plugin never saw the second one's run.
}

void LifecycleTest::droppingBeforeCreateWasCalled()
{
    PuppetStage s;
    Signal entered;
    Signal goOn;
    Signal destroyed;
    s.strings.create = [&](const burrow_create_request *, void **) {
        entered.raise();
        goOn.wait();
        return BURROW_OK;
    };
    s.strings.destroy = [&](void *) { destroyed.raise(); };
    QCOMPARE(s.start(), QString());
    ListenerProbe first;
    ListenerProbe second;
    auto slow = s.factory().create({PuppetStage::freshSession(), "a", "a", 1, {}}, first);
    QVERIFY(entered.wait());
    auto never = s.factory().create({PuppetStage::freshSession(), "b", "b", 1, {}}, second);
    never.reset();
    goOn.raise();
    QVERIFY(first.waitCreated().ok());
    slow.reset();
    QVERIFY(s.host().close(30s));
    QCOMPARE(entered.count(), 1);
    QCOMPARE(destroyed.count(), 1);
    QCOMPARE(second.createdCount(), 0U);
}

void LifecycleTest::droppingDuringCreate()
{
    PuppetStage s;
    Signal entered;
    Signal goOn;
    Signal destroyed;
    s.strings.create = [&](const burrow_create_request *, void **self) {
        entered.raise();
        goOn.wait();
        *self = &entered;
        return BURROW_OK;
    };
    s.strings.destroy = [&](void *self) {
        if (self == &entered)
            destroyed.raise();
    };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    auto executor = s.factory().create({PuppetStage::freshSession(), "a", "a", 1, {}}, probe);
    QVERIFY(entered.wait());
    executor.reset();
    goOn.raise();
    QVERIFY(destroyed.wait());
    QVERIFY(s.host().close(30s));
    QCOMPARE(probe.createdCount(), 0U);
}

/// A listener that is destroyed right after its executor, while the plugin talks on from another thread.
void LifecycleTest::nothingIsHeardAfterDropping()
{
    PuppetStage s;
    std::atomic<burrow_token> token{0};
    std::atomic<bool> over{false};
    Signal begun;
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token given) {
        token = given;
        begun.raise();
        return BURROW_OK;
    };
    s.strings.cancel = [&](void *, const burrow_cancel_request *request) {
        return s.complete(request->token, BURROW_CANCELLED);
    };
    QCOMPARE(s.start(), QString());
    std::thread talker([&] {
        burrow_event event = {};
        event.struct_size = sizeof event;
        event.type = BURROW_EVENT_STATUS;
        while (!over)
            s.strings.host->emit(s.strings.host->ctx, token, &event);
    });
    for (int at = 0; at < 200; ++at) {
        auto probe = std::make_unique<ListenerProbe>();
        auto executor = s.make(*probe);
        executor->apply(PuppetStage::call(PuppetStage::freshRun()));
        QVERIFY(begun.wait(at + 1));
        executor.reset();
        probe.reset();
    }
    over = true;
    talker.join();
    QVERIFY(s.host().close(30s));
}

void LifecycleTest::destroyWaitsForCallsThatStillRun()
{
    PuppetStage s;
    std::atomic<burrow_token> token{0};
    Signal begun;
    Signal inCancel;
    Signal goOn;
    Signal destroyed;
    std::atomic<bool> cancelReturned{false};
    std::atomic<bool> tooEarly{false};
    s.strings.executor.stop = nullptr;
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token given) {
        token = given;
        begun.raise();
        return BURROW_OK;
    };
    s.strings.cancel = [&](void *, const burrow_cancel_request *) {
        inCancel.raise();
        goOn.wait();
        cancelReturned = true;
        return BURROW_OK;
    };
    s.strings.destroy = [&](void *) {
        tooEarly = !cancelReturned;
        destroyed.raise();
    };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    auto executor = s.make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(begun.wait());
    executor->cancel(run, CancelMode::Hard, {});
    QVERIFY(inCancel.wait());
    s.completeRun(token);
    probe.waitFinished(run);
    executor.reset(); // At rest, but for the cancel that has not returned.
    QCOMPARE(destroyed.count(), 0);
    goOn.raise();
    QVERIFY(destroyed.wait());
    QVERIFY(!tooEarly);
    QVERIFY(s.host().close(30s));
}

void LifecycleTest::createThatHangsIsAnswered()
{
    PuppetStage s;
    s.options.createMax = 2s;
    Signal goOn;
    Signal destroyed;
    s.strings.destroy = [&](void *) { destroyed.raise(); };
    s.strings.create = [&](const burrow_create_request *, void **) {
        goOn.wait();
        return BURROW_OK;
    };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    auto executor = s.factory().create({PuppetStage::freshSession(), "a", "a", 1, {}}, probe);
    const Result<void> created = probe.waitCreated();
    QVERIFY(!created.ok());
    QVERIFY(created.error().message.contains(QStringLiteral("has not answered create in time")));
    executor.reset();
    QCOMPARE(s.host().leakedInstances(), 1U);
    QVERIFY(!s.host().close(10ms));
    goOn.raise();
    QVERIFY(destroyed.wait());
}

void LifecycleTest::createThatReturnsAfterItsTime()
{
    PuppetStage s;
    s.options.createMax = 2s;
    Signal goOn;
    Signal destroyed;
    s.strings.create = [&](const burrow_create_request *, void **) {
        goOn.wait();
        return BURROW_OK;
    };
    s.strings.destroy = [&](void *) { destroyed.raise(); };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    auto executor = s.factory().create({PuppetStage::freshSession(), "a", "a", 1, {}}, probe);
    QVERIFY(!probe.waitCreated().ok());
    executor.reset();
    goOn.raise();
    QVERIFY(destroyed.wait()); // What was made late is freed.
    QVERIFY(s.host().close(30s));
    QCOMPARE(probe.createdCount(), 1U);
}

void LifecycleTest::stopThatNeverCompletesIsAnswered()
{
    PuppetStage s;
    s.options.stopMax = 2s;
    std::atomic<burrow_token> token{0};
    s.strings.stop = [&](void *, const burrow_stop_request *, burrow_token given) {
        token = given;
        return BURROW_OK;
    };
    Signal destroyed;
    s.strings.destroy = [&](void *) { destroyed.raise(); };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    auto executor = s.make(probe);
    executor->stop(StopKind::SessionStop, {});
    QVERIFY(probe.waitStopped().error().message.contains(QStringLiteral("not come to rest")));
    QCOMPARE(s.complete(token, BURROW_OK), BURROW_STALE);
    QCOMPARE(probe.stoppedCount(), 1U);
    executor.reset();
    QVERIFY(!s.host().close(10ms));
    QCOMPARE(s.host().leakedInstances(), 1U);
    QCOMPARE(destroyed.count(), 0);
}

namespace {

std::atomic<burrow_token> g_checkpointToken{0};

int32_t keepCheckpoint(void *, const burrow_committed_request *, burrow_token token)
{
    g_checkpointToken = token;
    return BURROW_OK;
}

const burrow_checkpoint_executor keepingTable = {sizeof(burrow_checkpoint_executor), 0, &keepCheckpoint};

} // namespace

void LifecycleTest::checkpointThatNeverCompletesIsAnswered()
{
    PuppetStage s;
    s.options.answerMax = 2s;
    s.strings.getExtension = [](void *, const burrow_text *) { return &keepingTable; };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    auto executor = s.make(probe);
    executor->checkpointCommitted(PuppetStage::freshRun(), 1, "state");
    QVERIFY(probe.waitCheckpoint().error().message.contains(QStringLiteral("not answered committed in time")));
    executor.reset();
    QCOMPARE(s.host().leakedInstances(), 1U);
    QCOMPARE(s.complete(g_checkpointToken, BURROW_OK), BURROW_STALE);
    QVERIFY(s.host().close(30s)); // It has come to rest after all.
}

void LifecycleTest::cleanupThatNeverCompletesIsAnswered()
{
    PuppetStage s;
    s.options.answerMax = 2s;
    std::atomic<burrow_token> token{0};
    s.strings.cleanup = [&](const burrow_cleanup_request *, burrow_token given) {
        token = given;
        return BURROW_OK;
    };
    QCOMPARE(s.start(), QString());
    Signal done;
    QString failure;
    CleanupCall call;
    call.session = PuppetStage::freshSession();
    s.factory().cleanup(call, [&](const Result<void> &result) {
        failure = result ? QString() : result.error().message;
        done.raise();
    });
    QVERIFY(done.wait());
    QVERIFY(failure.contains(QStringLiteral("has not answered cleanup in time")));
    QCOMPARE(s.complete(token, BURROW_OK), BURROW_STALE);
    QCOMPARE(done.count(), 1);
}

void LifecycleTest::cleanupBehindAStuckCallIsAnswered()
{
    PuppetStage s;
    s.options.answerMax = 50ms;
    Signal entered;
    Signal goOn;
    Signal cleaned;
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        entered.raise();
        goOn.wait();
        return s.completeRun(token);
    };
    s.strings.cleanup = [&](const burrow_cleanup_request *, burrow_token token) {
        cleaned.raise();
        return s.complete(token, BURROW_OK);
    };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    auto executor = s.make(probe);
    executor->apply(PuppetStage::call(PuppetStage::freshRun()));
    QVERIFY(entered.wait());
    Signal done;
    bool good = true;
    CleanupCall call;
    call.session = PuppetStage::freshSession();
    call.sessionName = "bird";
    const LogProbe log;
    s.factory().cleanup(call, [&](const Result<void> &result) {
        good = result.ok();
        done.raise();
    });
    QVERIFY(done.wait());
    QVERIFY(!good);
    QVERIFY(log.all().contains(logged(QtWarningMsg,
                                      QStringLiteral("the plugin puppet has not answered cleanup in time"),
                                      "bird", {}, "puppet")));
    goOn.raise();
    executor.reset();
    QVERIFY(s.host().close(30s));
    QCOMPARE(cleaned.count(), 0); // Its time was over before its turn.
    QCOMPARE(done.count(), 1);
}

void LifecycleTest::aDroppedRunThatNeverEndsIsLeaked()
{
    PuppetStage s;
    s.options.stopMax = 50ms;
    Signal begun;
    std::atomic<burrow_token> token{0};
    Signal destroyed;
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token given) {
        token = given;
        begun.raise();
        return BURROW_OK;
    };
    s.strings.destroy = [&](void *) { destroyed.raise(); };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    auto executor = s.make(probe);
    executor->apply(PuppetStage::call(PuppetStage::freshRun()));
    QVERIFY(begun.wait());
    executor.reset();
    QVERIFY(!s.host().close(30s)); // Ends as soon as the leak is known, not after 30 s.
    QCOMPARE(s.host().leakedInstances(), 1U);
    QCOMPARE(s.complete(token, BURROW_CANCELLED), BURROW_OK); // The token was never taken away.
    QVERIFY(destroyed.wait());
}

void LifecycleTest::destroyThatHangsIsLeaked()
{
    PuppetStage s;
    s.options.stopMax = 50ms;
    Signal goOn;
    Signal returned;
    s.strings.destroy = [&](void *) {
        goOn.wait();
        returned.raise();
    };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    auto executor = s.make(probe);
    executor.reset();
    QVERIFY(!s.host().close(30s));
    QCOMPARE(s.host().leakedInstances(), 1U);
    goOn.raise();
    QVERIFY(returned.wait());
}

void LifecycleTest::cleanupWaitsForTheInstance()
{
    PuppetStage s;
    std::vector<std::string> order;
    std::mutex mutex;
    const auto note = [&](const char *what) {
        const std::lock_guard lock(mutex);
        order.emplace_back(what);
    };
    std::atomic<burrow_token> token{0};
    Signal stopping;
    s.strings.stop = [&](void *, const burrow_stop_request *, burrow_token given) {
        token = given;
        stopping.raise();
        return BURROW_OK;
    };
    s.strings.destroy = [&](void *) { note("destroy"); };
    s.strings.cleanup = [&](const burrow_cleanup_request *, burrow_token given) {
        note("cleanup");
        return s.complete(given, BURROW_OK);
    };
    QCOMPARE(s.start(), QString());
    const SessionId session = PuppetStage::freshSession();
    ListenerProbe probe;
    auto executor = s.makeFor(session, probe);
    executor.reset();
    QVERIFY(stopping.wait());
    Signal done;
    CleanupCall call;
    call.session = session;
    s.factory().cleanup(call, [&](const Result<void> &) { done.raise(); });
    QCOMPARE(done.count(), 0);
    s.complete(token, BURROW_OK);
    QVERIFY(done.wait());
    QVERIFY(s.host().close(30s));
    QCOMPARE(order, (std::vector<std::string>{"destroy", "cleanup"}));
}

void LifecycleTest::cleanupsOfASessionFollowEachOther()
{
    PuppetStage s;
    std::atomic<int> open{0};
    std::atomic<int> most{0};
    std::mutex mutex;
    std::vector<burrow_token> tokens;
    Signal entered;
    s.strings.cleanup = [&](const burrow_cleanup_request *, burrow_token token) {
        most = std::max(most.load(), ++open);
        const std::lock_guard lock(mutex);
        tokens.push_back(token);
        entered.raise();
        return BURROW_OK;
    };
    QCOMPARE(s.start(), QString());
    CleanupCall call;
    call.session = PuppetStage::freshSession();
    Signal done;
    for (int at = 0; at < 3; ++at)
        s.factory().cleanup(call, [&](const Result<void> &) { done.raise(); });
    for (int at = 0; at < 3; ++at) {
        QVERIFY(entered.wait(at + 1));
        --open;
        burrow_token token = 0;
        {
            const std::lock_guard lock(mutex);
            token = tokens.back();
        }
        s.complete(token, BURROW_OK);
        QVERIFY(done.wait(at + 1));
    }
    QCOMPARE(most.load(), 1);
}

void LifecycleTest::cleanupIsNotHeldUpByALeak()
{
    PuppetStage s;
    Signal begun;
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token) {
        begun.raise();
        return BURROW_OK;
    };
    QCOMPARE(s.start(), QString());
    const SessionId session = PuppetStage::freshSession();
    ListenerProbe probe;
    auto executor = s.makeFor(session, probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(begun.wait());
    executor->abandon(run, QStringLiteral("gone"));
    executor.reset();
    Signal done;
    CleanupCall call;
    call.session = session;
    call.cause = CleanupCause::Abandoned;
    s.factory().cleanup(call, [&](const Result<void> &result) {
        if (result)
            done.raise();
    });
    QVERIFY(done.wait());
}

void LifecycleTest::tenThousandInstancesLeaveNothingBehind()
{
    PuppetStage s;
    std::atomic<int> alive{0};
    s.strings.create = [&](const burrow_create_request *, void **) {
        ++alive;
        return BURROW_OK;
    };
    s.strings.destroy = [&](void *) { --alive; };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    std::vector<std::unique_ptr<Executor>> executors;
    for (int at = 0; at < 10'000; ++at)
        executors.push_back(s.factory().create({PuppetStage::freshSession(), "a", "a", 1, {}}, probe));
    for (int at = 0; at < 10'000; ++at)
        QVERIFY(probe.waitCreated().ok());
    QCOMPARE(alive.load(), 10'000);
    executors.clear();
    QVERIFY(s.host().close(30s));
    QCOMPARE(alive.load(), 0);
}

QTEST_GUILESS_MAIN(LifecycleTest)
#include "lifecycle_test.moc"
