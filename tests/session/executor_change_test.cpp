// SPDX-License-Identifier: Apache-2.0
// A session that another executor ran before.
#include "shard_rig.h"

#include <QTest>

namespace burrow::test {

class ExecutorChangeTest : public QObject
{
    Q_OBJECT

    /// A host that knows that executor comes after the one before has gone.
    static std::shared_ptr<InlineExecutorFactory> nextHost(ShardRig &rig, const ExecutorIdentity &identity)
    {
        rig.shutDown();
        rig.settle();
        rig.shard = std::make_unique<Shard>(rig.store, rig.clock, rig.observer);
        rig.observer.said.clear();
        auto executors = std::make_shared<InlineExecutorFactory>();
        executors->setIdentity(identity);
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
        auto talker = std::make_shared<InlineExecutorFactory>();
        talker->setIdentity({"talker", "org.example.talker"});
        const SessionId alpha = rig.adopt("alpha", talker);
        rig.submit(alpha, promptOf("snapshot one"));
        rig.settle();
        QVERIFY2(!changeIn(rig.observer), "nobody ran it before");

        auto writer = nextHost(rig, {"writer", "org.example.writer"});
        QCOMPARE(rig.adopt("alpha", writer), alpha);
        rig.settle();
        const std::shared_ptr<const ExecutorChange> change = changeIn(rig.observer);
        QVERIFY(change);
        QVERIFY(change->from == talker->identity());
        QVERIFY(change->to == writer->identity());
        const QString detail = rig.observer.details(EventCode::ExecutorChanged).join(u'\n');
        QVERIFY2(detail.contains(QStringLiteral("org.example.talker is kept and not given to it")),
                 qPrintable(detail));
        QVERIFY(!snapshotOfNext(rig, alpha, *writer));
        QCOMPARE(rig.view(alpha).executor, QByteArray("writer"));
    }

    void whoComesBackGetsItsSnapshotBack()
    {
        ShardRig rig;
        auto talker = std::make_shared<InlineExecutorFactory>();
        talker->setIdentity({"talker", "org.example.talker"});
        rig.submit(rig.adopt("alpha", talker), promptOf("snapshot one"));
        rig.settle();
        auto writer = nextHost(rig, {"writer", "org.example.writer"});
        rig.submit(rig.adopt("alpha", writer), promptOf("it keeps no snapshot"));
        rig.settle();

        auto again = nextHost(rig, talker->identity());
        const SessionId alpha = rig.adopt("alpha", again);
        rig.settle();
        QVERIFY(changeIn(rig.observer));
        QVERIFY(!rig.observer.details(EventCode::ExecutorChanged).join(u' ').contains(QStringLiteral("kept")));
        QCOMPARE(snapshotOfNext(rig, alpha, *again).value_or("none"), QByteArray("snapshot one"));
    }

    void theSamePluginUnderAnotherNameKeepsItsSnapshot()
    {
        ShardRig rig;
        auto talker = std::make_shared<InlineExecutorFactory>();
        talker->setIdentity({"talker", "org.example.talker"});
        rig.submit(rig.adopt("alpha", talker), promptOf("snapshot one"));
        rig.settle();
        auto renamed = nextHost(rig, {"speaker", "org.example.talker"});
        const SessionId alpha = rig.adopt("alpha", renamed);
        rig.settle();
        QVERIFY(changeIn(rig.observer));
        QCOMPARE(snapshotOfNext(rig, alpha, *renamed).value_or("none"), QByteArray("snapshot one"));
    }

    void theSameExecutorIsNoEvent()
    {
        ShardRig rig;
        auto talker = std::make_shared<InlineExecutorFactory>();
        rig.submit(rig.adopt("alpha", talker), promptOf("snapshot one"));
        rig.settle();
        auto again = nextHost(rig, talker->identity());
        const SessionId alpha = rig.adopt("alpha", again);
        rig.settle();
        QVERIFY(!changeIn(rig.observer));
        QCOMPARE(snapshotOfNext(rig, alpha, *again).value_or("none"), QByteArray("snapshot one"));
    }

    /// What is read again is read for the executor that the session has.
    void aSessionThatIsReadAgainHasTheSameExecutor()
    {
        ShardRig rig;
        auto talker = std::make_shared<InlineExecutorFactory>();
        talker->setIdentity({"talker", "org.example.talker"});
        rig.submit(rig.adopt("alpha", talker), promptOf("snapshot one"));
        rig.settle();
        auto writer = nextHost(rig, {"writer", "org.example.writer"});
        const SessionId alpha = rig.adopt("alpha", writer);
        rig.settle();
        rig.observer.said.clear();
        rig.store.answerWith(Verdict::Refused);
        rig.submit(alpha, promptOf("refused"));
        rig.settle();
        QCOMPARE(rig.view(alpha).waitReason, WaitReason::Held);
        rig.store.answerWith(std::nullopt);
        rig.pass(limits::retry_backoff_max);
        QVERIFY(rig.view(alpha).waitReason != WaitReason::Held);
        QVERIFY(!changeIn(rig.observer));
        QVERIFY2(!snapshotOfNext(rig, alpha, *writer), "the snapshot is still another one's");
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::ExecutorChangeTest)
#include "executor_change_test.moc"
