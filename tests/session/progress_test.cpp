// SPDX-License-Identifier: Apache-2.0
#include "shard_rig.h"

#include <QTest>

/// What executors say while they work: whose it is, and what is kept of it for those who begin to listen.
namespace burrow::test {

namespace {

std::vector<RecentProgress> recentOf(ShardRig &rig, SessionId session = {})
{
    std::optional<std::vector<RecentProgress>> recent;
    rig.shard->post(
        RecentMessage{session, [&recent](std::vector<RecentProgress> answer) { recent = std::move(answer); }});
    rig.settle();
    return recent.value_or(std::vector<RecentProgress>{});
}

void say(ShardRig &rig, SessionId session, RunId run, const QByteArray &text)
{
    rig.shard->post(
        ExecutorMessage{session, 1, ProgressEvent{.type = ProgressType::TextDelta, .run = run, .text = text}});
    rig.settle();
}

} // namespace

class ProgressTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void progressTellsTheInputsOfItsRun()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        Input input = promptOf("hang");
        input.correlationId = "ticket 7";
        rig.submit(alpha, input);
        rig.settle();
        const Applied applied = executors->applied().back();
        say(rig, alpha, applied.run, "one");
        say(rig, alpha, applied.run, "two");
        say(rig, alpha, {Uuid{1, 2}}, "of no run");
        const std::vector<ProgressEvent> progress = rig.observer.progress(alpha);
        QCOMPARE(progress.size(), std::size_t(3));
        QVERIFY(progress[0].subject);
        QVERIFY(progress[0].subject->inputs == applied.inputs);
        QCOMPARE(progress[0].subject->correlation, QByteArray("ticket 7"));
        QVERIFY2(progress[0].subject == progress[1].subject, "one for the whole run");
        QVERIFY(!progress[2].subject);
    }

    void whatWasSaidIsKeptUntilTheRunEndsWhoeverListens()
    {
        ShardRig rig;
        rig.observer.wanted = false;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        const SessionId beta = rig.adopt("beta", executors);
        rig.submit(alpha, promptOf("hang"));
        rig.settle();
        const RunId run = executors->applied().back().run;
        QVERIFY(recentOf(rig).empty());
        say(rig, alpha, run, "so ");
        say(rig, alpha, run, "it is");
        const std::vector<RecentProgress> recent = recentOf(rig);
        QCOMPARE(recent.size(), std::size_t(1));
        QCOMPARE(recent[0].session, alpha);
        QCOMPARE(recent[0].name, QByteArray("alpha"));
        QCOMPARE(recent[0].run, run);
        QCOMPARE(recent[0].last, 2ULL);
        QCOMPARE(recent[0].said.size(), std::size_t(1));
        QCOMPARE(recent[0].said[0].event.text, QByteArray("so it is"));
        QCOMPARE(recentOf(rig, alpha).size(), std::size_t(1));
        QVERIFY(recentOf(rig, beta).empty());
        QVERIFY(rig.observer.said.empty());

        QCOMPARE(executors->finishAll(), std::size_t(1));
        rig.settle();
        QVERIFY(recentOf(rig).empty());
    }

    void theNextRunBeginsAnew()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        rig.submit(alpha, promptOf("hang one"));
        rig.submit(alpha, promptOf("hang two"));
        rig.settle();
        say(rig, alpha, executors->applied().back().run, "of the first");
        QCOMPARE(executors->finishAll(), std::size_t(1));
        rig.settle();
        const Applied second = executors->applied().back();
        QVERIFY(recentOf(rig).empty());
        say(rig, alpha, second.run, "of the second");
        const std::vector<RecentProgress> recent = recentOf(rig);
        QCOMPARE(recent.size(), std::size_t(1));
        QCOMPARE(recent[0].run, second.run);
        QCOMPARE(recent[0].last, 1ULL);
        QVERIFY(recent[0].said[0].event.subject->inputs == second.inputs);
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::ProgressTest)
#include "progress_test.moc"
