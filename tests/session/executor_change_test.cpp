// SPDX-License-Identifier: Apache-2.0
// A session that another executor ran before.
#include "shard_rig.h"

#include <QTest>

namespace burrow::test {

namespace {

const ExecutorIdentity talker{"talker", "org.example.talker"};
const ExecutorIdentity writer{"writer", "org.example.writer"};

} // namespace

class ExecutorChangeTest : public QObject
{
    Q_OBJECT

    static std::shared_ptr<InlineExecutorFactory> executorsOf(const ExecutorIdentity &identity)
    {
        auto executors = std::make_shared<InlineExecutorFactory>();
        executors->setIdentity(identity);
        return executors;
    }

    /// The session was run by the talker, which has left the snapshot "snapshot one".
    static SessionId runByTalker(ShardRig &rig)
    {
        const SessionId alpha = rig.adopt("alpha", executorsOf(talker));
        rig.submit(alpha, promptOf("snapshot one"));
        rig.settle();
        return alpha;
    }

    /// The session is opened with that executor by a host that comes after the one before has gone.
    static std::shared_ptr<InlineExecutorFactory> nextHost(ShardRig &rig, const ExecutorIdentity &identity)
    {
        rig.shutDown();
        rig.settle();
        rig.shard = std::make_unique<Shard>(rig.store, rig.clock, rig.observer);
        rig.observer.said.clear();
        auto executors = executorsOf(identity);
        rig.adopt("alpha", executors);
        rig.settle();
        return executors;
    }

    static std::shared_ptr<const ExecutorChange> changeIn(const RecordingObserver &observer)
    {
        std::shared_ptr<const ExecutorChange> change;
        for (const SessionEvent &said : observer.said) {
            const auto *event = std::get_if<LifecycleEvent>(&said.event);
            if (event != nullptr && event->code == EventCode::ExecutorChanged)
                change = event->executors;
        }
        return change;
    }

    /// Of the instance that the session's next work makes.
    static std::optional<QByteArray> snapshotOfNext(ShardRig &rig, SessionId session,
                                                    const ScriptedExecutorFactory &executors)
    {
        rig.submit(session, promptOf("work"));
        rig.settle();
        const std::vector<CreateCall> created = executors.created();
        return created.empty() ? QByteArray("no instance was made") : created.back().snapshot;
    }

private Q_SLOTS:
    void anotherPluginIsAnEventAndGetsNoSnapshotOfTheOldOne()
    {
        ShardRig rig;
        const SessionId alpha = runByTalker(rig);
        QVERIFY2(!changeIn(rig.observer), "nobody ran it before");
        const auto executors = nextHost(rig, writer);
        const std::shared_ptr<const ExecutorChange> change = changeIn(rig.observer);
        QVERIFY(change);
        QVERIFY(change->from == talker);
        QVERIFY(change->to == writer);
        const QString detail = rig.observer.details(EventCode::ExecutorChanged).join(u'\n');
        QVERIFY2(detail.contains(QStringLiteral("org.example.talker is kept and not given to it")),
                 qPrintable(detail));
        QVERIFY(!snapshotOfNext(rig, alpha, *executors));
        QCOMPARE(rig.view(alpha).executor, QByteArray("writer"));
    }

    void whoComesBackGetsItsSnapshotBack()
    {
        ShardRig rig;
        const SessionId alpha = runByTalker(rig);
        nextHost(rig, writer);
        rig.submit(alpha, promptOf("it keeps no snapshot"));
        rig.settle();
        const auto executors = nextHost(rig, talker);
        QVERIFY(changeIn(rig.observer));
        QVERIFY(!rig.observer.details(EventCode::ExecutorChanged).join(u' ').contains(QStringLiteral("kept")));
        QCOMPARE(snapshotOfNext(rig, alpha, *executors).value_or("none"), QByteArray("snapshot one"));
    }

    void theSamePluginKeepsItsSnapshot_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<bool>("isEvent");
        QTest::newRow("under its name") << talker.name << false;
        QTest::newRow("under another name") << QByteArray("speaker") << true;
    }

    void theSamePluginKeepsItsSnapshot()
    {
        QFETCH(const QByteArray, name);
        QFETCH(const bool, isEvent);
        ShardRig rig;
        const SessionId alpha = runByTalker(rig);
        const auto executors = nextHost(rig, {name, talker.plugin});
        QCOMPARE(changeIn(rig.observer) != nullptr, isEvent);
        QCOMPARE(snapshotOfNext(rig, alpha, *executors).value_or("none"), QByteArray("snapshot one"));
    }

    /// What is read again is read for the executor that the session has.
    void aSessionThatIsReadAgainHasTheSameExecutor()
    {
        ShardRig rig;
        const SessionId alpha = runByTalker(rig);
        const auto executors = nextHost(rig, writer);
        rig.observer.said.clear();
        rig.store.answerWith(Verdict::Refused);
        rig.submit(alpha, promptOf("refused"));
        rig.settle();
        QCOMPARE(rig.view(alpha).waitReason, WaitReason::Held);
        rig.store.answerWith(std::nullopt);
        rig.pass(limits::retry_backoff_max);
        QVERIFY(rig.view(alpha).waitReason != WaitReason::Held);
        QVERIFY(!changeIn(rig.observer));
        QVERIFY2(!snapshotOfNext(rig, alpha, *executors), "the snapshot is still another one's");
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::ExecutorChangeTest)
#include "executor_change_test.moc"
