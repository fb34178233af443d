// SPDX-License-Identifier: Apache-2.0
#include "puppet_box.h"
#include "wait.h"

#include "plugin/abi_text.h"

#include <burrow/ext/checkpoint.h>

#include <QTest>

#include <thread>

using namespace burrow;
using namespace burrow::test;

/// The adapter with plugins that behave: every call is answered once, with what the plugin said. Each test runs
/// with calls on workers and with inline calls.
class ExecutorTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data();

    void aRunIsHandedOverAndAnswered();
    void createGetsTheDurableRecord();
    void aRefusedCreateCarriesThePluginsSentence();
    void aRefusedApplyIsAFailedRun();
    void completionsFromAnotherThread();
    void cancelIsALevelAndThenACall();
    void cancelHitsNoOtherRun();
    void aCancelBeforeTheCallIsSeenByIt();
    void runsFollowEachOther();
    void stopAndItsAnswers();
    void stopIsTheLastCall();
    void checkpointsAreToldWhenWanted();
    void aFailedCheckpointIsReported();
    void cleanupGetsTheDurableRecord();
    void cleanupFailsAndIsTriedAgain();

private:
    std::unique_ptr<PuppetStage> stage() const;
};

void ExecutorTest::initTestCase_data()
{
    QTest::addColumn<bool>("inlineCalls");
    QTest::newRow("worker") << false;
    QTest::newRow("inline") << true;
}

std::unique_ptr<PuppetStage> ExecutorTest::stage() const
{
    QFETCH_GLOBAL(bool, inlineCalls);
    auto made = std::make_unique<PuppetStage>();
    made->options.inlineCalls = inlineCalls ? InlineCalls::Yes : InlineCalls::No;
    return made;
}

void ExecutorTest::aRunIsHandedOverAndAnswered()
{
    const auto s = stage();
    QByteArray seen;
    QByteArray session;
    s->strings.apply = [&](void *, const burrow_apply_request *request, burrow_token token) {
        seen = copyOf(BURROW_AT(burrow_append, request->appends, 0)->text);
        session = copyOf(request->session_id);
        s->completeRun(token, "answer");
        return BURROW_OK;
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const SessionId id = PuppetStage::freshSession();
    const auto executor = s->makeFor(id, probe);
    const RunId run = PuppetStage::freshRun();
    const ApplyCall call = PuppetStage::call(run, "question");
    executor->apply(call);
    const RunEnd end = probe.waitFinished(run);
    const auto *output = std::get_if<RunOutput>(&end);
    QVERIFY(output);
    QCOMPARE(output->text, QByteArray("answer"));
    QCOMPARE(output->terminal, RunTerminal::Result);
    QCOMPARE(output->receipt.run, run);
    QCOMPARE(output->receipt.contributors.size(), 1U);
    QCOMPARE(output->receipt.contributors[0], call.primitive->contributors[0].input);
    QCOMPARE(seen, QByteArray("question"));
    QCOMPARE(session, id.toText());
    QCOMPARE(probe.endsOf(run), 1U);
    QVERIFY(probe.sentences().isEmpty());
}

void ExecutorTest::createGetsTheDurableRecord()
{
    const auto s = stage();
    s->options.configJson = "{\"model\":\"m\"}";
    QByteArray instance;
    QByteArray config;
    QByteArray snapshot;
    quint32 generation = 0;
    s->strings.create = [&](const burrow_create_request *request, void **self) {
        instance = copyOf(request->instance_id);
        config = copyOf(request->config_json);
        generation = request->generation;
        if (request->snapshot)
            snapshot = QByteArray(static_cast<const char *>(request->snapshot->data),
                                  qsizetype(request->snapshot->size));
        *self = &snapshot;
        return request->instance != 0 ? BURROW_OK : BURROW_INTERNAL;
    };
    void *self = nullptr;
    Signal destroyed;
    s->strings.destroy = [&](void *given) {
        self = given;
        destroyed.raise();
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    CreateCall call;
    call.session = PuppetStage::freshSession();
    call.instanceId = "third";
    call.generation = 3;
    call.snapshot = "last state";
    auto executor = s->factory().create(call, probe);
    QVERIFY(probe.waitCreated().ok());
    QCOMPARE(instance, QByteArray("third"));
    QCOMPARE(config, s->options.configJson);
    QCOMPARE(generation, 3U);
    QCOMPARE(snapshot, QByteArray("last state"));
    executor.reset();
    QVERIFY(destroyed.wait());
    QCOMPARE(self, static_cast<void *>(&snapshot));
}

void ExecutorTest::aRefusedCreateCarriesThePluginsSentence()
{
    const auto s = stage();
    Signal destroyed;
    s->strings.create = [](const burrow_create_request *request, void **) {
        burrow_error error = {};
        error.struct_size = sizeof error;
        error.message = BURROW_TEXT("the key \"modle\" is unknown");
        request->error(request->error_ctx, &error);
        return BURROW_CONFIG;
    };
    s->strings.destroy = [&](void *) { destroyed.raise(); };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    CreateCall call;
    call.session = PuppetStage::freshSession();
    auto executor = s->factory().create(call, probe);
    const Result<void> created = probe.waitCreated();
    QVERIFY(!created.ok());
    QCOMPARE(created.error().kind, ErrorKind::Configuration);
    QVERIFY(created.error().message.contains(QStringLiteral("the key \"modle\" is unknown")));
    QVERIFY(created.error().message.contains(QStringLiteral("puppet")));
    // Calls on it are answered too.
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    const RunEnd end = probe.waitFinished(run);
    QCOMPARE(std::get<RunError>(end).cause, FailureCause::ExecutorStopped);
    executor->stop(StopKind::SessionStop, {});
    QVERIFY(!probe.waitStopped().ok());
    executor.reset();
    QVERIFY(s->host().close(std::chrono::seconds(30)));
    QCOMPARE(destroyed.count(), 0);
}

void ExecutorTest::aRefusedApplyIsAFailedRun()
{
    const auto s = stage();
    s->strings.apply = [](void *, const burrow_apply_request *, burrow_token) { return BURROW_DENIED; };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    for (int at = 0; at < 3; ++at) {
        const RunId run = PuppetStage::freshRun();
        executor->apply(PuppetStage::call(run));
        const RunEnd end = probe.waitFinished(run);
        QCOMPARE(std::get<RunError>(end).cause, FailureCause::HookDenied);
        QVERIFY(std::get<RunError>(end).message.contains(QStringLiteral("DENIED")));
        QCOMPARE(probe.endsOf(run), 1U);
    }
}

void ExecutorTest::completionsFromAnotherThread()
{
    const auto s = stage();
    std::thread worker;
    Signal returned;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        worker = std::thread([&s, token] { s->completeRun(token, "late"); });
        returned.raise();
        return BURROW_OK;
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    for (int at = 0; at < 20; ++at) {
        const RunId run = PuppetStage::freshRun();
        executor->apply(PuppetStage::call(run));
        const RunEnd end = probe.waitFinished(run);
        QCOMPARE(std::get<RunOutput>(end).text, QByteArray("late"));
        QVERIFY(returned.wait(at + 1));
        worker.join();
    }
}

void ExecutorTest::cancelIsALevelAndThenACall()
{
    const auto s = stage();
    std::atomic<burrow_token> token{0};
    Signal begun;
    std::atomic<int32_t> levelInCancel{-1};
    std::atomic<int32_t> mode{0};
    QByteArray reason;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token given) {
        token = given;
        begun.raise();
        return BURROW_OK;
    };
    Signal told;
    s->strings.cancel = [&](void *, const burrow_cancel_request *request) {
        levelInCancel = s->strings.host->cancelled(s->strings.host->ctx, request->token);
        mode = request->mode;
        reason = copyOf(request->reason);
        told.raise();
        if (request->mode == BURROW_CANCEL_MODE_HARD)
            s->complete(request->token, BURROW_CANCELLED); // Inside cancel, as is allowed.
        return BURROW_OK;
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(begun.wait());
    const burrow_host *host = s->strings.host;
    QCOMPARE(host->cancelled(host->ctx, token), BURROW_CANCEL_NONE);
    executor->cancel(run, CancelMode::Boundary, QStringLiteral("enough"));
    QCOMPARE(host->cancelled(host->ctx, token), BURROW_CANCEL_BOUNDARY); // At once, whatever the call does.
    QVERIFY(told.wait());
    QCOMPARE(mode.load(), BURROW_CANCEL_MODE_BOUNDARY);
    QCOMPARE(levelInCancel.load(), BURROW_CANCEL_BOUNDARY);
    QCOMPARE(reason, QByteArray("enough"));
    executor->cancel(run, CancelMode::Boundary, QStringLiteral("again")); // Told before: nothing.
    executor->cancel(run, CancelMode::Hard, QStringLiteral("now"));
    QVERIFY(told.wait(2));
    QVERIFY(std::holds_alternative<RunCancelled>(probe.waitFinished(run)));
    QCOMPARE(told.count(), 2);
    QCOMPARE(levelInCancel.load(), BURROW_CANCEL_HARD);
    QCOMPARE(host->cancelled(host->ctx, token), BURROW_STALE);
}

void ExecutorTest::cancelHitsNoOtherRun()
{
    const auto s = stage();
    Signal told;
    std::atomic<burrow_token> token{0};
    Signal begun;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token given) {
        token = given;
        begun.raise();
        return BURROW_OK;
    };
    s->strings.cancel = [&](void *, const burrow_cancel_request *) {
        told.raise();
        return BURROW_OK;
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    const RunId first = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(first));
    QVERIFY(begun.wait());
    s->completeRun(token);
    probe.waitFinished(first);
    const RunId second = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(second));
    QVERIFY(begun.wait(2));
    executor->cancel(first, CancelMode::Hard, QStringLiteral("too late"));
    executor->cancel(PuppetStage::freshRun(), CancelMode::Hard, QStringLiteral("nobody"));
    executor->cancel({}, CancelMode::Hard, QStringLiteral("nothing"));
    QCOMPARE(s->strings.host->cancelled(s->strings.host->ctx, token), BURROW_CANCEL_NONE);
    s->completeRun(token);
    QVERIFY(std::holds_alternative<RunOutput>(probe.waitFinished(second)));
    QCOMPARE(told.count(), 0);
}

/// The plugin stores its token and asks; a cancel that came before the call must be visible then.
void ExecutorTest::aCancelBeforeTheCallIsSeenByIt()
{
    QFETCH_GLOBAL(bool, inlineCalls);
    if (inlineCalls)
        return; // The call has begun when apply() returns.
    const auto s = stage();
    Signal entered;
    Signal goOn;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        entered.raise();
        goOn.wait(entered.count());
        if (s->strings.host->cancelled(s->strings.host->ctx, token) != BURROW_CANCEL_NONE)
            return s->complete(token, BURROW_CANCELLED);
        return s->completeRun(token);
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe blockingProbe;
    ListenerProbe probe;
    const auto blocking = s->make(blockingProbe);
    const auto executor = s->make(probe);
    blocking->apply(PuppetStage::call(PuppetStage::freshRun()));
    QVERIFY(entered.wait());
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run)); // Waits behind the other one.
    executor->cancel(run, CancelMode::Boundary, QStringLiteral("never mind"));
    goOn.raise();
    goOn.raise();
    QVERIFY(std::holds_alternative<RunCancelled>(probe.waitFinished(run)));
}

void ExecutorTest::runsFollowEachOther()
{
    const auto s = stage();
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    for (int at = 0; at < 500; ++at) {
        const RunId run = PuppetStage::freshRun();
        executor->apply(PuppetStage::call(run));
        QVERIFY(std::holds_alternative<RunOutput>(probe.waitFinished(run)));
        QCOMPARE(probe.endsOf(run), 1U);
    }
    QVERIFY(probe.sentences().isEmpty());
}

void ExecutorTest::stopAndItsAnswers()
{
    struct Row
    {
        int32_t returned;
        std::optional<int32_t> completed;
        bool good;
    };
    for (const Row &row : {Row{BURROW_OK, BURROW_OK, true}, Row{BURROW_OK, BURROW_IO, false},
                           Row{BURROW_BUSY, std::nullopt, false}, Row{BURROW_BUSY, BURROW_OK, true}}) {
        const auto s = stage();
        int32_t kind = 0;
        // By value: the call may still be returning when its completion has been heard.
        s->strings.stop = [&kind, row, stage = s.get()](void *, const burrow_stop_request *request,
                                                        burrow_token token) {
            kind = request->kind;
            if (row.completed)
                stage->complete(token, *row.completed);
            return row.returned;
        };
        QCOMPARE(s->start(), QString());
        ListenerProbe probe;
        auto executor = s->make(probe);
        executor->stop(StopKind::HostShutdown, QStringLiteral("good night"));
        QCOMPARE(probe.waitStopped().ok(), row.good);
        QCOMPARE(kind, BURROW_STOP_SHUTDOWN);
        executor->stop(StopKind::HostShutdown, {}); // No second stop.
        QVERIFY(!probe.waitStopped().ok());
        executor.reset();
        // Who does not come to rest is not freed, and counted.
        QCOMPARE(s->host().close(std::chrono::seconds(30)), row.good);
        QCOMPARE(s->host().leakedInstances(), row.good ? 0U : 1U);
    }
}

void ExecutorTest::stopIsTheLastCall()
{
    const auto s = stage();
    std::vector<std::string> order;
    std::mutex mutex;
    const auto note = [&](const char *what) {
        const std::lock_guard lock(mutex);
        order.emplace_back(what);
    };
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        note("apply");
        return s->completeRun(token);
    };
    s->strings.stop = [&](void *, const burrow_stop_request *, burrow_token token) {
        note("stop");
        return s->complete(token, BURROW_OK);
    };
    s->strings.destroy = [&](void *) { note("destroy"); };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    probe.waitFinished(run);
    executor->stop(StopKind::SessionStop, {});
    QVERIFY(probe.waitStopped().ok());
    const RunId late = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(late));
    QVERIFY(std::holds_alternative<RunError>(probe.waitFinished(late)));
    executor.reset();
    QVERIFY(s->host().close(std::chrono::seconds(30)));
    QCOMPARE(order, (std::vector<std::string>{"apply", "stop", "destroy"}));
}

namespace {

/// burrow.checkpoint/1 as the puppet offers it.
std::function<int32_t(void *, const burrow_committed_request *, burrow_token)> g_committed;

int32_t committed(void *self, const burrow_committed_request *request, burrow_token token)
{
    return g_committed(self, request, token);
}

const burrow_checkpoint_executor checkpointTable = {sizeof(burrow_checkpoint_executor), 0, &committed};

const void *offerCheckpoint(void *, const burrow_text *id)
{
    return viewOf(*id) == QByteArrayView(BURROW_EXT_CHECKPOINT) ? &checkpointTable : nullptr;
}

} // namespace

void ExecutorTest::checkpointsAreToldWhenWanted()
{
    const auto s = stage();
    s->strings.getExtension = offerCheckpoint;
    QByteArray snapshot;
    QByteArray runText;
    quint64 sequence = 0;
    g_committed = [&](void *, const burrow_committed_request *request, burrow_token token) {
        snapshot =
            QByteArray(static_cast<const char *>(request->snapshot->data), qsizetype(request->snapshot->size));
        runText = copyOf(request->run_id);
        sequence = request->sequence;
        return s->complete(token, BURROW_OK);
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->checkpointCommitted(run, 4, "state");
    QVERIFY(probe.waitCheckpoint().ok());
    QCOMPARE(snapshot, QByteArray("state"));
    QCOMPARE(runText, run.toText());
    QCOMPARE(sequence, quint64(4));
}

void ExecutorTest::aFailedCheckpointIsReported()
{
    const auto s = stage();
    s->strings.getExtension = offerCheckpoint;
    g_committed = [&](void *, const burrow_committed_request *request, burrow_token token) {
        if (request->sequence == 1)
            return BURROW_IO;
        return s->complete(token, BURROW_CONFLICT);
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    executor->checkpointCommitted(PuppetStage::freshRun(), 1, "state");
    QVERIFY(probe.waitCheckpoint().error().message.contains(QStringLiteral("IO")));
    executor->checkpointCommitted(PuppetStage::freshRun(), 2, "state");
    QVERIFY(probe.waitCheckpoint().error().message.contains(QStringLiteral("CONFLICT")));
}

void ExecutorTest::cleanupGetsTheDurableRecord()
{
    const auto s = stage();
    s->options.configJson = "{\"a\":1}";
    QByteArray seen;
    s->strings.cleanup = [&](const burrow_cleanup_request *request, burrow_token token) {
        seen = copyOf(request->session_id) + ' ' + copyOf(request->instance_id) + ' '
               + copyOf(request->config_json) + ' ' + QByteArray::number(request->cause) + ' '
               + QByteArray::number(request->attempt);
        if (request->snapshot)
            seen += ' '
                    + QByteArray(static_cast<const char *>(request->snapshot->data),
                                 qsizetype(request->snapshot->size));
        for (quint64 at = 0; at < request->open_runs.count; ++at) {
            const auto &run = *BURROW_AT(burrow_open_run, request->open_runs, at);
            seen += ' ' + copyOf(run.run_id) + ':' + QByteArray::number(run.state);
        }
        return s->complete(token, BURROW_OK);
    };
    QCOMPARE(s->start(), QString());
    CleanupCall call;
    call.cause = CleanupCause::Crashed;
    call.session = PuppetStage::freshSession();
    call.instanceId = "i";
    call.snapshot = "state";
    call.openRuns = {PuppetStage::freshRun()};
    call.attempt = 2;
    Signal done;
    s->factory().cleanup(call, [&](const Result<void> &result) {
        if (result)
            done.raise();
    });
    QVERIFY(done.wait());
    QCOMPARE(seen, call.session.toText() + " i {\"a\":1} 2 2 state " + call.openRuns[0].toText() + ":1");
}

void ExecutorTest::cleanupFailsAndIsTriedAgain()
{
    const auto s = stage();
    s->strings.cleanup = [&](const burrow_cleanup_request *request, burrow_token token) {
        if (request->attempt == 1)
            return BURROW_IO;
        return s->complete(token, request->attempt == 2 ? BURROW_TIMEOUT : BURROW_OK);
    };
    QCOMPARE(s->start(), QString());
    CleanupCall call;
    call.session = PuppetStage::freshSession();
    for (quint32 attempt = 1; attempt <= 3; ++attempt) {
        call.attempt = attempt;
        Signal done;
        QString failure;
        s->factory().cleanup(call, [&](const Result<void> &result) {
            if (!result)
                failure = result.error().message;
            done.raise();
        });
        QVERIFY(done.wait());
        QCOMPARE(failure.isEmpty(), attempt == 3);
        QCOMPARE(done.count(), 1);
    }
}

QTEST_GUILESS_MAIN(ExecutorTest)
#include "executor_test.moc"
