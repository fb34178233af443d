// SPDX-License-Identifier: Apache-2.0
#include "control/event_follower.h"
#include "host_rig.h"

#include <QTest>

/// Following the events of a real host, from its log into what happens.
namespace burrow::test {

namespace {

/// Takes what a follower tells, as fast as it comes or only when told to.
class Reader : public QObject
{
public:
    Reader(Host &host, FollowOptions options, bool eager = true)
        : follower(host, std::move(options))
    {
        connect(&follower, &EventFollower::told, this, [this, eager](const std::vector<FollowItem> &items) {
            for (const FollowItem &item : items)
                take(item);
            if (eager)
                follower.more();
        });
        if (eager)
            follower.more();
    }

    void take(const FollowItem &item)
    {
        if (const auto *envelope = std::get_if<EventEnvelope>(&item)) {
            envelopes.push_back(*envelope);
            if (envelope->cursor)
                cursor = *envelope->cursor;
        } else if (const auto *gap = std::get_if<EventGap>(&item)) {
            gaps.push_back(*gap);
        } else {
            live = true;
        }
    }
    QByteArrayList about(InputId input) const
    {
        QByteArrayList codes;
        for (const EventEnvelope &envelope : envelopes) {
            const auto *said = std::get_if<LifecycleEvent>(&envelope.event);
            if (said != nullptr && said->input == input)
                codes.push_back(envelope.code());
        }
        return codes;
    }
    qsizetype countOf(const QByteArray &code) const
    {
        return std::count_if(envelopes.begin(), envelopes.end(),
                             [&](const EventEnvelope &envelope) { return envelope.code() == code; });
    }

    EventFollower follower;
    std::vector<EventEnvelope> envelopes;
    std::vector<EventGap> gaps;
    EventCursor cursor;
    bool live = false;
};

const QByteArrayList whole_life{"input.accepted", "input.queued", "input.staged", "input.applied",
                                "input.consumed"};

} // namespace

class EventFollowerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyInputIsToldOnceAndInItsOrder()
    {
        HostRig rig(2);
        std::vector<InputId> inputs;
        std::vector<SessionId> sessions;
        for (int at = 0; at < 4; ++at)
            sessions.push_back(rig.open("session-" + QByteArray::number(at)));
        // Some before anybody follows, some while the log is being read, some live.
        for (int at = 0; at < 60; ++at)
            inputs.push_back(rig.host().submit(sessions[std::size_t(at) % 4], promptOf("work")).input);
        QVERIFY(rig.settles());
        Reader reader(rig.host(), {});
        for (int at = 0; at < 60; ++at)
            inputs.push_back(rig.host().submit(sessions[std::size_t(at) % 4], promptOf("work")).input);
        QTRY_VERIFY(reader.live);
        for (int at = 0; at < 60; ++at)
            inputs.push_back(rig.host().submit(sessions[std::size_t(at) % 4], promptOf("work")).input);
        for (const InputId input : inputs)
            QTRY_COMPARE(reader.about(input), whole_life);
        QVERIFY(reader.gaps.empty());
        QSet<Uuid> ids;
        for (const EventEnvelope &envelope : reader.envelopes)
            ids.insert(envelope.id);
        QCOMPARE(std::size_t(ids.size()), reader.envelopes.size());
        QCOMPARE(reader.countOf("run.started"), reader.countOf("run.completed"));
    }

    void aReaderThatComesBackMissesNothing()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        EventCursor cursor;
        InputId first;
        {
            Reader reader(rig.host(), {});
            first = rig.host().submit(alpha, promptOf("one")).input;
            QTRY_COMPARE(reader.about(first), whole_life);
            cursor = reader.cursor;
        }
        const InputId meanwhile = rig.host().submit(alpha, promptOf("two")).input;
        QVERIFY(rig.settles());
        Reader again(rig.host(), {.since = cursor});
        QTRY_COMPARE(again.about(meanwhile), whole_life);
        QVERIFY(again.about(first).isEmpty());
        QVERIFY(again.gaps.empty());
    }

    void whatAnExecutorSaysComesBeforeTheEndOfItsRun()
    {
        HostRig rig;
        rig.executors->setScript({.conduct = [](const ApplyCall &call) {
            Conduct conduct = byText(call);
            for (int at = 0; at < 20; ++at)
                conduct.progress.push_back(
                    {.type = ProgressType::TextDelta, .run = call.run, .text = QByteArray::number(at)});
            return conduct;
        }});
        const SessionId alpha = rig.open("alpha");
        Reader reader(rig.host(), {.session = alpha});
        QTRY_VERIFY(reader.live);
        rig.host().submit(alpha, promptOf("work"));
        QTRY_COMPARE(reader.countOf("run.completed"), 1);
        QByteArrayList told;
        for (const EventEnvelope &envelope : reader.envelopes) {
            if (const auto *said = std::get_if<ProgressEvent>(&envelope.event))
                told.push_back(said->text);
            else if (envelope.code() == "run.completed" || envelope.code() == "run.started")
                told.push_back(envelope.code());
        }
        QCOMPARE(told.size(), 22);
        QCOMPARE(told.constFirst(), QByteArray("run.started"));
        QCOMPARE(told.at(1), QByteArray("0"));
        QCOMPARE(told.at(20), QByteArray("19"));
        QCOMPARE(told.constLast(), QByteArray("run.completed"));
    }

    void whoComesDuringARunIsToldWhatItsExecutorHasSaidSoFar()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const InputId input = rig.host().submit(alpha, promptOf("hang")).input;
        const RunId run = rig.waitForOpenRun();
        QVERIFY(run);
        const auto say = [&](int number) {
            return rig.executors->say(alpha, [run, number](ExecutorListener &listener) {
                listener.progress(
                    {.type = ProgressType::ToolStarted, .run = run, .name = QByteArray::number(number)});
            });
        };
        constexpr int before = static_cast<int>(limits::recent_progress_per_session_max) + 5;
        for (int number = 1; number <= before; ++number)
            QVERIFY(say(number)); // Nobody listens yet.
        Reader late(rig.host(), {.session = alpha});
        for (int number = before + 1; number <= before + 20; ++number)
            QVERIFY(say(number));
        QTRY_COMPARE(late.countOf("progress.tool_started"), before + 15);
        QVERIFY(late.live);
        int next = 6;
        for (const EventEnvelope &envelope : late.envelopes) {
            const auto *said = std::get_if<ProgressEvent>(&envelope.event);
            if (said == nullptr)
                continue;
            QCOMPARE(said->name.toInt(), next++);
            QVERIFY(said->subject);
            QCOMPARE(said->subject->inputs, std::vector<InputId>{input});
        }
        QCOMPARE(late.gaps.size(), std::size_t(1));
        QCOMPARE(late.gaps.front(), (EventGap{EventGap::Cause::ProgressForgotten, 5}));
        // Once it is over nothing is kept of it.
        QCOMPARE(rig.executors->finishAll(), std::size_t(1));
        QTRY_COMPARE(late.countOf("run.completed"), 1);
        Reader later(rig.host(), {.session = alpha});
        QTRY_VERIFY(later.live);
        QCOMPARE(later.countOf("progress.tool_started"), 0);
        QVERIFY(later.gaps.empty());
    }

    void whatAnInputWasSubmittedWithIsToldWithItsEvents()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        Input input = promptOf("work");
        input.correlationId = "ticket 7";
        const InputId id = rig.host().submit(alpha, input).input;
        Reader reader(rig.host(), {.session = alpha});
        QTRY_COMPARE(reader.about(id), whole_life);
        Reader again(rig.host(), {.session = alpha});
        QTRY_COMPARE(again.about(id), whole_life);
        for (const Reader *one : {&reader, &again}) {
            for (const EventEnvelope &envelope : one->envelopes) {
                const auto *said = std::get_if<LifecycleEvent>(&envelope.event);
                if (said != nullptr && (said->input || said->run))
                    QCOMPARE(envelope.correlation(), QByteArray("ticket 7"));
            }
        }
    }

    void aReaderThatTakesNothingHoldsNobodyUp()
    {
        HostRig rig;
        constexpr int said = static_cast<int>(limits::live_events_per_session_max) + 500;
        rig.executors->setScript({.conduct = [](const ApplyCall &call) {
            Conduct conduct = byText(call);
            conduct.progress.assign(said, {.type = ProgressType::TextDelta, .run = call.run, .text = "x"});
            return conduct;
        }});
        const SessionId alpha = rig.open("alpha");
        Reader slow(rig.host(), {}, false);
        const Submission work = rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal});
        QVERIFY(resultOf(work.outcome)->succeeded());
        // Until what was said has arrived on this thread.
        Reader witness(rig.host(), {.progress = false});
        QTRY_COMPARE(witness.about(work.input), whole_life);
        while (slow.countOf("run.completed") == 0) {
            const std::size_t before = slow.envelopes.size() + slow.gaps.size();
            slow.follower.more();
            QTRY_VERIFY(slow.envelopes.size() + slow.gaps.size() > before || slow.live);
        }
        QCOMPARE(slow.about(work.input), whole_life);
        // What was said is told or counted, and the rest of it comes when it is asked for.
        const auto lost = [&slow] {
            quint64 count = 0;
            for (const EventGap &gap : slow.gaps)
                count += gap.count;
            return count;
        };
        const auto known = [&] { return quint64(slow.countOf("progress.text_delta")) + lost(); };
        while (known() < quint64(said)) {
            const quint64 before = known();
            slow.follower.more();
            QTRY_VERIFY(known() > before);
        }
        QVERIFY(known() >= quint64(said)); // What the log tells may be counted, too.
        QVERIFY(lost() >= 500);
    }

    void theLogIsReadInPagesWithoutFollowing()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const InputId input = rig.host().submit(alpha, promptOf("work")).input;
        QVERIFY(rig.settles());
        const auto page = resultOf(rig.host().events({.session = alpha}));
        QVERIFY(page && page->ok());
        QByteArrayList codes;
        for (const LoggedEvents &row : (*page)->rows) {
            for (const LifecycleEvent &event : row.events) {
                if (event.input == input)
                    codes.push_back(eventCodeName(event.code));
            }
        }
        QCOMPARE(codes, whole_life);
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::EventFollowerTest)
#include "event_follower_test.moc"
