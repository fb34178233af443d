// SPDX-License-Identifier: Apache-2.0
#include "session/session_loop.h"
#include "session/shard_inbox.h"
#include "shard_rig.h"

#include <QSignalSpy>
#include <QTest>

namespace burrow::test {

/// Writes down what a loop gives out.
class FakeOutlet : public LoopOutlet
{
public:
    void submitWrite(WriteSet &&set) override { writes.push_back(std::move(set)); }
    void replyAccept(CommandId command, AcceptReceipt &&receipt) override
    {
        accepts.emplace_back(command, receipt);
    }
    void replyCommand(CommandId command, CommandReceipt receipt) override
    {
        replies.emplace_back(command, receipt);
    }
    void resolveWaiter(WaiterId waiter, Outcome &&outcome) override { outcomes.emplace_back(waiter, outcome); }
    void sessionSaid(SessionRecord &, LifecycleEvent &&event, quint64) override
    {
        events.push_back(std::move(event));
    }
    void storeFenced(const QString &owner) override { fencedBy.push_back(owner); }
    void sessionShutDown(SessionRecord &) override { ++shutDowns; }
    void sessionReleased(SessionRecord &) override { ++releases; }
    void loadKeys(SessionRecord &, const LoadKeys &) override { ++keyLoads; }
    void reloadSession(SessionRecord &) override { ++reloads; }
    void startDirectRun(SessionRecord &, StartDirectRun &) override { ++directRuns; }
    void forgetDirectRun(RunId) override { --directRuns; }
    void interruptPrepared(SessionRecord &, const InterruptPrepared &) override { ++preparedInterrupts; }
    void replyOperation(CommandId, OperationReceipt receipt) override { steps.push_back(std::move(receipt)); }
    void resolveOperations(WaiterId, OperationsAnswer) override {}
    void mintContinuation(SessionRecord &) override {}
    const std::shared_ptr<ShardInbox> &inbox() override { return m_inbox; }
    RunId freshRunId() override { return runIdOf(++m_runs); }
    CoreActions &actions() override { return m_actions; }
    LoopSignals &loopSignals() override { return sender; }

    /// What executors said since the last call.
    std::vector<CoreEvent> heard()
    {
        std::vector<ShardMessage> taken;
        m_inbox->take(taken);
        std::vector<CoreEvent> words;
        for (ShardMessage &message : taken) {
            if (auto *said = std::get_if<ExecutorMessage>(&message)) {
                if (auto *event = std::get_if<CoreEvent>(&said->event))
                    words.push_back(std::move(*event));
            }
        }
        return words;
    }

    LoopSignals sender;
    std::vector<WriteSet> writes;
    std::vector<std::pair<CommandId, AcceptReceipt>> accepts;
    std::vector<std::pair<CommandId, CommandReceipt>> replies;
    std::vector<std::pair<WaiterId, Outcome>> outcomes;
    std::vector<OperationReceipt> steps;
    std::vector<LifecycleEvent> events;
    QStringList fencedBy;
    int shutDowns = 0;
    int releases = 0;
    int keyLoads = 0;
    int reloads = 0;
    int directRuns = 0;
    int preparedInterrupts = 0;

private:
    const std::shared_ptr<ShardInbox> m_inbox = std::make_shared<ShardInbox>([] {});
    CoreActions m_actions;
    quint64 m_runs = 0;
};

class LoopTest : public QObject
{
    Q_OBJECT

    static constexpr quint32 plenty = 1'000;
    static constexpr MonotonicTime now{std::chrono::hours(1)};

    std::unique_ptr<FakeOutlet> m_outlet;
    std::shared_ptr<InlineExecutorFactory> m_executors;
    std::unique_ptr<SessionRecord> m_record;
    std::unique_ptr<SessionLoop> m_loop;
    quint64 m_sequence = 0;

    AcceptCommand accept(Input input, WaiterId waiter = 0)
    {
        ++m_sequence;
        return {m_sequence, numbered(std::move(input), m_sequence), false, {waiter, WaitMode::Terminal}};
    }
    /// Serves until nothing is left, with what executors say coming back.
    void serveAll()
    {
        bool more = true;
        while (more) {
            while (m_loop->serve(now, plenty)) {
            }
            std::vector<CoreEvent> heard = m_outlet->heard();
            more = !heard.empty();
            for (CoreEvent &event : heard)
                m_loop->deliver(std::move(event));
        }
    }

private Q_SLOTS:
    void init()
    {
        m_outlet = std::make_unique<FakeOutlet>();
        m_executors = std::make_shared<InlineExecutorFactory>();
        m_record = std::make_unique<SessionRecord>(sessionIdOf(1), std::make_shared<const CoreSettings>());
        m_record->name = "alpha";
        m_record->factory = m_executors;
        m_loop = std::make_unique<SessionLoop>(*m_outlet);
        m_loop->bind(m_record.get());
        StoredSession stored;
        stored.id = sessionIdOf(1);
        CoreActions actions;
        m_record->core.open(stored, now, actions);
        m_sequence = 0;
    }
    void cleanup()
    {
        QCOMPARE(m_executors->violations(), QStringList());
        m_loop.reset();
        m_record.reset();
    }

    void everyEventIsSaidByTheSignalOfItsKind()
    {
        QSignalSpy input(&m_outlet->sender, &LoopSignals::inputQueued);
        QSignalSpy effect(&m_outlet->sender, &LoopSignals::effectPosted);
        QSignalSpy apply(&m_outlet->sender, &LoopSignals::applyFinished);
        QSignalSpy commit(&m_outlet->sender, &LoopSignals::commitFinished);
        QSignalSpy feed(&m_outlet->sender, &LoopSignals::feedAdvanced);
        m_loop->deliver(accept(promptOf("x")));
        QCOMPARE(input.count(), 1);
        m_loop->deliver(CancelCommand{});
        m_loop->deliver(LifecycleCommand{});
        m_loop->deliver(ShutdownCommand{});
        QCOMPARE(effect.count(), 3);
        m_loop->deliver(ApplyFinished{runIdOf(1), RunCancelled{}});
        QCOMPARE(apply.count(), 1);
        m_loop->deliver(StoreVerdict{});
        QCOMPARE(commit.count(), 1);
        m_loop->deliver(WaitCommand{});
        m_loop->deliver(ExecutorCreated{{}});
        m_loop->deliver(BoundaryChanged{});
        m_loop->deliver(BoundaryFailed{});
        m_loop->deliver(CheckpointFinished{runIdOf(1), {}});
        m_loop->deliver(StopFinished{{}});
        m_loop->deliver(ExecutorDied{});
        m_loop->deliver(Wake{});
        m_loop->deliver(Tick{});
        QCOMPARE(feed.count(), 9);
        QVERIFY(m_loop->hasEvents());
    }

    void deliveringServesNothing()
    {
        m_loop->deliver(accept(ephemeralOf("x")));
        QVERIFY(m_outlet->accepts.empty());
        QVERIFY(!m_loop->serve(now, plenty));
        QCOMPARE(m_outlet->accepts.size(), std::size_t(1));
    }

    void itYieldsAfterItsShare()
    {
        for (int at = 0; at < 20; ++at)
            m_loop->deliver(accept(ephemeralOf("x")));
        QVERIFY(m_loop->serve(now, 8));
        QCOMPARE(m_outlet->accepts.size(), std::size_t(8));
        QVERIFY(m_loop->serve(now, 8));
        QVERIFY(!m_loop->serve(now, 8));
        QCOMPARE(m_outlet->accepts.size(), std::size_t(20));
        QVERIFY(!m_loop->serve(now, 0) && !m_loop->hasEvents());
    }

    void whatHappenedIsServedBeforeNewWork()
    {
        m_loop->deliver(LifecycleCommand{.verb = LifecycleVerb::Attach});
        m_loop->deliver(accept(ephemeralOf("first")));
        serveAll();
        QCOMPARE(m_executors->applied().size(), std::size_t(1));
        // A stop and an input arrive together: the stop is served before the run that the input would begin.
        m_loop->deliver(accept(ephemeralOf("second")));
        m_loop->deliver(LifecycleCommand{7, LifecycleVerb::Stop, {}});
        serveAll();
        QCOMPARE(m_executors->applied().size(), std::size_t(1));
        QCOMPARE(m_executors->stops().size(), std::size_t(1));
    }

    void anInstanceIsMadeWithWhatIsKnownOfTheSession()
    {
        m_record->snapshot = "the last snapshot";
        m_loop->deliver(LifecycleCommand{.verb = LifecycleVerb::Attach});
        m_loop->deliver(accept(ephemeralOf("x")));
        serveAll();
        const std::vector<CreateCall> created = m_executors->created();
        QCOMPARE(created.size(), std::size_t(1));
        QCOMPARE(created[0].session, sessionIdOf(1));
        QCOMPARE(created[0].sessionName, QByteArray("alpha"));
        QCOMPARE(created[0].generation, 1U);
        QCOMPARE(created[0].snapshot.value_or("none"), QByteArray("the last snapshot"));
        QVERIFY(created[0].instanceId.startsWith(sessionIdOf(1).toText()));
    }

    void aSessionWithoutAFactoryHearsWhyNothingIsMade()
    {
        m_record->factory = nullptr;
        m_loop->deliver(LifecycleCommand{.verb = LifecycleVerb::Attach});
        m_loop->deliver(accept(ephemeralOf("x")));
        serveAll();
        const SessionView view = m_record->core.view();
        QVERIFY(!view.attached);
        QVERIFY(view.note.contains(QStringLiteral("no executor")));
        QCOMPARE(view.queued, 1U);
    }

    void aWriteIsHandedOutAndItsVerdictComesBack()
    {
        m_loop->deliver(accept(promptOf("x"), 5));
        serveAll();
        QCOMPARE(m_outlet->writes.size(), std::size_t(1));
        QVERIFY2(m_outlet->accepts.empty(), "nothing is acknowledged before it is durable");
        m_loop->deliver(StoreVerdict{m_outlet->writes[0].ticket, Verdict::Committed, {}});
        serveAll();
        QCOMPARE(m_outlet->accepts.size(), std::size_t(1));
        QVERIFY(m_outlet->accepts[0].second.accepted());
        QVERIFY(m_outlet->outcomes.empty());
    }

    void theSnapshotOfACommittedRunIsKeptForTheNextInstance()
    {
        m_loop->deliver(LifecycleCommand{.verb = LifecycleVerb::Attach});
        m_loop->deliver(accept(ephemeralOf("snapshot one"), 5));
        serveAll();
        QCOMPARE(m_outlet->writes.size(), std::size_t(1));
        QVERIFY2(!m_record->snapshot, "it is not durable yet");
        m_loop->deliver(StoreVerdict{m_outlet->writes[0].ticket, Verdict::Committed, {}});
        serveAll();
        QCOMPARE(m_record->snapshot.value_or("none"), QByteArray("snapshot one"));
        QCOMPARE(m_outlet->outcomes.size(), std::size_t(1));
        QVERIFY(m_outlet->outcomes[0].second.succeeded());
    }

    void fencingAndShutdownAreHandedOn()
    {
        m_loop->deliver(accept(promptOf("x")));
        serveAll();
        m_loop->deliver(StoreVerdict{m_outlet->writes[0].ticket, Verdict::Fenced, QStringLiteral("host B")});
        serveAll();
        QCOMPARE(m_outlet->fencedBy, QStringList{QStringLiteral("host B")});
        m_loop->deliver(ShutdownCommand{});
        serveAll();
        QCOMPARE(m_outlet->shutDowns, 1);
        m_loop->deliver(ShutdownCommand{});
        serveAll();
        QCOMPARE(m_outlet->shutDowns, 1);
    }

    void callsForAnInstanceThatIsGoneAreAnswered()
    {
        m_loop->deliver(LifecycleCommand{.verb = LifecycleVerb::Attach});
        m_loop->deliver(accept(ephemeralOf("snapshot one"), 5));
        serveAll();
        QCOMPARE(m_outlet->writes.size(), std::size_t(1));
        // The run has ended and its write is in flight when the process behind the executor dies.
        m_loop->deliver(ExecutorDied{QStringLiteral("killed")});
        serveAll();
        QCOMPARE(m_executors->liveInstances(), 0);
        m_loop->deliver(StoreVerdict{m_outlet->writes[0].ticket, Verdict::Committed, {}});
        serveAll();
        QCOMPARE(m_outlet->outcomes.size(), std::size_t(1));
        QVERIFY2(m_outlet->outcomes[0].second.succeeded(),
                 "the work is durable; that nobody took its snapshot is fine");
        QCOMPARE(m_record->snapshot.value_or("none"), QByteArray("snapshot one"));
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::LoopTest)
#include "loop_test.moc"
