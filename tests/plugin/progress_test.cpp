// SPDX-License-Identifier: Apache-2.0
#include "log_probe.h"
#include "puppet_box.h"
#include "wait.h"

#include "plugin/abi_text.h"

#include <burrow/ext/boundary.h>

#include <QTest>

using namespace burrow;
using namespace burrow::test;

/// What a plugin says while it works: events under back pressure, its boundary, its log.
class ProgressTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data();

    void progressComesInOrderBeforeTheEnd();
    void aFullQueueSaysWaitAndResumeFollows();
    void droppableEventsLeaveAMark();
    void outputIsBounded();
    void emitAnswersByState();
    void theBoundaryIsPushed();
    void logRecordsCarryPluginAndSession();
    void logRecordsAreBounded();

private:
    std::unique_ptr<PuppetStage> stage() const;
};

void ProgressTest::initTestCase_data()
{
    QTest::addColumn<bool>("inlineCalls");
    QTest::newRow("worker") << false;
    QTest::newRow("inline") << true;
}

std::unique_ptr<PuppetStage> ProgressTest::stage() const
{
    QFETCH_GLOBAL(bool, inlineCalls);
    auto made = std::make_unique<PuppetStage>();
    made->options.inlineCalls = inlineCalls ? InlineCalls::Yes : InlineCalls::No;
    return made;
}

namespace {

int32_t emitText(PuppetStage &stage, burrow_token token, QByteArrayView text,
                 int32_t type = BURROW_EVENT_TEXT_DELTA, uint64_t flags = 0)
{
    burrow_event event = {};
    event.struct_size = sizeof event;
    event.type = type;
    event.flags = flags;
    event.text = toAbiText(text);
    return stage.strings.host->emit(stage.strings.host->ctx, token, &event);
}

} // namespace

void ProgressTest::progressComesInOrderBeforeTheEnd()
{
    const auto s = stage();
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        emitText(*s, token, "one", BURROW_EVENT_BEGUN);
        emitText(*s, token, "two");
        emitText(*s, token, "three", 4711);
        return s->completeRun(token);
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    probe.waitFinished(run);
    const std::vector<ProgressEvent> events = probe.events();
    QCOMPARE(events.size(), 3U);
    QCOMPARE(events[0].type, ProgressType::Begun);
    QCOMPARE(events[1].text, QByteArray("two"));
    QCOMPARE(events[2].type, ProgressType::Vendor);
    QCOMPARE(events[2].rawType, 4711);
    for (const ProgressEvent &event : events)
        QCOMPARE(event.run, run);
    QCOMPARE(probe.order().constLast(), QStringLiteral("finished"));
}

void ProgressTest::aFullQueueSaysWaitAndResumeFollows()
{
    const auto s = stage();
    std::atomic<burrow_token> token{0};
    Signal full;
    Signal resumed;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token given) {
        token = given;
        int taken = 0;
        while (emitText(*s, given, QByteArray::number(taken)) == BURROW_OK)
            ++taken;
        if (taken == int(limits::emitted_events_per_session_max)
            && emitText(*s, given, "more") == BURROW_WOULD_BLOCK)
            full.raise();
        return BURROW_OK;
    };
    s->strings.resume = [&](void *, burrow_token given) {
        if (given == token && emitText(*s, given, "after") == BURROW_OK)
            resumed.raise();
        return BURROW_OK;
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run)); // This thread's event loop does not run meanwhile.
    QVERIFY(full.wait());
    QVERIFY(probe.waitProgress(limits::emitted_events_per_session_max)); // Now it does.
    QVERIFY(resumed.wait());
    s->completeRun(token);
    probe.waitFinished(run);
    const std::vector<ProgressEvent> events = probe.events();
    QCOMPARE(events.size(), std::size_t(limits::emitted_events_per_session_max) + 1);
    for (std::size_t at = 0; at + 1 < events.size(); ++at)
        QCOMPARE(events[at].text, QByteArray::number(qulonglong(at)));
    QCOMPARE(events.back().text, QByteArray("after"));
    QCOMPARE(resumed.count(), 1);
}

void ProgressTest::droppableEventsLeaveAMark()
{
    const auto s = stage();
    Signal returned;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        for (quint32 at = 0; at < limits::emitted_events_per_session_max; ++at)
            emitText(*s, token, "x");
        int32_t worst = emitText(*s, token, "lost", BURROW_EVENT_STATUS, BURROW_EVENT_DROPPABLE);
        worst = std::min(worst, emitText(*s, token, "lost", BURROW_EVENT_STATUS, BURROW_EVENT_DROPPABLE));
        worst = std::min(worst, emitText(*s, token, "y", BURROW_EVENT_TEXT_DELTA, BURROW_EVENT_COALESCE));
        const int32_t answer = worst == BURROW_OK ? s->completeRun(token) : worst;
        returned.raise();
        return answer;
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(returned.wait()); // This thread's event loop does not run meanwhile.
    QVERIFY(std::holds_alternative<RunOutput>(probe.waitFinished(run)));
    const std::vector<ProgressEvent> events = probe.events();
    QCOMPARE(events.size(), std::size_t(limits::emitted_events_per_session_max) + 1);
    QCOMPARE(events[events.size() - 2].text, QByteArray("xy")); // Joined, since there was no room.
    QCOMPARE(events.back().name, QByteArray("burrow.gap"));
    QVERIFY(events.back().text.startsWith("2 events"));
}

void ProgressTest::outputIsBounded()
{
    const auto s = stage();
    s->options.outputBytesMax = 100;
    int32_t third = 0;
    int32_t single = 0;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        const QByteArray part(40, 'x');
        emitText(*s, token, part);
        emitText(*s, token, part);
        third = emitText(*s, token, part);
        single = emitText(*s, token, QByteArray(101, 'x'));
        s->completeRun(token, QByteArray(101, 'x'));
        return BURROW_OK;
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    const RunEnd end = probe.waitFinished(run);
    QCOMPARE(std::get<RunError>(end).cause, FailureCause::ExecutorInternal);
    QCOMPARE(third, BURROW_TOO_LARGE);
    QCOMPARE(single, BURROW_TOO_LARGE);
    QCOMPARE(probe.events().size(), 2U);
    // The bound is one of a run.
    const RunId next = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(next));
    probe.waitFinished(next);
    QCOMPARE(probe.events().size(), 4U);
}

void ProgressTest::emitAnswersByState()
{
    const auto s = stage();
    std::atomic<burrow_token> token{0};
    burrow_instance instance = 0;
    s->strings.create = [&](const burrow_create_request *request, void **) {
        instance = request->instance;
        return BURROW_OK;
    };
    Signal begun;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token given) {
        token = given;
        begun.raise();
        return BURROW_OK;
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(begun.wait());
    const burrow_host *host = s->strings.host;
    QCOMPARE(emitText(*s, token, "fine"), BURROW_OK);
    QCOMPARE(emitText(*s, token, "\xff"), BURROW_INVALID);
    QCOMPARE(host->emit(host->ctx, token, nullptr), BURROW_INVALID);
    QCOMPARE(emitText(*s, instance, "no call"), BURROW_INVALID);
    QCOMPARE(emitText(*s, 12345, "forged"), BURROW_STALE);
    executor->cancel(run, CancelMode::Boundary, {});
    QCOMPARE(emitText(*s, token, "still fine"), BURROW_OK);
    executor->cancel(run, CancelMode::Hard, {});
    QCOMPARE(emitText(*s, token, "no more"), BURROW_CANCELLED);
    s->complete(token, BURROW_CANCELLED);
    probe.waitFinished(run);
    QCOMPARE(emitText(*s, token, "over"), BURROW_CLOSED);
    QCOMPARE(probe.events().size(), 2U);
}

void ProgressTest::theBoundaryIsPushed()
{
    const auto s = stage();
    std::atomic<burrow_token> token{0};
    Signal begun;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token given) {
        token = given;
        begun.raise();
        return BURROW_OK;
    };
    QCOMPARE(s->start(), QString());
    const burrow_host *host = s->strings.host;
    const burrow_text id = BURROW_TEXT(BURROW_EXT_BOUNDARY);
    const auto *table = static_cast<const burrow_boundary_host *>(host->get_extension(host->ctx, 0, &id));
    QVERIFY(table);
    const burrow_text unknown = BURROW_TEXT("burrow.nothing/1");
    QVERIFY(host->get_extension(host->ctx, 0, &unknown) == nullptr);
    ListenerProbe probe;
    const auto executor = s->make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(begun.wait());
    QCOMPARE(table->boundary(host->ctx, token, 1, 1), BURROW_OK);
    QCOMPARE(table->boundary(host->ctx, token, 0, 3), BURROW_OK);
    QCOMPARE(table->boundary(host->ctx, token, 1, 2), BURROW_OK); // Lost the race against 3.
    QCOMPARE(table->boundary(host->ctx, token, 7, 4), BURROW_INVALID);
    QCOMPARE(probe.order().constLast(), QStringLiteral("boundaryFailed"));
    QCOMPARE(table->boundary(host->ctx, 12345, 1, 4), BURROW_STALE);
    s->completeRun(token);
    probe.waitFinished(run);
    QCOMPARE(table->boundary(host->ctx, token, 1, 5), BURROW_STALE);
    const auto changes = probe.boundaries();
    QCOMPARE(changes.size(), 2U);
    QVERIFY(changes[0].open && changes[0].run == run && changes[0].revision == 1);
    QVERIFY(!changes[1].open && changes[1].revision == 3);
    // Revisions begin anew with each run.
    const RunId next = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(next));
    QVERIFY(begun.wait(2));
    QCOMPARE(table->boundary(host->ctx, token, 1, 1), BURROW_OK);
    s->completeRun(token);
    probe.waitFinished(next);
    QCOMPARE(probe.boundaries().size(), 3U);
}

void ProgressTest::logRecordsCarryPluginAndSession()
{
    const auto s = stage();
    burrow_instance instance = 0;
    s->strings.create = [&](const burrow_create_request *request, void **) {
        instance = request->instance;
        return BURROW_OK;
    };
    QCOMPARE(s->start(), QString());
    ListenerProbe probe;
    const SessionId session = PuppetStage::freshSession();
    const auto executor = s->makeFor(session, probe);
    const burrow_host *host = s->strings.host;
    const burrow_text message = BURROW_TEXT("something \x1b[31mhappened");
    const burrow_log_field field = {BURROW_TEXT("count"), BURROW_TEXT("3")};
    const burrow_array fields = {&field, 1, sizeof field, 0};
    std::atomic<burrow_token> token{0};
    Signal begun;
    s->strings.apply = [&](void *, const burrow_apply_request *, burrow_token given) {
        token = given;
        begun.raise();
        return BURROW_OK;
    };
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(begun.wait());

    const LogProbe log;
    QCOMPARE(host->log(host->ctx, instance, BURROW_LOG_WARNING, &message, &fields), BURROW_OK);
    QCOMPARE(log.last(), logged(QtWarningMsg, "something happened count=3", QByteArray("s"), {}, "puppet"));
    QCOMPARE(host->log(host->ctx, token, BURROW_LOG_INFO, &message, nullptr), BURROW_OK);
    QCOMPARE(log.last(), logged(QtInfoMsg, "something happened", QByteArray("s"), run.toText(), "puppet"));
    QCOMPARE(host->log(host->ctx, 0, BURROW_LOG_ERROR, &message, nullptr), BURROW_OK);
    QCOMPARE(log.last(), logged(QtCriticalMsg, "something happened", {}, {}, "puppet"));
    QCOMPARE(host->log(host->ctx, 0, BURROW_LOG_ERROR, nullptr, nullptr), BURROW_INVALID);
    s->completeRun(token);
    probe.waitFinished(run);
    const burrow_text broken = {nullptr, 4};
    QCOMPARE(host->log(host->ctx, 0, BURROW_LOG_ERROR, &broken, nullptr), BURROW_INVALID);
}

void ProgressTest::logRecordsAreBounded()
{
    const auto s = stage();
    QCOMPARE(s->start(), QString());
    const burrow_host *host = s->strings.host;
    const burrow_text message = BURROW_TEXT("again");
    int taken = 0;
    int dropped = 0;
    for (int at = 0; at < 20'000; ++at) {
        const int32_t status = host->log(host->ctx, 0, BURROW_LOG_DEBUG, &message, nullptr);
        taken += status == BURROW_OK;
        dropped += status == BURROW_WOULD_BLOCK;
    }
    QCOMPARE(taken + dropped, 20'000);
    QVERIFY(dropped > 0);
}

QTEST_GUILESS_MAIN(ProgressTest)
#include "progress_test.moc"
