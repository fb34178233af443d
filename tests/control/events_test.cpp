// SPDX-License-Identifier: Apache-2.0
#include "host_rig.h"

#include <QHash>
#include <QSignalSpy>
#include <QTest>
#include <QThread>

#include <thread>

/// What sessions say, as it reaches the thread of the host.
namespace burrow::test {

/// Takes what arrives and keeps it by session.
class Listener : public QObject
{
    Q_OBJECT

public:
    explicit Listener(Host &host)
    {
        connect(&host, &Host::eventsArrived, this, &Listener::take);
        connect(&host, &Host::eventsLost, this, [this](quint64 more) { lost += more; });
    }

    void take(const std::vector<SessionEvent> &events)
    {
        onOwnThread = onOwnThread && QThread::currentThread() == thread();
        count += events.size();
        for (const SessionEvent &event : events) {
            if (const auto *said = std::get_if<LifecycleEvent>(&event.event)) {
                bySession[event.session].push_back(*said);
                names[event.session] = event.name;
            } else {
                progress[event.session].push_back(std::get<ProgressEvent>(event.event));
            }
        }
    }
    /// The codes about that input, in order.
    QByteArrayList about(SessionId session, InputId input) const
    {
        QByteArrayList codes;
        for (const LifecycleEvent &event : bySession.value(session)) {
            if (event.input == input)
                codes.push_back(eventCodeName(event.code));
        }
        return codes;
    }
    bool sees(SessionId session, EventCode code) const
    {
        const QList<LifecycleEvent> events = bySession.value(session);
        return std::any_of(events.begin(), events.end(),
                           [code](const LifecycleEvent &e) { return e.code == code; });
    }

    QHash<SessionId, QList<LifecycleEvent>> bySession;
    QHash<SessionId, QList<ProgressEvent>> progress;
    QHash<SessionId, QByteArray> names;
    quint64 count = 0;
    quint64 lost = 0;
    bool onOwnThread = true;
};

class EventsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyInputIsToldInItsOrder()
    {
        HostRig rig(4);
        Listener listener(rig.host());
        std::vector<std::pair<SessionId, Submission>> submissions;
        std::vector<SessionId> sessions;
        for (int at = 0; at < 8; ++at)
            sessions.push_back(rig.open("session-" + QByteArray::number(at)));
        for (int at = 0; at < 400; ++at) {
            const SessionId session = sessions[static_cast<std::size_t>(at) % 8];
            submissions.emplace_back(session, rig.host().submit(session, promptOf("work")));
        }
        QVERIFY(rig.settles());
        const QByteArrayList expected{"input.accepted", "input.queued", "input.staged", "input.applied",
                                      "input.consumed"};
        const auto &[lastSession, last] = submissions.back();
        QTRY_COMPARE(listener.about(lastSession, last.input), expected);
        for (const auto &[session, submission] : submissions)
            QTRY_COMPARE(listener.about(session, submission.input), expected);
        QVERIFY(listener.onOwnThread);
        QCOMPARE(listener.lost, 0U);
        QCOMPARE(listener.names.value(sessions[3]), QByteArray("session-3"));
    }

    void runsAreToldAroundTheirInputs()
    {
        HostRig rig;
        Listener listener(rig.host());
        const SessionId alpha = rig.open("alpha");
        const Submission work = rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal});
        const RunId run = resultOf(work.outcome)->run;
        QTRY_VERIFY(listener.sees(alpha, EventCode::RunCompleted));
        QByteArrayList ofRun;
        for (const LifecycleEvent &event : listener.bySession.value(alpha)) {
            if (event.run == run)
                ofRun.push_back(eventCodeName(event.code));
        }
        QCOMPARE(ofRun.indexOf("input.staged"), 0);
        QCOMPARE(ofRun.indexOf("run.started"), 1);
        QVERIFY(ofRun.indexOf("input.consumed") > 1);
        QCOMPARE(ofRun.count("run.completed"), 1);
    }

    void failuresCancelsAndStopsAreTold()
    {
        HostRig rig;
        Listener listener(rig.host());
        const SessionId alpha = rig.open("alpha");
        const Submission failing = rig.host().submit(alpha, promptOf("fail"), {.wait = WaitFor::Terminal});
        QVERIFY(resultOf(failing.outcome));
        const Submission hanging = rig.host().submit(alpha, promptOf("hang"), {.wait = WaitFor::Terminal});
        QVERIFY(rig.waitForOpenRun());
        QVERIFY(resultOf(rig.host().cancel(alpha, CancelMode::Boundary))->ok());
        QVERIFY(resultOf(hanging.outcome));
        QVERIFY(resultOf(rig.host().stop(alpha))->ok());
        QTRY_VERIFY(!listener.bySession.value(alpha).isEmpty()
                    && listener.bySession.value(alpha).constLast().to == Phase::Stopped);
        QCOMPARE(listener.about(alpha, failing.input).count("input.staged"), 3);
        QCOMPARE(listener.about(alpha, failing.input).constLast(), QByteArray("input.abandoned"));
        QCOMPARE(listener.about(alpha, hanging.input).constLast(), QByteArray("input.abandoned"));
        QVERIFY(listener.sees(alpha, EventCode::RunFailed));
        QVERIFY(listener.sees(alpha, EventCode::RunCancelled));
    }

    void progressArrivesWithItsSessionInOrder()
    {
        HostRig rig;
        rig.executors->setScript({.conduct = [](const ApplyCall &call) {
            Conduct conduct = byText(call);
            for (int at = 0; at < 500; ++at)
                conduct.progress.push_back(
                    {.type = ProgressType::TextDelta, .run = call.run, .text = QByteArray::number(at)});
            return conduct;
        }});
        Listener listener(rig.host());
        const SessionId alpha = rig.open("alpha");
        QVERIFY(resultOf(rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal}).outcome)
                    ->succeeded());
        QTRY_COMPARE(listener.progress.value(alpha).size(), 500);
        for (int at = 0; at < 500; ++at)
            QCOMPARE(listener.progress.value(alpha).at(at).text, QByteArray::number(at));
    }

    void eventsThatNobodyTakesAreDroppedAndCounted()
    {
        HostRig rig;
        constexpr int said = static_cast<int>(limits::pending_events_max) + 5'000;
        rig.executors->setScript({.conduct = [](const ApplyCall &call) {
            Conduct conduct = byText(call);
            conduct.progress.assign(said, {.type = ProgressType::TextDelta, .run = call.run, .text = "x"});
            return conduct;
        }});
        Listener listener(rig.host());
        const SessionId alpha = rig.open("alpha");
        const quint64 before = listener.count;
        // This thread takes nothing while it waits.
        rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal}).outcome.waitForFinished();
        rig.host().whenSettled().waitForFinished();
        QCOMPARE(listener.count, before);
        QTRY_VERIFY(listener.lost >= 5'000);
        QVERIFY(listener.count - before <= limits::pending_events_max);
        QVERIFY2(listener.count - before + listener.lost >= said, "each was delivered or counted");
        // And it goes on.
        const quint64 after = listener.count;
        rig.executors->setScript({});
        QVERIFY(resultOf(rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal}).outcome)
                    ->succeeded());
        QTRY_VERIFY(listener.count > after);
    }

    void nothingIsCollectedForNobody()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        QVERIFY(resultOf(rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal}).outcome)
                    ->succeeded());
        Listener listener(rig.host());
        const Submission seen = rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal});
        QVERIFY(resultOf(seen.outcome)->succeeded());
        QTRY_VERIFY(listener.about(alpha, seen.input).contains("input.consumed"));
        QCOMPARE(listener.about(alpha, seen.input).constFirst(), QByteArray("input.accepted"));
        QSet<InputId> inputs;
        for (const LifecycleEvent &event : listener.bySession.value(alpha)) {
            if (event.input)
                inputs.insert(event.input);
        }
        QCOMPARE(inputs, QSet<InputId>{seen.input});
    }

    void aListenerMayGoWhileEventsFlow()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        for (int round = 0; round < 100; ++round) {
            // Destroyed without a word, and disconnected by hand.
            auto listener = std::make_unique<Listener>(rig.host());
            const auto connection =
                connect(&rig.host(), &Host::eventsArrived, this, [](const std::vector<SessionEvent> &) {});
            rig.host().submit(alpha, promptOf("work"));
            if (round % 2 == 0)
                QVERIFY(rig.settles());
            listener.reset();
            disconnect(connection);
        }
        QVERIFY(rig.settles());
        Listener last(rig.host());
        const Submission seen = rig.host().submit(alpha, promptOf("work"));
        QTRY_VERIFY(last.about(alpha, seen.input).contains("input.consumed"));
    }

    void listenersComeAndGoOnOtherThreads()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        std::atomic<bool> stop = false;
        Tally rounds;
        std::thread connecting([&] {
            while (!stop) {
                QObject context;
                const auto connection = connect(&rig.host(), &Host::eventsArrived, &context,
                                                [](const std::vector<SessionEvent> &) {});
                disconnect(connection);
                rounds.add();
            }
        });
        for (int at = 0; at < 200; ++at) {
            rig.host().submit(alpha, promptOf("work"));
            if (at % 10 == 0)
                QVERIFY(rig.settles());
        }
        const bool ran = rounds.waitFor(10);
        stop = true;
        connecting.join();
        QVERIFY(ran);
        Listener last(rig.host());
        const Submission seen = rig.host().submit(alpha, promptOf("work"));
        QTRY_VERIFY(last.about(alpha, seen.input).contains("input.consumed"));
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::EventsTest)
#include "events_test.moc"
