// SPDX-License-Identifier: Apache-2.0
// P3a, P3b, P3c: what the host costs per input that is not durable, with an executor that does nothing.
#include "benches.h"
#include "figures.h"
#include "noop_executor.h"

#include "control/host.h"
#include "control/when_finished.h"
#include "session/shard.h"
#include "session/system_clock.h"
#include "store/memory_store.h"

#include <QCoreApplication>
#include <QEvent>
#include <QEventLoop>
#include <QProcess>
#include <QThread>

namespace burrow::bench {

namespace {

Input ephemeralPrompt()
{
    Input input;
    input.durability = Durability::Ephemeral;
    input.body = PromptBody{QByteArray(256, 'x'), {}, {}};
    return input;
}

/// A QObject that runs a function for each event posted to it.
class Receiver : public QObject
{
public:
    std::function<void()> received;

private:
    bool event(QEvent *event) override
    {
        if (event->type() != QEvent::User)
            return QObject::event(event);
        received();
        return true;
    }
};

/// Two threads that hand a call back and forth through queued invocations.
double rawRoundTrips(int count)
{
    QThread thread;
    thread.start();
    QObject peer;
    peer.moveToThread(&thread);
    QObject here;
    QEventLoop loop;
    int done = 0;
    std::function<void()> next = [&] {
        if (done++ == count) {
            loop.quit();
            return;
        }
        QMetaObject::invokeMethod(
            &peer,
            [&] {
                QMetaObject::invokeMethod(
                    &here, [&] { next(); }, Qt::QueuedConnection);
            },
            Qt::QueuedConnection);
    };
    const double begin = seconds();
    next();
    loop.exec();
    const double rate = count / (seconds() - begin);
    QMetaObject::invokeMethod(
        &peer, [&] { peer.moveToThread(nullptr); }, Qt::BlockingQueuedConnection);
    thread.quit();
    thread.wait();
    return rate;
}

double rawPostBurst(int count)
{
    QThread thread;
    thread.start();
    Receiver peer;
    QEventLoop loop;
    int received = 0;
    peer.received = [&] {
        if (++received == count)
            QMetaObject::invokeMethod(
                &loop, [&] { loop.quit(); }, Qt::QueuedConnection);
    };
    peer.moveToThread(&thread);
    const double begin = seconds();
    for (int sent = 0; sent < count; ++sent)
        QCoreApplication::postEvent(&peer, new QEvent(QEvent::User));
    loop.exec();
    const double rate = count / (seconds() - begin);
    QMetaObject::invokeMethod(
        &peer, [&] { peer.moveToThread(nullptr); }, Qt::BlockingQueuedConnection);
    thread.quit();
    thread.wait();
    return rate;
}

/// A host with open sessions that run the executor that does nothing.
struct BenchHost
{
    explicit BenchHost(int sessionCount)
        : host({.name = "bench", .shards = 1}, store, clock)
    {
        auto factory = std::make_shared<NoopExecutorFactory>();
        for (int at = 0; at < sessionCount; ++at) {
            SessionSpec spec{.name = QByteArray("s") + QByteArray::number(at), .executor = factory};
            spec.settings.queueLimit = 1'000'000;
            sessions.push_back(host.openSession(spec).result()->id);
        }
    }

    MemoryStore store;
    SystemClock clock;
    std::vector<SessionId> sessions;
    Host host;
};

double hostRoundTrips(BenchHost &bench, int count)
{
    QObject here;
    QEventLoop loop;
    int done = 0;
    std::function<void()> next = [&] {
        if (done++ == count) {
            loop.quit();
            return;
        }
        const Submission work =
            bench.host.submit(bench.sessions.front(), ephemeralPrompt(), {.wait = WaitFor::Attempt});
        whenFinished(work.outcome, &here, [&](const QFuture<Outcome> &) { next(); });
    };
    const double begin = seconds();
    next();
    loop.exec();
    return count / (seconds() - begin);
}

double hostBurst(BenchHost &bench, int count)
{
    const double begin = seconds();
    for (int sent = 0; sent < count; ++sent)
        bench.host.submit(bench.sessions[static_cast<std::size_t>(sent) % bench.sessions.size()],
                          ephemeralPrompt());
    bench.host.whenSettled().waitForFinished();
    return count / (seconds() - begin);
}

class NoObserver : public ShardObserver
{
public:
    bool wantsEvents() const override { return false; }
    void sessionsSaid(std::vector<SessionEvent>) override {}
    void storeFenced(const QString &) override {}
    void sessionLeft(SessionId, const QByteArray &) override {}
};

/// One caller on the shard's own thread: submit, serve, hear the outcome, again.
double sameThreadInputs(int count)
{
    MemoryStore store;
    SystemClock clock;
    NoObserver observer;
    Shard shard(store, clock, observer);
    StoredSession stored;
    stored.id = {Uuid{1, 1}};
    stored.name = "same-thread";
    shard.post(AdoptMessage{
        stored, std::make_shared<NoopExecutorFactory>(), std::make_shared<const CoreSettings>(), {}});
    shard.drain();
    int ended = 0;
    const auto submit = [&] {
        Input input = ephemeralPrompt();
        input.id = IdMint::inputId({}, store.nextSequence());
        shard.post(SubmitMessage{stored.id,
                                 std::make_shared<const Input>(std::move(input)),
                                 false,
                                 WaitMode::Attempt,
                                 {},
                                 [&](const Outcome &) { ++ended; }});
    };
    const double begin = seconds();
    for (int sent = 0; sent < count; ++sent) {
        submit();
        shard.drain();
    }
    const double elapsed = seconds() - begin;
    if (ended != count)
        qFatal("only %d of %d inputs ended", ended, count);
    return count / elapsed;
}

/// gen_server:call round trips per second as Erlang does them on this machine; 0 without Erlang.
double erlangCalls()
{
    QProcess erlang;
    erlang.start(QStringLiteral("escript"), {QStringLiteral(BURROW_BENCH_SOURCE_DIR "/gen_server.escript")});
    if (!erlang.waitForFinished(60'000) || erlang.exitCode() != 0)
        return 0;
    return erlang.readAllStandardOutput().trimmed().toDouble();
}

} // namespace

std::vector<Figure> dispatchFigures(int rounds, int scale)
{
    std::vector<Figure> figures;
    {
        BenchHost bench(1);
        figures.push_back(compare(
            {.id = "P3a",
             .what = "input, caller and host on different threads",
             .unit = "round/s",
             .limit = "queued invocation round trip"},
            rounds, [&] { return rawRoundTrips(20'000 * scale); },
            [&] { return hostRoundTrips(bench, 20'000 * scale); }));
    }
    {
        BenchHost bench(64);
        figures.push_back(compare(
            {.id = "P3b",
             .what = "inputs across threads, saturated",
             .unit = "input/s",
             .limit = "posted event burst"},
            rounds, [&] { return rawPostBurst(200'000 * scale); },
            [&] { return hostBurst(bench, 100'000 * scale); }));
    }
    if (erlangCalls() > 0) {
        figures.push_back(compare({.id = "P3c",
                                   .what = "input through machine and loop, same thread",
                                   .unit = "input/s",
                                   .limit = "Erlang gen_server:call",
                                   .gate = 0.5},
                                  rounds, erlangCalls, [&] { return sameThreadInputs(200'000 * scale); }));
    }
    return figures;
}

} // namespace burrow::bench
