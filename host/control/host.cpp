// SPDX-License-Identifier: Apache-2.0
#include "control/host.h"

#include "base/log_categories.h"
#include "control/answer.h"
#include "control/host_private.h"

#include <QMetaMethod>

namespace burrow {

namespace {

QFuture<void> finishedAfter(std::size_t count, const std::function<void(const std::function<void()> &)> &begin)
{
    auto promise = std::make_shared<QPromise<void>>();
    promise->start();
    QFuture<void> future = promise->future();
    begin(Countdown(count, [promise] { promise->finish(); }));
    return future;
}

Error shuttingDown()
{
    return {ErrorKind::NotReady, QStringLiteral("the host is shutting down")};
}

Error wasDestroyed(const QByteArray &name)
{
    return {ErrorKind::NotReady,
            QStringLiteral("session \"%1\" was destroyed and cannot be opened again; use another name")
                .arg(QString::fromUtf8(name))};
}

InputFate stillOpen(const OpenInput &known)
{
    InputFate fate;
    fate.state = InputFate::State::Open;
    fate.input = known.input;
    fate.phase = known.phase;
    fate.attempt = known.attempt;
    return fate;
}

/// Puts together what the shard knew and what the store says.
Result<InputFate> fateOf(const OpenInput &known, Result<std::optional<StoredOutcome>> stored)
{
    if (!stored.ok())
        return stored.error();
    if (stored->has_value()) {
        InputFate fate;
        fate.state = InputFate::State::Ended;
        fate.ended = **std::move(stored);
        fate.input = fate.ended.input.id;
        return fate;
    }
    if (known.open)
        return stillOpen(known);
    if (!known.held.isEmpty())
        return Error{ErrorKind::NotReady, QStringLiteral("the session is held: %1").arg(known.held)};
    return InputFate{};
}

} // namespace

bool Host::Private::onShardThread() const
{
    return std::any_of(shards.begin(), shards.end(), [](const std::unique_ptr<ShardThread> &thread) {
        return thread.get() == QThread::currentThread();
    });
}

/// The shard is asked first: what is not open there any more has ended, and is in the store by then.
QFuture<Result<InputFate>> Host::Private::inquire(SessionId session, InputId input, const QByteArray &key)
{
    const Answer<Result<InputFate>> answer;
    if (session.isNull() || (input.isNull() && key.isEmpty())) {
        answer(InputFate{});
        return answer.future();
    }
    post(session,
         InquiryMessage{session, input, key, [this, session, input, key, answer](const OpenInput &known) {
                            if (known.open && known.held.isEmpty()) {
                                answer(stillOpen(known));
                                return;
                            }
                            const auto reply = [answer, known](Result<std::optional<StoredOutcome>> found) {
                                answer(fateOf(known, std::move(found)));
                            };
                            if (input.isNull())
                                store.findOutcomeByKey(session, key, reply);
                            else
                                store.findOutcome(session, input, reply);
                        }});
    return answer.future();
}

void Host::Private::postShutdown(CancelMode mode, MonotonicTime hardAt, const std::function<void()> &finished)
{
    for (const std::unique_ptr<ShardThread> &thread : shards)
        thread->post(ShutdownMessage{mode, hardAt, finished});
}

/// Opens the session or creates it; the answer says how that went.
void Host::Private::open(SessionSpec spec, OpenAnswer answer)
{
    std::optional<Error> refusal;
    SessionId fresh;
    {
        const std::unique_lock lock(mutex);
        fresh = mint.next<SessionId>(clock.wallNow());
        if (goingDown)
            refusal = shuttingDown();
        else if (names.contains(spec.name))
            refusal = Error{ErrorKind::Conflict,
                            QStringLiteral("session \"%1\" is open already").arg(QString::fromUtf8(spec.name))};
        else
            names.insert(spec.name, {});
    }
    if (refusal) {
        answer(*refusal);
        return;
    }
    const QByteArray name = spec.name;
    const ExecutorIdentity executor = spec.executor ? spec.executor->identity() : ExecutorIdentity();
    store.openSession(
        fresh, name, executor,
        [door = door, spec = std::move(spec), answer = std::move(answer)](Result<StoredSession> opened) {
            std::optional<Error> error;
            {
                const std::lock_guard lock(door->mutex);
                error =
                    door->host != nullptr ? door->host->adopt(spec, std::move(opened), answer) : shuttingDown();
            }
            if (error) // Continuations run inside this, so no lock is held.
                answer(*error);
        });
}

/// Gives the opened session to its shard, which answers; or says why not.
std::optional<Error> Host::Private::adopt(const SessionSpec &spec, Result<StoredSession> opened,
                                          const OpenAnswer &answer)
{
    // Posted under the lock, so that a session is either before the shutdown in its shard's inbox or not there.
    const std::unique_lock lock(mutex);
    const bool gone = opened && opened->row.phase == Phase::Destroyed;
    if (!opened || goingDown || gone) {
        names.remove(spec.name);
        return !opened ? opened.error() : goingDown ? shuttingDown() : wasDestroyed(spec.name);
    }
    const SessionId id = opened->id;
    const bool existed = opened->existed;
    names.insert(spec.name, id);
    runtimes.enter(id);
    if (opened->binding)
        runtimes.bind(opened->binding->runtimeId, id);
    post(id, AdoptMessage{std::move(opened).value(), spec.executor,
                          std::make_shared<const CoreSettings>(spec.settings),
                          [answer, id, existed](quint32 recovered) {
                              answer(OpenedSession{id, existed, recovered});
                          }});
    return std::nullopt;
}

Host::Host(HostOptions options, Store &store, TimerClock &clock, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(std::move(options), store, clock))
{
    qCInfo(hostLog).noquote() << QStringLiteral("%1 carries sessions on %2 shards")
                                     .arg(QString::fromUtf8(d->options.name))
                                     .arg(d->shards.size());
    connect(&d->relay, &EventRelay::arrived, this, [this](const std::vector<SessionEvent> &events) {
        Q_EMIT eventsArrived(events);
        stopCollectingForNobody();
    });
    connect(&d->relay, &EventRelay::lost, this, &Host::eventsLost);
    connect(&d->relay, &EventRelay::fenced, this, [this](const QString &owner) {
        qCCritical(hostLog).noquote() << QStringLiteral("another host owns the store now: %1").arg(owner);
        Q_EMIT fenced(owner);
        shutdownNow();
    });
}

Host::~Host()
{
    // A shard cannot wait for its own thread; whoever wants this from a continuation goes back to a context
    // object.
    BURROW_ASSERT(!d->onShardThread());
    d->door->close();
    QFuture<void> down = shutdown();
    shutdownNow();
    down.waitForFinished();
    // Continuations may still be running there, and may call this object: it is whole until all have ended.
    for (const std::unique_ptr<ShardThread> &thread : d->shards)
        thread->end();
}

QFuture<Result<OpenedSession>> Host::openSession(SessionSpec spec)
{
    const Answer<Result<OpenedSession>> answer;
    d->open(std::move(spec), answer);
    return answer.future();
}

QFuture<std::vector<Result<OpenedSession>>> Host::openSessions(std::vector<SessionSpec> specs)
{
    const Answer<std::vector<Result<OpenedSession>>> answer;
    // Each answer has a place of its own, and the countdown orders all of them before the last step.
    const auto results = std::make_shared<std::vector<Result<OpenedSession>>>(
        specs.size(), Result<OpenedSession>(Error{ErrorKind::NotReady, hostGoneSentence()}));
    if (specs.empty()) {
        answer({});
        return answer.future();
    }
    const Countdown opened(specs.size(), [answer, results] { answer(std::move(*results)); });
    for (std::size_t at = 0; at < specs.size(); ++at) {
        d->open(std::move(specs[at]), [opened, results, at](Result<OpenedSession> result) {
            (*results)[at] = std::move(result);
            opened();
        });
    }
    return answer.future();
}

SessionId Host::sessionNamed(const QByteArray &name) const
{
    const std::shared_lock lock(d->mutex);
    return d->names.value(name);
}

QByteArrayList Host::sessionNames() const
{
    const std::shared_lock lock(d->mutex);
    return d->names.keys();
}

Operations Host::operations(SessionId session) const
{
    return {session, d->shards[d->shardOf(session)]->inbox()};
}

QFuture<Result<InputFate>> Host::outcome(SessionId session, InputId input)
{
    return d->inquire(session, input, {});
}

QFuture<Result<InputFate>> Host::outcomeByKey(SessionId session, const QByteArray &key)
{
    return d->inquire(session, {}, key);
}

QFuture<std::vector<SessionView>> Host::views()
{
    struct Gathered
    {
        std::mutex mutex;
        std::vector<SessionView> views;
    };
    const Answer<std::vector<SessionView>> answer;
    auto gathered = std::make_shared<Gathered>();
    const Countdown countdown(d->shards.size(), [gathered, answer] { answer(std::move(gathered->views)); });
    for (const std::unique_ptr<ShardThread> &thread : d->shards) {
        thread->post(ViewMessage{{}, [gathered, countdown](std::vector<SessionView> views) {
                                     {
                                         const std::lock_guard lock(gathered->mutex);
                                         gathered->views.insert(gathered->views.end(), views.begin(),
                                                                views.end());
                                     }
                                     countdown();
                                 }});
    }
    return answer.future();
}

QFuture<std::vector<SessionView>> Host::view(SessionId session)
{
    const Answer<std::vector<SessionView>> answer;
    if (session.isNull())
        answer({});
    else
        d->post(session, ViewMessage{session, answer});
    return answer.future();
}

QFuture<void> Host::whenSettled()
{
    return finishedAfter(d->shards.size(), [this](const std::function<void()> &one) {
        for (const std::unique_ptr<ShardThread> &thread : d->shards)
            thread->post(SettledMessage{one});
    });
}

QFuture<void> Host::shutdown()
{
    const std::unique_lock lock(d->mutex);
    if (std::exchange(d->goingDown, true))
        return d->down;
    const MonotonicTime hardAt = d->clock.now() + d->options.shutdownTimeout;
    qCInfo(hostLog, "shutting down; admission is closed");
    d->down = finishedAfter(d->shards.size(), [this, hardAt](const std::function<void()> &one) {
        d->postShutdown(CancelMode::Boundary, hardAt, one);
    });
    return d->down;
}

void Host::shutdownNow()
{
    shutdown();
    d->postShutdown(CancelMode::Hard, MonotonicTime::never(), {});
}

/// Asked after a delivery and not when somebody disconnects: Qt tells of that with locks of its own held, which
/// this question would wait for.
void Host::stopCollectingForNobody()
{
    const QMetaMethod signal = QMetaMethod::fromSignal(&Host::eventsArrived);
    if (isSignalConnected(signal))
        return;
    d->relay.setWanted(false);
    if (isSignalConnected(signal)) // Somebody connected meanwhile, on another thread.
        d->relay.setWanted(true);
}

void Host::connectNotify(const QMetaMethod &signal)
{
    if (signal == QMetaMethod::fromSignal(&Host::eventsArrived))
        d->relay.setWanted(true);
}

} // namespace burrow
