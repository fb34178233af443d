// SPDX-License-Identifier: Apache-2.0
#include "host_rig.h"
#include "support/writer_store.h"

#include <QTest>

#include <random>
#include <thread>

/// Many threads at once, against one host.
namespace burrow::test {

class RacesTest : public QObject
{
    Q_OBJECT

    static void addShardCounts()
    {
        QTest::addColumn<quint32>("shards");
        QTest::newRow("RT26 on one shard") << 1U;
        QTest::newRow("RT26 on four shards") << 4U;
    }

private Q_SLOTS:
    void twoSessionsDoNotBlockEachOther_data() { addShardCounts(); }
    void twoSessionsDoNotBlockEachOther()
    {
        QFETCH(quint32, shards);
        HostRig rig(shards);
        CoreSettings patient = briskSettings();
        patient.stopGrace = 1h;
        std::vector<SessionId> busy;
        for (int at = 0; at < 8; ++at)
            busy.push_back(rig.open("busy-" + QByteArray::number(at), patient));
        const SessionId free = rig.open("free");
        // Half of them run, half are in the middle of a stop that their executor does not answer.
        for (const SessionId session : busy)
            rig.host().submit(session, promptOf("deaf"));
        QVERIFY(rig.executors->waitForApplies(8));
        std::vector<QFuture<CommandReceipt>> stops;
        for (std::size_t at = 0; at < 4; ++at)
            stops.push_back(rig.host().stop(busy[at]));
        for (int at = 0; at < 20; ++at) {
            const Submission work = rig.host().submit(free, promptOf("work"), {.wait = WaitFor::Terminal});
            const auto outcome = resultOf(work.outcome);
            QVERIFY(outcome && outcome->succeeded());
        }
        QVERIFY(resultOf(rig.host().stop(free))->ok());
        QVERIFY(resultOf(rig.host().start(free))->ok());
        QCOMPARE(rig.executors->openRuns().size(), std::size_t(8));
        for (const QFuture<CommandReceipt> &stop : stops)
            QCOMPARE(resultOf(stop)->verdict, CommandReceipt::Verdict::Deferred);
        rig.executors->finishAll();
        for (std::size_t at = 0; at < 4; ++at)
            QTRY_COMPARE(rig.view(busy[at]).phase, Phase::Stopped);
    }

    void commandsOnOneSessionAreSerialised_data()
    {
        QTest::addColumn<quint32>("shards");
        QTest::newRow("RT27") << 2U;
    }
    void commandsOnOneSessionAreSerialised()
    {
        QFETCH(quint32, shards);
        WriterStore store;
        SystemClock clock;
        HostRig rig({.name = "test", .shards = shards, .shutdownTimeout = 5ms}, store, clock);
        const SessionId alpha = rig.open("alpha");
        constexpr int threads = 8;
        constexpr int rounds = 50;
        std::mutex mutex;
        std::vector<QFuture<CommandReceipt>> commands;
        std::vector<Submission> submissions;
        std::vector<std::thread> calling;
        for (int thread = 0; thread < threads; ++thread) {
            calling.emplace_back([&, thread] {
                for (int round = 0; round < rounds; ++round) {
                    auto command = (thread + round) % 2 == 0 ? rig.host().stop(alpha) : rig.host().start(alpha);
                    auto submission = rig.host().submit(alpha, promptOf(round % 3 == 0 ? "hang" : "work"),
                                                        {.wait = WaitFor::Terminal});
                    const std::lock_guard lock(mutex);
                    commands.push_back(std::move(command));
                    submissions.push_back(std::move(submission));
                }
            });
        }
        for (std::thread &thread : calling)
            thread.join();
        std::size_t done = 0;
        for (const QFuture<CommandReceipt> &command : commands) {
            const auto receipt = resultOf(command);
            QVERIFY(receipt);
            done += receipt->verdict == CommandReceipt::Verdict::Done ? 1 : 0;
            QVERIFY(receipt->ok() || receipt->refusal != Refusal::None);
        }
        QVERIFY(done > 0);
        // Whatever came last, a stop now leaves nothing open and nobody waiting.
        rig.host().start(alpha).waitForFinished();
        QVERIFY(resultOf(rig.host().stop(alpha))->ok());
        QTRY_COMPARE(rig.view(alpha).phase, Phase::Stopped);
        const SessionView view = rig.view(alpha);
        QCOMPARE(view.open, 0U);
        QCOMPARE(view.waiters, 0U);
        for (const Submission &one : submissions)
            QVERIFY(resultOf(one.receipt) && resultOf(one.outcome));
        const SessionTally tally = view.tally;
        QCOMPARE(tally.accepted, tally.consumed + tally.replaced + tally.abandoned);
        QVERIFY2(rig.executors->mostOpen() <= 1, "one session runs one thing at a time");
        QCOMPARE(rig.executors->violations(), QStringList());
        QCOMPARE(rig.executors->liveInstances(), 0);
    }

    void everyAcceptedInputEndsExactlyOnce_data()
    {
        QTest::addColumn<bool>("writerThread");
        QTest::newRow("answers inside the call") << false;
        QTest::newRow("answers from a writer thread") << true;
    }
    void everyAcceptedInputEndsExactlyOnce();

    void sessionsAreOpenedFromManyThreads()
    {
        WriterStore store;
        SystemClock clock;
        HostRig rig({.name = "test", .shards = 3, .shutdownTimeout = 5ms}, store, clock);
        std::array<std::vector<QFuture<Result<OpenedSession>>>, 8> opening;
        std::vector<std::thread> threads;
        for (auto &mine : opening) {
            threads.emplace_back([&] {
                for (int at = 0; at < 50; ++at) {
                    const QByteArray name = "session-" + QByteArray::number(at);
                    mine.push_back(rig.host().openSession(rig.spec(name)));
                }
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        int opened = 0;
        int conflicts = 0;
        for (const auto &mine : opening) {
            for (const QFuture<Result<OpenedSession>> &one : mine) {
                const std::optional<Result<OpenedSession>> result = resultOf(one);
                QVERIFY(result.has_value());
                opened += result->ok() ? 1 : 0;
                conflicts += !result->ok() && result->error().kind == ErrorKind::Conflict ? 1 : 0;
            }
        }
        QCOMPARE(opened, 50);
        QCOMPARE(conflicts, 350);
        QCOMPARE(rig.host().sessionNames().size(), 50);
        QCOMPARE(resultOf(rig.host().views())->size(), std::size_t(50));
    }
};

namespace {

constexpr int stress_threads = 8;
constexpr int stress_submits_each = 1'500;
constexpr std::size_t stress_sessions = 16;

/// What one thread of the stress remembers of its calls.
struct StressLog
{
    struct Submitted
    {
        SessionId session;
        bool stored = false;
        Submission submission;
    };
    std::vector<Submitted> submitted;
    std::vector<QFuture<CommandReceipt>> commands;
};

/// Submits and commands at random until its share is used up.
void stress(Host &host, const std::vector<SessionId> &sessions, quint32 seed, StressLog &log)
{
    std::mt19937 random(seed);
    const auto draw = [&random](quint32 below) { return random() % below; };
    const QByteArrayList texts{"work", "work", "work", "work", "fail", "hang", "deaf", "snapshot"};
    for (int at = 0; at < stress_submits_each; ++at) {
        const SessionId session = sessions[draw(stress_sessions)];
        Input input = promptOf(texts[draw(static_cast<quint32>(texts.size()))]);
        if (draw(8) == 0)
            input.durability = Durability::Ephemeral;
        else if (draw(8) == 0)
            input.idempotencyKey = "key-" + QByteArray::number(draw(40));
        const SubmitOptions options{.wait = draw(2) == 0 ? WaitFor::Terminal : WaitFor::Attempt,
                                    .withoutWake = draw(10) == 0};
        const bool stored = input.durability == Durability::Durable;
        log.submitted.push_back({session, stored, host.submit(session, std::move(input), options)});
        switch (draw(60)) {
        case 0:
            log.commands.push_back(host.cancel(sessions[draw(stress_sessions)], CancelMode::Boundary));
            break;
        case 1:
            log.commands.push_back(host.cancel(sessions[draw(stress_sessions)], CancelMode::Hard));
            break;
        case 2:
            log.commands.push_back(host.stop(sessions[draw(stress_sessions)]));
            break;
        case 3:
        case 4:
            log.commands.push_back(host.start(sessions[draw(stress_sessions)]));
            break;
        default:
            break;
        }
    }
}

/// What became of one session's open inputs in the store.
std::vector<quint64> openInStore(Store &store, const QByteArray &name)
{
    Tally answered;
    std::vector<quint64> open;
    store.openSession({}, name, {}, [&](Result<StoredSession> stored) {
        for (const InputRow &row : stored->openInputs)
            open.push_back(row.sequence);
        answered.add();
    });
    answered.waitFor(1);
    return open;
}

bool hasEnded(Store &store, SessionId session, InputId input)
{
    Tally answered;
    bool ended = false;
    store.findOutcome(session, input, [&](const Result<std::optional<StoredOutcome>> &found) {
        ended = found.ok() && *found;
        answered.add();
    });
    answered.waitFor(1);
    return ended;
}

/// Starts whatever is stopped or gave its executor up, until nothing is open any more.
void bringToRest(HostRig &rig, const std::vector<SessionId> &sessions)
{
    for (int round = 0; round < 1'000; ++round) {
        quint32 open = 0;
        const auto views = resultOf(rig.host().views());
        QVERIFY(views);
        for (const SessionView &view : *views) {
            open += view.open;
            QVERIFY2(view.waitReason != WaitReason::Held, qPrintable(view.note));
        }
        if (open == 0)
            return;
        for (const SessionId session : sessions) {
            rig.host().start(session);
            rig.host().submit(session, ephemeralOf("work")); // Takes along what came without a wake.
        }
        QVERIFY(rig.settles());
    }
}

/// Every call was answered, and says what it should.
void checkAnswers(const std::vector<StressLog> &logs)
{
    std::size_t accepted = 0;
    std::size_t rejected = 0;
    for (const StressLog &log : logs) {
        for (const QFuture<CommandReceipt> &command : log.commands)
            QVERIFY(resultOf(command));
        for (const StressLog::Submitted &one : log.submitted) {
            const auto receipt = resultOf(one.submission.receipt);
            QVERIFY(receipt);
            QVERIFY(receipt->refusal != Refusal::Held && receipt->refusal != Refusal::NotWritten);
            const auto outcome = resultOf(one.submission.outcome);
            QVERIFY2(outcome, receipt->accepted() ? "an accepted input never ended" : "a refusal was not told");
            accepted += receipt->accepted() ? 1 : 0;
            rejected += receipt->accepted() ? 0 : 1;
            if (!receipt->willResolve)
                QCOMPARE(outcome->waitFailure, WaitFailure::ChannelClosed);
        }
    }
    QVERIFY(accepted > 0 && rejected > 0);
}

/// Every session has counted one end for each input that it accepted.
void checkTallies(HostRig &rig)
{
    const auto views = resultOf(rig.host().views());
    QVERIFY(views);
    for (const SessionView &view : *views) {
        const SessionTally &tally = view.tally;
        QCOMPARE(tally.accepted, tally.consumed + tally.replaced + tally.abandoned);
        QCOMPARE(view.open, 0U);
        QCOMPARE(view.waiters, 0U);
    }
}

/// The store agrees: nothing is open, and exactly what was accepted to be kept has ended there.
void checkStore(Store &store, const std::vector<QByteArray> &names, const std::vector<StressLog> &logs)
{
    for (const QByteArray &name : names)
        QVERIFY(openInStore(store, name).empty());
    for (const StressLog &log : logs) {
        for (const StressLog::Submitted &one : log.submitted) {
            const bool accepted = one.submission.receipt.result().accepted();
            QCOMPARE(hasEnded(store, one.session, one.submission.input), accepted && one.stored);
        }
    }
}

} // namespace

void RacesTest::everyAcceptedInputEndsExactlyOnce()
{
    QFETCH(bool, writerThread);
    SystemClock clock;
    const std::unique_ptr<Store> store =
        writerThread ? std::unique_ptr<Store>(new WriterStore) : std::make_unique<MemoryStore>();
    HostRig rig({.name = "test", .shards = 4, .shutdownTimeout = 5ms}, *store, clock);
    CoreSettings settings = briskSettings();
    settings.turnTimeout = 20ms;
    settings.queueLimit = 500;
    std::vector<SessionId> sessions;
    std::vector<QByteArray> names;
    for (std::size_t at = 0; at < stress_sessions; ++at) {
        names.push_back("session-" + QByteArray::number(quint64(at)));
        sessions.push_back(rig.open(names.back(), settings));
    }
    std::vector<StressLog> logs(stress_threads);
    std::vector<std::thread> threads;
    for (std::size_t thread = 0; thread < stress_threads; ++thread) {
        threads.emplace_back(
            [&, thread] { stress(rig.host(), sessions, static_cast<quint32>(4'711 + thread), logs[thread]); });
    }
    for (std::thread &thread : threads)
        thread.join();

    bringToRest(rig, sessions);
    if (!QTest::currentTestFailed())
        checkAnswers(logs);
    if (!QTest::currentTestFailed())
        checkTallies(rig);
    QVERIFY2(rig.executors->violations().isEmpty(), qPrintable(rig.executors->violations().join(u'\n')));
    rig.endHost();
    QCOMPARE(rig.executors->liveInstances(), 0);
    if (!QTest::currentTestFailed())
        checkStore(*store, names, logs);
}

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::RacesTest)
#include "races_test.moc"
