// SPDX-License-Identifier: Apache-2.0
#include "event/why.h"

#include <QRegularExpression>
#include <QTest>

/// The table of reasons: every state, every reason, and what it says.
namespace burrow::test {

namespace {

using namespace std::chrono_literals;

constexpr MonotonicTime now{std::chrono::hours(5)};

SessionView viewOf(Phase phase, WaitReason reason, bool begun = false)
{
    SessionView view;
    view.name = "night-audit";
    view.executor = "coder";
    view.phase = phase;
    view.waitReason = reason;
    view.open = 2;
    view.asOf = now;
    view.seenAt = {std::chrono::milliseconds(1'700'000'000'000)};
    view.since = {now.sinceStart - 192s};
    view.until = now + 30s;
    view.note = QStringLiteral("the disk is full; make room");
    if (begun) {
        view.begunAt = view.since;
        view.heardAt = {now.sinceStart - 5s};
    }
    return view;
}

} // namespace

class WhyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyStateAndReasonHasExactlyOneRow()
    {
        for (std::size_t phase = 0; phase < phaseName.names.size(); ++phase) {
            for (std::size_t reason = 0; reason < waitReasonName.names.size(); ++reason) {
                for (const bool begun : {false, true}) {
                    int rows = 0;
                    for (const WhyRow &row : whyTable()) {
                        const bool hears =
                            row.heard == Heard::Either || (row.heard == Heard::Something) == begun;
                        rows += row.reason == WaitReason(reason) && row.phases.contains(Phase(phase)) && hears;
                    }
                    const QByteArray pair =
                        QByteArray(phaseName(Phase(phase))) + " × " + waitReasonName(WaitReason(reason));
                    QVERIFY2(rows == 1, pair + ": " + QByteArray::number(rows) + " rows");
                    saysWhatHelps(whyOf(viewOf(Phase(phase), WaitReason(reason), begun)), pair);
                }
            }
        }
    }

    void theSentencesSayWhatPeopleAskFor_data()
    {
        QTest::addColumn<int>("phase");
        QTest::addColumn<int>("reason");
        QTest::addColumn<bool>("begun");
        QTest::addColumn<QString>("sentence");
        QTest::addColumn<QString>("unblock");
        const auto row = [](const char *name, Phase phase, WaitReason reason, bool begun, const char *sentence,
                            const char *unblock) {
            QTest::newRow(name) << int(phase) << int(reason) << begun << QString::fromUtf8(sentence)
                                << QString::fromUtf8(unblock);
        };
        row("held", Phase::Idle, WaitReason::Held, false,
            "night-audit is held, for 3m12s: the disk is full; make room", "burrow recover night-audit");
        row("parked", Phase::Attached, WaitReason::Nothing, false,
            "night-audit is parked: it has nothing to do, for 3m12s", "burrow send night-audit TEXT");
        row("unheard", Phase::Running, WaitReason::Running, false,
            "night-audit has started a run, but nothing was heard from its executor coder for 3m12s",
            "burrow cancel night-audit | burrow interrupt night-audit");
        row("heard", Phase::Running, WaitReason::Running, true,
            "night-audit is running for 3m12s; its executor coder was last heard 5s ago",
            "burrow cancel night-audit | burrow interrupt night-audit");
        row("retry", Phase::Attached, WaitReason::RetryBackoff, false,
            "night-audit failed at its only input and tries it again in 30s",
            "any further input: burrow send night-audit TEXT");
        row("stopped", Phase::Stopped, WaitReason::PhaseBlocks, false, "night-audit is stopped; 2 inputs wait",
            "burrow start night-audit");
        row("stopping", Phase::Attached, WaitReason::Stopping, false,
            "night-audit is stopping, for 3m12s; its executor coder has not come to rest",
            "nothing has to be done: one that does not come to rest is given up");
        row("given up", Phase::Idle, WaitReason::ExecutorFailed, false,
            "night-audit has given its executor coder up: the disk is full; make room; 2 inputs wait",
            "burrow start night-audit");
    }

    void theSentencesSayWhatPeopleAskFor()
    {
        QFETCH(int, phase);
        QFETCH(int, reason);
        QFETCH(bool, begun);
        QFETCH(QString, sentence);
        QFETCH(QString, unblock);
        const Why why = whyOf(viewOf(Phase(phase), WaitReason(reason), begun));
        QCOMPARE(why.sentence, sentence);
        QCOMPARE(why.unblock, unblock);
        QVERIFY(!why.isDefect);
        QCOMPARE(why.since->sinceEpoch.count(), 1'700'000'000'000 - 192'000);
    }

    void whatIsPutInIsNotLookedThrough()
    {
        SessionView view = viewOf(Phase::Idle, WaitReason::Held);
        view.name = "{note}";
        view.note = QStringLiteral("see {name}");
        QCOMPARE(whyOf(view).sentence, QStringLiteral("{note} is held, for 3m12s: see {name}"));
    }

    void whatNobodyKnowsIsSaidToBeUnknown()
    {
        SessionSight sight{viewOf(Phase::Running, WaitReason::Running), false, true};
        const WallTime later{sight.view.seenAt.sinceEpoch + 90s};
        const Why why = whyOf(sight, later);
        QCOMPARE(QByteArray(why.code), QByteArray("unknown"));
        QVERIFY2(
            why.sentence.startsWith(QStringLiteral("it is unknown what night-audit does, as of 1m30s ago")),
            qPrintable(why.sentence));
        QVERIFY(why.sentence.contains(QStringLiteral("nothing was heard")));
        sight.isSeen = false;
        QVERIFY(whyOf(sight, later).sentence.contains(QStringLiteral("has never answered")));
        sight.isNow = true;
        QCOMPARE(QByteArray(whyOf(sight, later).code), QByteArray("running.unheard"));
    }

    void whatTheStoreComplainsOfIsSaid()
    {
        SessionSight sight{viewOf(Phase::Attached, WaitReason::WaitingForWrite), true, true};
        const WallTime then = sight.view.seenAt;
        sight.view.note.clear();
        QVERIFY(!whyOf(sight, then).sentence.contains(QLatin1Char(':')));
        sight.view.note = QStringLiteral("database or disk is full");
        QVERIFY(whyOf(sight, then).sentence.endsWith(QStringLiteral(": database or disk is full")));
    }

    void aSessionThatNobodyServesIsExplained()
    {
        QCOMPARE(whyUnserved({"a", Phase::Idle, 1, {}}).sentence,
                 QStringLiteral("a is served by no host at the moment; 1 input waits"));
        QVERIFY(whyUnserved({"a", Phase::Stopped, 0, {}}).unblock.contains(QStringLiteral("burrow start a")));
        QVERIFY(whyUnserved({"a", Phase::Idle, 1, QStringLiteral("input 7 is damaged")})
                    .sentence.contains(QStringLiteral("input 7 is damaged")));
        const Why unreached = whyUnserved({"a", Phase::Idle, 1, {}, QStringLiteral("desk, process 7")});
        QCOMPARE(QByteArray(unreached.code), QByteArray("unserved.unreached"));
        QVERIFY(unreached.sentence.startsWith(QStringLiteral("a is served by desk, process 7, ")));
        QVERIFY(unreached.unblock.contains(QStringLiteral("--socket")));
        // What is gone for good needs nobody to be asked.
        QCOMPARE(QByteArray(whyUnserved({"a", Phase::Destroyed, 0, {}, QStringLiteral("desk")}).code),
                 QByteArray("unserved.destroyed"));
    }

    void spansAreSaidInTheirTwoLargestUnits()
    {
        QCOMPARE(spanText(250ms), QStringLiteral("250ms"));
        QCOMPARE(spanText(59s), QStringLiteral("59s"));
        QCOMPARE(spanText(192s), QStringLiteral("3m12s"));
        QCOMPARE(spanText(134min), QStringLiteral("2h14m"));
        QCOMPARE(spanText(50h), QStringLiteral("2d2h"));
    }

private:
    static void saysWhatHelps(const Why &why, const QByteArray &pair)
    {
        static const QRegularExpression code(QStringLiteral("^[a-z_]+(\\.[a-z_]+)?$"));
        QVERIFY2(code.match(QLatin1String(why.code)).hasMatch(), pair);
        QVERIFY2(why.sentence.startsWith(QStringLiteral("night-audit ")), pair);
        QVERIFY2(!why.sentence.endsWith(QLatin1Char('.')), pair);
        QVERIFY2(!why.sentence.contains(QLatin1Char('{')) && !why.unblock.contains(QLatin1Char('{')), pair);
        QCOMPARE(QByteArray(why.code) == "defect", why.isDefect);
        // What does not move by itself says what would move it.
        const bool movesByItself = QByteArray(why.code) == "moving" || why.sentence.contains(u"registered");
        QVERIFY2(movesByItself == why.unblock.isEmpty(), pair);
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::WhyTest)
#include "why_test.moc"
