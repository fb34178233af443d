// SPDX-License-Identifier: Apache-2.0
// Events from a cursor on, and why a session is not moving, over a real socket.
#include "server_rig.h"

#include "rpc/method_table.h"

#include <QJsonArray>
#include <QTest>

namespace burrow::test {

namespace {

/// Subscribes and takes what it is told.
class Follower
{
public:
    Follower(ServerRig &rig, const QString &since)
        : peer(rig.path())
    {
        peer.result("events.subscribe", {{"since", since}});
    }

    /// Takes notifications until one of that name has come, or the event of that code; false when none does.
    bool takeUntil(const QString &name)
    {
        while (true) {
            const QJsonObject told = peer.object();
            if (told.isEmpty())
                return false;
            const QString method = told.value("method").toString();
            const QJsonObject params = told.value("params").toObject();
            if (method == u"event")
                events.push_back(params);
            else if (method == u"events.gap")
                gaps.push_back(params);
            if (const QString cursor = params.value("cursor").toString(); !cursor.isEmpty())
                last = cursor;
            if (method == name || params.value("event").toString() == name)
                return true;
        }
    }
    QStringList about(InputId input) const
    {
        QStringList codes;
        for (const QJsonObject &event : events) {
            if (event.value("input").toString() == QString::fromLatin1(input.toText()))
                codes += event.value("event").toString();
        }
        return codes;
    }

    Peer peer;
    std::vector<QJsonObject> events;
    std::vector<QJsonObject> gaps;
    QString last;
};

const QStringList whole_life{"input.accepted", "input.queued", "input.staged", "input.applied",
                             "input.consumed"};

} // namespace

class FollowTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theLogIsToldAndThenWhatHappens()
    {
        ServerRig rig;
        const SessionId alpha = rig.open("alpha");
        const InputId before = rig.host().submit(alpha, promptOf("one")).input;
        QVERIFY(rig.settles());
        Follower follower(rig, QStringLiteral("oldest"));
        QVERIFY(follower.takeUntil(QStringLiteral("events.live")));
        QCOMPARE(follower.about(before), whole_life);
        const InputId after = rig.host().submit(alpha, promptOf("two")).input;
        QVERIFY(follower.takeUntil(QStringLiteral("run.completed")));
        QCOMPARE(follower.about(after), whole_life);
        QVERIFY(follower.gaps.empty());
        for (const QJsonObject &event : follower.events) {
            const Result<void> checked = checkMembers(shapeNamed("event").members, event, Unknown::Refused);
            QVERIFY2(checked, checked ? "" : qPrintable(checked.error().message));
        }
    }

    void whoComesDuringARunIsToldWhatWasSaidAndForWhichInput()
    {
        ServerRig rig;
        const SessionId alpha = rig.open("alpha");
        Input input = promptOf("hang");
        input.correlationId = "ticket 7";
        const InputId id = rig.host().submit(alpha, input).input;
        const RunId run = rig.waitForOpenRun();
        QVERIFY(run);
        for (const char *text : {"so ", "it ", "is"}) {
            QVERIFY(rig.executors->say(alpha, [run, text](ExecutorListener &listener) {
                listener.progress({.type = ProgressType::TextDelta, .run = run, .text = text});
            }));
        }
        Follower follower(rig, QStringLiteral("oldest"));
        QVERIFY(follower.takeUntil(QStringLiteral("events.live")));
        const QJsonObject told = follower.events.back();
        QCOMPARE(told.value("event").toString(), QStringLiteral("progress.text_delta"));
        QCOMPARE(told.value("text").toString(), QStringLiteral("so it is"));
        QCOMPARE(told.value("inputs").toArray(), QJsonArray{QString::fromLatin1(id.toText())});
        QCOMPARE(told.value("correlation").toString(), QStringLiteral("ticket 7"));
        QCOMPARE(rig.executors->finishAll(), std::size_t(1));
        QVERIFY(follower.takeUntil(QStringLiteral("run.completed")));
        QVERIFY(follower.gaps.empty());
        for (const QJsonObject &event : follower.events) {
            const Result<void> checked = checkMembers(shapeNamed("event").members, event, Unknown::Refused);
            QVERIFY2(checked, checked ? "" : qPrintable(checked.error().message));
            if (event.value("event").toString() != QLatin1String("runtime.state_changed"))
                QCOMPARE(event.value("correlation").toString(), QStringLiteral("ticket 7"));
        }
        // It is in the log, too.
        Follower later(rig, QStringLiteral("oldest"));
        QVERIFY(later.takeUntil(QStringLiteral("run.completed")));
        QCOMPARE(later.events.back().value("correlation").toString(), QStringLiteral("ticket 7"));
    }

    void aReaderComesBackWithItsCursor()
    {
        ServerRig rig;
        const SessionId alpha = rig.open("alpha");
        QString cursor;
        InputId first;
        {
            Follower follower(rig, QStringLiteral("oldest"));
            first = rig.host().submit(alpha, promptOf("one")).input;
            QVERIFY(follower.takeUntil(QStringLiteral("run.completed")));
            cursor = follower.last;
        }
        const InputId meanwhile = rig.host().submit(alpha, promptOf("two")).input;
        QVERIFY(rig.settles());
        Follower again(rig, cursor);
        QVERIFY(again.takeUntil(QStringLiteral("events.live")));
        QCOMPARE(again.about(meanwhile), whole_life);
        QVERIFY(again.about(first).isEmpty());
        QVERIFY(again.gaps.empty());
    }

    void aCursorOfAnotherStoreIsToldAsAGap()
    {
        ServerRig rig;
        const SessionId alpha = rig.open("alpha");
        rig.host().submit(alpha, promptOf("one"));
        QVERIFY(rig.settles());
        Follower follower(rig, QString::fromLatin1(EventCursor{Uuid{1, 2}, 7}.toText()));
        QVERIFY(follower.takeUntil(QStringLiteral("events.live")));
        QCOMPARE(follower.gaps.size(), std::size_t(1));
        QCOMPARE(follower.gaps.front().value("cause").toString(), QStringLiteral("other_log"));
        QVERIFY(checkMembers(shapeNamed("gap").members, follower.gaps.front(), Unknown::Refused));
        Peer peer(rig.path());
        QVERIFY(!peer.error("events.subscribe", {{"since", QStringLiteral("yesterday")}}).isEmpty());
    }

    void aReaderThatReadsNothingGetsTheWholeLogLater()
    {
        ServerRig rig;
        const SessionId alpha = rig.open("alpha");
        Follower follower(rig, QStringLiteral("oldest"));
        QVERIFY(follower.takeUntil(QStringLiteral("events.live")));
        follower.peer.setListening(false);
        std::vector<InputId> inputs;
        for (int at = 0; at < 200; ++at) {
            inputs.push_back(rig.host().submit(alpha, promptOf("work")).input);
            if (at % 50 == 49)
                QVERIFY(rig.settles());
        }
        QVERIFY(rig.settles());
        follower.peer.setListening(true);
        while (follower.about(inputs.back()) != whole_life)
            QVERIFY(follower.takeUntil(QStringLiteral("run.completed")));
        for (const InputId input : inputs)
            QCOMPARE(follower.about(input), whole_life);
    }

    void whyASessionIsNotMoving()
    {
        ServerRig rig;
        const SessionId alpha = rig.open("alpha");
        Peer peer(rig.path());
        const auto why = [&peer] {
            const QJsonObject told = peer.result("why", {{"session", "alpha"}});
            const Result<void> checked = checkMembers(shapeNamed("why").members, told, Unknown::Refused);
            return checked ? told : QJsonObject();
        };
        QCOMPARE(why().value("code").toString(), QStringLiteral("nothing"));
        QVERIFY(why().value("known").toBool());
        rig.host().submit(alpha, promptOf("hang"));
        QTRY_COMPARE(why().value("code").toString(), QStringLiteral("running.unheard"));
        QVERIFY(why().value("sentence").toString().startsWith(QStringLiteral("alpha has started a run")));
        QVERIFY(!peer.error("why", {{"session", "nobody"}}).isEmpty());
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::FollowTest)
#include "follow_test.moc"
