// SPDX-License-Identifier: Apache-2.0
#include "puppet_box.h"
#include "wait.h"

#include "plugin/abi_text.h"

#include <QTest>

#include <random>
#include <stdexcept>
#include <thread>

using namespace burrow;
using namespace burrow::test;

/// The adapter with plugins that break the contract: each violation is contained, answered and named, and the
/// session still gets one answer per call.
class MisbehaviourTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data();

    void completesTwice();
    void completesAThousandTimes();
    void racesWithItselfToComplete();
    void completesAfterRefusing();
    void completesAndThenRefuses();
    void completesAnotherRun();
    void completesAnotherPluginsRun();
    void completesRandomTokens();
    void completesItsInstance();
    void completesMalformed();
    void namesAnotherRunInItsReceipt();
    void reordersContributors();
    void emitsAfterTheEnd();
    void throwsFromEveryFunction_data();
    void throwsFromEveryFunction();
    void failsToCancelAtTheBoundary_data();
    void failsToCancelAtTheBoundary();
    void neverCompletesAndIsAbandoned();
    void completesAfterItWasAbandoned();
    void refusesAfterItWasAbandoned();
    void holdsItsLockAroundEveryCall();
    void breaksTheCheckpointExtension();
    void repeatsAreReportedWithMeasure();

private:
    std::unique_ptr<PuppetStage> stage() const;
};

void MisbehaviourTest::initTestCase_data()
{
    QTest::addColumn<bool>("inlineCalls");
    QTest::newRow("worker") << false;
    QTest::newRow("inline") << true;
}

std::unique_ptr<PuppetStage> MisbehaviourTest::stage() const
{
    QFETCH_GLOBAL(bool, inlineCalls);
    auto made = std::make_unique<PuppetStage>();
    made->options.inlineCalls = inlineCalls ? InlineCalls::Yes : InlineCalls::No;
    return made;
}

void MisbehaviourTest::completesTwice()
{
    const auto s = stage();
    int32_t second = 0;
    Signal returned;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        s->completeRun(token, "first");
        second = s->completeRun(token, "second");
        returned.raise();
        return BURROW_OK;
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    const RunEnd end = probe.waitFinished(run);
    QCOMPARE(std::get<RunOutput>(end).text, QByteArray("first"));
    const QString sentence = probe.waitMisbehaved();
    QVERIFY2(sentence.contains(QStringLiteral("puppet completed the same call of apply twice")),
             qPrintable(sentence));
    QVERIFY(returned.wait());
    QCOMPARE(second, BURROW_STALE);
    QCOMPARE(probe.endsOf(run), 1U);
    QCOMPARE(s->host().loaded()[0].violations, quint64(1));
}

void MisbehaviourTest::completesAThousandTimes()
{
    const auto s = stage();
    int stale = 0;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        s->completeRun(token);
        for (int at = 0; at < 1000; ++at)
            stale += s->completeRun(token) == BURROW_STALE;
        return BURROW_OK;
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    probe.waitFinished(run);
    executor.reset();
    QVERIFY(s->host().close(std::chrono::seconds(30)));
    QCOMPARE(stale, 1000);
    QCOMPARE(probe.endsOf(run), 1U);
}

void MisbehaviourTest::racesWithItselfToComplete()
{
    const auto s = stage();
    constexpr int threads = 2;
    std::atomic<burrow_token> token{0};
    std::atomic<int> accepted{0};
    std::atomic<bool> over{false};
    Rendezvous rendezvous(threads + 1);
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token given) {
        token = given;
        return BURROW_OK;
    };
    QCOMPARE(s->start(), QString());
    std::vector<std::thread> team;
    for (int at = 0; at < threads; ++at) {
        team.emplace_back([&] {
            for (;;) {
                rendezvous.meet();
                if (over)
                    return;
                accepted += s->completeRun(token) == BURROW_OK;
                rendezvous.meet();
            }
        });
    }
    ListenerProbe probe;
    const auto executor = s->make(probe);
    constexpr int rounds = 200;
    for (int round = 0; round < rounds; ++round) {
        const RunId run = PuppetStage::freshRun();
        token = 0;
        executor->apply(PuppetStage::call(run));
        while (token == 0)
            std::this_thread::yield();
        rendezvous.meet();
        rendezvous.meet();
        QVERIFY(std::holds_alternative<RunOutput>(probe.waitFinished(run)));
        QCOMPARE(probe.endsOf(run), 1U);
    }
    over = true;
    rendezvous.meet();
    for (std::thread &thread : team)
        thread.join();
    QCOMPARE(accepted.load(), rounds);
}

void MisbehaviourTest::completesAfterRefusing()
{
    const auto s = stage();
    burrow_token kept = 0;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        kept = token;
        return BURROW_BUSY;
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    const RunEnd end = probe.waitFinished(run);
    QCOMPARE(std::get<RunError>(end).cause, FailureCause::ExecutorControlFailed);
    QCOMPARE(s->completeRun(kept), BURROW_STALE);
    QVERIFY(probe.waitMisbehaved().contains(QStringLiteral("completed a call of apply that it had refused")));
    QCOMPARE(probe.endsOf(run), 1U);
}

void MisbehaviourTest::completesAndThenRefuses()
{
    const auto s = stage();
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        s->completeRun(token, "done");
        return BURROW_INTERNAL;
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(std::holds_alternative<RunOutput>(probe.waitFinished(run))); // What was accepted holds.
    executor.reset();
    QVERIFY(s->host().close(std::chrono::seconds(30)));
    QCOMPARE(probe.endsOf(run), 1U);
}

void MisbehaviourTest::completesAnotherRun()
{
    const auto s = stage();
    std::vector<burrow_token> tokens;
    std::mutex mutex;
    Signal begun;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        const std::lock_guard lock(mutex);
        tokens.push_back(token);
        begun.raise();
        return BURROW_OK;
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    const RunId first = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(first));
    QVERIFY(begun.wait(1));
    QCOMPARE(s->completeRun(tokens[0]), BURROW_OK);
    probe.waitFinished(first);
    const RunId second = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(second));
    QVERIFY(begun.wait(2));
    QCOMPARE(s->completeRun(tokens[0], "for the first"), BURROW_STALE); // It does not end the second.
    QCOMPARE(probe.endsOf(second), 0U);
    QCOMPARE(s->completeRun(tokens[1], "for the second"), BURROW_OK);
    const RunEnd end = probe.waitFinished(second);
    QCOMPARE(std::get<RunOutput>(end).text, QByteArray("for the second"));
}

void MisbehaviourTest::completesAnotherPluginsRun()
{
    const auto victim = stage();
    const auto culprit = stage();
    std::atomic<burrow_token> token{0};
    Signal begun;
    victim->strings.apply = [&](void *, const burrow_apply_request *, burrow_token given) {
        token = given;
        begun.raise();
        return BURROW_OK;
    };
    QCOMPARE(victim->start(), QString());
    QCOMPARE(culprit->start(), QString());
    ListenerProbe probe;
    const auto executor = victim->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(begun.wait());
    QCOMPARE(culprit->completeRun(token), BURROW_STALE);
    QCOMPARE(culprit->strings.host->cancelled(culprit->strings.host->ctx, token), BURROW_STALE);
    QCOMPARE(probe.endsOf(run), 0U);
    QCOMPARE(culprit->host().loaded()[0].violations,
             quint64(1)); // The one who did it, not the one it was done to.
    QCOMPARE(victim->host().loaded()[0].violations, quint64(0));
    QCOMPARE(victim->completeRun(token), BURROW_OK);
    probe.waitFinished(run);
}

void MisbehaviourTest::completesRandomTokens()
{
    const auto s = stage();
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    std::mt19937_64 random(42);
    for (int at = 0; at < 10'000; ++at)
        QCOMPARE(s->completeRun(random()), BURROW_STALE);
    QCOMPARE(s->completeRun(0), BURROW_STALE);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(std::holds_alternative<RunOutput>(probe.waitFinished(run)));
}

void MisbehaviourTest::completesItsInstance()
{
    const auto s = stage();
    burrow_instance instance = 0;
    s->strings.create = [&](const burrow_create_request *request, void **) {
        instance = request->instance;
        return BURROW_OK;
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    QCOMPARE(s->completeRun(instance), BURROW_STALE);
    QVERIFY(probe.waitMisbehaved().contains(QStringLiteral("is no call")));
}

void MisbehaviourTest::completesMalformed()
{
    const auto s = stage();
    int32_t first = 0;
    int32_t second = 0;
    Signal returned;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        first = s->strings.host->complete(s->strings.host->ctx, token, nullptr);
        second = s->completeRun(token);
        returned.raise();
        return BURROW_OK;
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    const RunEnd end = probe.waitFinished(run);
    QCOMPARE(std::get<RunError>(end).cause, FailureCause::ExecutorInternal);
    QVERIFY(returned.wait());
    QCOMPARE(first, BURROW_INVALID);
    QCOMPARE(second, BURROW_STALE); // The malformed one has spent the token.
}

namespace {

int32_t completeWithReceipt(PuppetStage &stage, burrow_token token, const QByteArray &run,
                            const std::vector<QByteArray> &contributors)
{
    std::vector<burrow_text> ids;
    for (const QByteArray &id : contributors)
        ids.push_back(toAbiText(id));
    burrow_receipt receipt = {};
    receipt.struct_size = sizeof receipt;
    receipt.boundary = BURROW_BOUNDARY_RUN_START;
    receipt.run_id = toAbiText(run);
    receipt.contributors = {ids.data(), ids.size(), sizeof(burrow_text), 0};
    burrow_apply_result result = {};
    result.struct_size = sizeof result;
    result.receipt = &receipt;
    burrow_completion completion = {};
    completion.struct_size = sizeof completion;
    completion.apply = &result;
    return stage.strings.host->complete(stage.strings.host->ctx, token, &completion);
}

} // namespace

/// The host neither corrects nor refuses such a receipt: it is handed on, and the core compares.
void MisbehaviourTest::namesAnotherRunInItsReceipt()
{
    const auto s = stage();
    const RunId other = PuppetStage::freshRun();
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        return completeWithReceipt(*s, token, other.toText(), {});
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    const RunEnd end = probe.waitFinished(run);
    QCOMPARE(std::get<RunOutput>(end).receipt.run, other);
}

void MisbehaviourTest::reordersContributors()
{
    const auto s = stage();
    const RunId run = PuppetStage::freshRun();
    s->strings.apply = [&](void *, const burrow_apply_request *request, burrow_token token) {
        std::vector<QByteArray> ids;
        for (quint64 at = request->contributors.count; at > 0; --at)
            ids.push_back(copyOf(BURROW_AT(burrow_contributor, request->contributors, at - 1)->input_id));
        return completeWithReceipt(*s, token, run.toText(), ids);
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    auto primitive = std::make_shared<RunPrimitive>();
    primitive->contributors.resize(2);
    primitive->contributors[0].input = InputId{Uuid{1, 1}};
    primitive->contributors[1].input = InputId{Uuid{1, 2}};
    executor->apply({run, primitive, 1, MonotonicTime::never()});
    const RunEnd end = probe.waitFinished(run);
    const auto &receipt = std::get<RunOutput>(end).receipt;
    QCOMPARE(receipt.contributors, (std::vector<InputId>{InputId{Uuid{1, 2}}, InputId{Uuid{1, 1}}}));
}

void MisbehaviourTest::emitsAfterTheEnd()
{
    const auto s = stage();
    int32_t answer = 0;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        s->completeRun(token);
        burrow_event event = {};
        event.struct_size = sizeof event;
        event.type = BURROW_EVENT_NOTICE;
        answer = s->strings.host->emit(s->strings.host->ctx, token, &event);
        return BURROW_OK;
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    probe.waitFinished(run);
    executor.reset();
    QVERIFY(s->host().close(std::chrono::seconds(30)));
    QCOMPARE(answer, BURROW_CLOSED);
    QVERIFY(probe.events().empty());
}

void MisbehaviourTest::throwsFromEveryFunction_data()
{
    QTest::addColumn<QString>("function");
    for (const char *name : {"create", "apply", "cancel", "stop", "destroy", "cleanup", "get_extension"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

namespace {

/// A plugin one of whose functions throws.
struct Thrower
{
    Thrower(PuppetStage &stage, const QString &function);

    PuppetStage &stage;
    QString function;
    std::atomic<burrow_token> token{0};
    Signal begun;
    Signal cancelled;

    bool throwsFrom(const char *name) const { return function == QLatin1String(name); }
    void visit(const char *name) const
    {
        if (throwsFrom(name))
            throw std::runtime_error("it broke");
    }
};

Thrower::Thrower(PuppetStage &itsStage, const QString &itsFunction)
    : stage(itsStage)
    , function(itsFunction)
{
    PuppetStrings &strings = stage.strings;
    strings.create = [this](const burrow_create_request *, void **) {
        visit("create");
        return BURROW_OK;
    };
    strings.apply = [this](void *, const burrow_apply_request *, burrow_token given) {
        token = given;
        const bool throws = throwsFrom("apply");
        begun.raise();
        if (throws)
            throw std::runtime_error("it broke");
        return BURROW_OK;
    };
    strings.cancel = [this](void *, const burrow_cancel_request *) {
        // Nothing here is touched once the test has heard: it may be over before this call is.
        const bool throws = throwsFrom("cancel");
        cancelled.raise();
        if (throws)
            throw std::runtime_error("it broke");
        return BURROW_OK;
    };
    strings.stop = [this](void *, const burrow_stop_request *, burrow_token given) {
        visit("stop");
        return stage.complete(given, BURROW_OK);
    };
    strings.destroy = [this](void *) { visit("destroy"); };
    strings.cleanup = [this](const burrow_cleanup_request *, burrow_token given) {
        visit("cleanup");
        return stage.complete(given, BURROW_OK);
    };
    strings.getExtension = [this](void *, const burrow_text *) -> const void * {
        visit("get_extension");
        return nullptr;
    };
}

} // namespace

void MisbehaviourTest::throwsFromEveryFunction()
{
    QFETCH(QString, function);
    const bool fromCreate = function == QLatin1String("create");
    const bool fromStop = function == QLatin1String("stop");
    const auto s = stage();
    Thrower thrower(*s, function);
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    CreateCall create;
    create.session = PuppetStage::freshSession();
    auto executor = s->factory().create(create, probe);
    QCOMPARE(probe.waitCreated().ok(), !fromCreate);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    if (fromCreate || function == QLatin1String("apply")) {
        QVERIFY(std::holds_alternative<RunError>(probe.waitFinished(run)));
    } else {
        QVERIFY(thrower.begun.wait());
        executor->cancel(run, CancelMode::Hard, {});
        QVERIFY(thrower.cancelled.wait());
        s->complete(thrower.token, BURROW_CANCELLED);
        QVERIFY(std::holds_alternative<RunCancelled>(probe.waitFinished(run)));
    }
    executor->stop(StopKind::SessionStop, {});
    QCOMPARE(probe.waitStopped().ok(), !fromCreate && !fromStop);
    executor.reset();
    Signal cleaned;
    bool cleanedUp = false;
    CleanupCall cleanup;
    cleanup.session = create.session;
    s->factory().cleanup(cleanup, [&](const Result<void> &result) {
        cleanedUp = result.ok();
        cleaned.raise();
    });
    QVERIFY(cleaned.wait());
    QCOMPARE(cleanedUp, function != QLatin1String("cleanup"));
    QVERIFY(s->host().loaded()[0].violations >= 1);
    // After an exception out of stop nobody knows whether it is at rest.
    QCOMPARE(s->host().close(std::chrono::seconds(30)), !fromStop);
}

void MisbehaviourTest::failsToCancelAtTheBoundary_data()
{
    QTest::addColumn<QString>("function");
    QTest::newRow("CP08: the text of a cancel that fails names the cancel") << QStringLiteral("cancel");
}

void MisbehaviourTest::failsToCancelAtTheBoundary()
{
    QFETCH(QString, function);
    const auto s = stage();
    Thrower thrower(*s, function);
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(thrower.begun.wait());
    executor->cancel(run, CancelMode::Boundary, QStringLiteral("enough"));
    QVERIFY(thrower.cancelled.wait());
    const QString said = probe.waitMisbehaved();
    QVERIFY2(said.contains(QStringLiteral("let an exception leave cancel: it broke")), qPrintable(said));
    // The run is what it was, and told to end all the same.
    const burrow_host *host = s->strings.host;
    QCOMPARE(host->cancelled(host->ctx, thrower.token), BURROW_CANCEL_BOUNDARY);
    s->complete(thrower.token, BURROW_CANCELLED);
    QVERIFY(std::holds_alternative<RunCancelled>(probe.waitFinished(run)));
}

void MisbehaviourTest::neverCompletesAndIsAbandoned()
{
    const auto s = stage();
    Signal begun;
    Signal destroyed;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token) {
        begun.raise();
        return BURROW_OK;
    };
    s->strings.destroy = [&](void *) { destroyed.raise(); };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(begun.wait());
    executor->abandon(run, QStringLiteral("it ignores cancel"));
    QCOMPARE(probe.endsOf(run), 1U); // At once.
    const RunEnd end = probe.waitFinished(run);
    QCOMPARE(std::get<RunAbandoned>(end).reason, QStringLiteral("it ignores cancel"));
    // Whether its apply had returned by then, or was about to.
    const QString sentence = probe.waitMisbehaved();
    QVERIFY2(sentence.contains(QStringLiteral("puppet has not")), qPrintable(sentence));
    QVERIFY2(sentence.contains(QString::fromLatin1(run.toText())), qPrintable(sentence));
    // This instance takes nothing more.
    const RunId next = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(next));
    QVERIFY(std::holds_alternative<RunError>(probe.waitFinished(next)));
    executor->stop(StopKind::SessionStop, {});
    QVERIFY(!probe.waitStopped().ok());
    QCOMPARE(s->host().leakedInstances(), 0U);
    executor.reset();
    QCOMPARE(s->host().leakedInstances(), 1U); // On purpose: the plugin may still use it.
    QVERIFY(!s->host().close(std::chrono::milliseconds(10)));
    QCOMPARE(destroyed.count(), 0);
}

void MisbehaviourTest::completesAfterItWasAbandoned()
{
    const auto s = stage();
    std::atomic<burrow_token> token{0};
    Signal begun;
    Signal destroyed;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token given) {
        token = given;
        begun.raise();
        return BURROW_OK;
    };
    s->strings.destroy = [&](void *) { destroyed.raise(); };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(begun.wait());
    executor->abandon(run, QStringLiteral("too slow"));
    probe.waitMisbehaved();
    executor.reset();
    QCOMPARE(s->host().leakedInstances(), 1U);
    QCOMPARE(s->completeRun(token), BURROW_STALE);
    QVERIFY(destroyed.wait()); // Now it is at rest after all.
    QVERIFY(s->host().close(std::chrono::seconds(30)));
    QCOMPARE(s->host().leakedInstances(), 0U);
    QCOMPARE(probe.endsOf(run), 1U);
    QCOMPARE(probe.sentences().size(), 1); // A late end of what was given up is no violation.
}

void MisbehaviourTest::refusesAfterItWasAbandoned()
{
    QFETCH_GLOBAL(bool, inlineCalls);
    if (inlineCalls)
        return; // The session's thread is inside apply, and cannot abandon.
    const auto s = stage();
    Signal begun;
    Signal goOn;
    Signal destroyed;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token) {
        begun.raise();
        goOn.wait();
        return BURROW_BUSY;
    };
    s->strings.destroy = [&](void *) { destroyed.raise(); };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(begun.wait());
    executor->abandon(run, QStringLiteral("stuck"));
    QVERIFY(probe.waitMisbehaved().contains(QStringLiteral("has not returned from a call")));
    executor.reset();
    goOn.raise();
    QVERIFY(destroyed.wait());
    QVERIFY(s->host().close(std::chrono::seconds(30)));
}

/// A plugin may hold its own lock while it calls the host, and take it in every function: no deadlock, since
/// the host never calls the plugin from inside a host function.
void MisbehaviourTest::holdsItsLockAroundEveryCall()
{
    const auto s = stage();
    std::mutex pluginsLock;
    std::vector<burrow_token> open;
    Signal begun;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        const std::lock_guard lock(pluginsLock);
        burrow_event event = {};
        event.struct_size = sizeof event;
        event.type = BURROW_EVENT_BEGUN;
        s->strings.host->emit(s->strings.host->ctx, token, &event);
        open.push_back(token);
        begun.raise();
        return BURROW_OK;
    };
    s->strings.cancel = [&](void *, const burrow_cancel_request *) {
        const std::lock_guard lock(pluginsLock);
        for (const burrow_token token : open)
            s->complete(token, BURROW_CANCELLED);
        open.clear();
        return BURROW_OK;
    };
    s->strings.stop = [&](void *, const burrow_stop_request *, burrow_token token) {
        const std::lock_guard lock(pluginsLock);
        return s->complete(token, BURROW_OK);
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    auto executor = s->make(probe);
    for (int at = 0; at < 50; ++at) {
        const RunId run = PuppetStage::freshRun();
        executor->apply(PuppetStage::call(run));
        QVERIFY(begun.wait(at + 1));
        executor->cancel(run, CancelMode::Hard, {});
        QVERIFY(std::holds_alternative<RunCancelled>(probe.waitFinished(run)));
    }
    executor->stop(StopKind::SessionStop, {});
    QVERIFY(probe.waitStopped().ok());
}

void MisbehaviourTest::breaksTheCheckpointExtension()
{
    struct BrokenTable
    {
        uint32_t size;
        uint32_t reserved;
        void *committed;
    };
    for (const BrokenTable &broken : {BrokenTable{0, 0, nullptr}, BrokenTable{sizeof(BrokenTable), 0, nullptr},
                                      BrokenTable{UINT32_MAX, 0, nullptr}}) {
        const auto s = stage();
        s->strings.getExtension = [&](void *, const burrow_text *) { return &broken; };
        QCOMPARE(s->start(), QString());
        ListenerProbe probe;
        const auto executor = s->make(probe);
        QVERIFY(probe.waitMisbehaved().contains(QStringLiteral("burrow.checkpoint/1")));
        executor->checkpointCommitted(PuppetStage::freshRun(), 1, "state"); // It counts as absent.
        QVERIFY(probe.waitCheckpoint().ok());
    }
    const auto s = stage();
    s->strings.getExtension = [](void *, const burrow_text *) {
        return reinterpret_cast<const void *>(quintptr(0x18));
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    QVERIFY(probe.waitMisbehaved().contains(QStringLiteral("burrow.checkpoint/1")));
}

void MisbehaviourTest::repeatsAreReportedWithMeasure()
{
    const auto s = stage();
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    std::atomic<burrow_token> token{0};
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token given) {
        token = given;
        return s->completeRun(given);
    };
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    probe.waitFinished(run);
    for (int at = 0; at < 10'000; ++at)
        s->completeRun(token);
    QCOMPARE(s->host().loaded()[0].violations, quint64(10'000)); // All are counted,
    QVERIFY(probe.sentences().size() < 1000);                    // few are told.
}

QTEST_GUILESS_MAIN(MisbehaviourTest)
#include "misbehaviour_test.moc"
