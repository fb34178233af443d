// SPDX-License-Identifier: Apache-2.0
#include "session/shard.h"

#include "core/outcome_rules.h"
#include "session/session_log.h"

#include <QCoreApplication>
#include <QEvent>

#include <algorithm>

namespace burrow {

namespace {

/// Rounds of one drain before Qt's event loop gets its turn.
constexpr int rounds_per_drain = 16;
/// Loops that a shard keeps for the next sessions that wake. A burst may need more; they are not kept, or every
/// session that ever had work would cost as much as a busy one.
constexpr std::size_t spare_loops_max = 1024;
/// A long round gives its writes away in parts before it goes on, so that they are written meanwhile: a third
/// of what it may come to, so that a round of many sessions does not make many small commits, but not fewer
/// than are worth one.
constexpr std::size_t parts_per_round = 3;
constexpr std::size_t writes_per_part_min = 64;

QEvent::Type drainEventType()
{
    static const int type = QEvent::registerEventType();
    return static_cast<QEvent::Type>(type);
}

} // namespace

Shard::Shard(Store &store, TimerClock &clock, ShardObserver &observer)
    : m_store(store)
    , m_clock(clock)
    , m_observer(observer)
    , m_inbox(std::make_shared<ShardInbox>(
          [this] { QCoreApplication::postEvent(this, new QEvent(drainEventType())); }))
    , m_timer(clock.makeTimer([this] { timerFired(); }))
    , m_writes(store.makeBatch(*this))
{
    for (const auto signal :
         {&LoopSignals::inputQueued, &LoopSignals::effectPosted, &LoopSignals::applyFinished,
          &LoopSignals::commitFinished, &LoopSignals::feedAdvanced})
        connect(&m_loopSignals, signal, this, &Shard::markReady);
}

Shard::~Shard()
{
    for (const ShardMessage &unheard : m_inbox->close()) {
        if (const auto *message = std::get_if<ExecutorMessage>(&unheard))
            logUnheard(*message);
    }
    // Nobody is left hanging: what was not answered is told that it never will be.
    const QString gone = QStringLiteral("the host is gone");
    AcceptReceipt receipt;
    receipt.refusal = Refusal::ShuttingDown;
    receipt.message = gone;
    for (PendingAccept &pending : m_accepts.takeAll()) {
        if (pending.receipt)
            pending.receipt(receipt);
    }
    CommandReceipt refused;
    refused.verdict = CommandReceipt::Verdict::Refused;
    refused.refusal = Refusal::ShuttingDown;
    refused.message = gone;
    for (CommandCallback &reply : m_commands.takeAll()) {
        if (reply)
            reply(refused);
    }
    for (OutcomeCallback &callback : m_waiters.takeAll())
        callback(waitFailed(WaitFailure::ChannelClosed, gone));
    failOperations(gone);
    flushOutbox();
}

/// What an executor did wrong while the shard was ending is said all the same.
void Shard::logUnheard(const ExecutorMessage &message)
{
    const SessionRecord *record = find(message.session);
    const auto *misbehaviour = std::get_if<QString>(&message.event);
    if (record != nullptr && misbehaviour != nullptr)
        logLateMisbehaviour(record->name, *misbehaviour);
}

bool Shard::event(QEvent *event)
{
    if (event->type() != drainEventType())
        return QObject::event(event);
    drain();
    return true;
}

void Shard::storeAnswered(std::vector<StoreAnswer> answers)
{
    m_inbox->post(StoreMessage{std::move(answers)});
}

void Shard::drain()
{
    if (m_draining) {
        // Somebody runs an event loop of his own inside a callback. The drain below on the stack may be past
        // the place where it would hear this, and the wake-up is used up: it has to look once more.
        m_drainAgain = true;
        return;
    }
    m_draining = true;
    bool more = true;
    for (int round = 0; more && round < rounds_per_drain; ++round)
        more = drainRound();
    m_draining = false;
    if (std::exchange(m_drainAgain, false) || more)
        QCoreApplication::postEvent(this, new QEvent(drainEventType()));
}

/// Hears everything that was said, serves every ready session once, then hands out the answers.
bool Shard::drainRound()
{
    const bool heard = m_inbox->take(m_taken);
    for (ShardMessage &message : m_taken)
        std::visit([this](auto &one) { on(one); }, message);
    m_taken.clear();
    serveReady();
    letGo();
    writeAndAnswer();
    if (heard || !m_ready.empty())
        return true;
    if (m_unsettled == 0 && !m_settledCallbacks.empty()) {
        for (std::function<void()> &settled : std::exchange(m_settledCallbacks, {}))
            m_outbox.emplace_back(std::move(settled));
        flushOutbox();
    }
    return false;
}

SessionRecord *Shard::find(SessionId session)
{
    const auto found = m_sessions.find(session);
    return found == m_sessions.end() ? nullptr : found->second.get();
}

void Shard::bindLoop(SessionRecord &record)
{
    if (m_spareLoops.empty()) {
        LoopOutlet &outlet = *this;
        record.loop = std::make_unique<SessionLoop>(outlet);
    } else {
        record.loop = std::move(m_spareLoops.back());
        m_spareLoops.pop_back();
    }
    record.loop->bind(&record);
    ++m_boundLoops;
}

void Shard::park(SessionRecord &record)
{
    record.loop->bind(nullptr);
    record.progress.reset(); // A run that was rolled back has told no end.
    std::unique_ptr<SessionLoop> loop = std::move(record.loop);
    if (m_spareLoops.size() < spare_loops_max)
        m_spareLoops.push_back(std::move(loop));
    --m_boundLoops;
    // A session that parks is soon back when there is much to do: only those that parked long ago give up the
    // memory of their work. Records stay where they are until they leave, and then leave this list, too.
    if (!std::exchange(record.trimDue, true))
        m_trimDue.push(&record);
    if (m_trimDue.count() > spare_loops_max) {
        SessionRecord &oldest = *m_trimDue.pop();
        oldest.trimDue = false;
        if (oldest.loop == nullptr)
            oldest.core.trim();
    }
}

void Shard::deliver(SessionRecord &record, CoreEvent &&event)
{
    if (record.loop == nullptr)
        bindLoop(record);
    record.loop->deliver(std::move(event));
}

/// For what concerns every session at once: one that was parked is served on the spot and parked again.
/// Otherwise each of a hundred thousand would hold a loop until its turn, and a loop costs more than all else
/// that it has.
void Shard::deliverToMany(SessionRecord &record, CoreEvent &&event)
{
    const bool wasParked = record.loop == nullptr;
    deliver(record, std::move(event));
    if (wasParked && m_serving.empty()) // Never inside another session's turn.
        serveOne(record, m_clock.now());
}

void Shard::markReady(SessionRecord *record)
{
    if (!std::exchange(record->ready, true))
        m_ready.push_back(record);
}

void Shard::serveReady()
{
    m_serving.swap(m_ready);
    const MonotonicTime now = m_clock.now();
    const std::size_t part = std::max(writes_per_part_min, m_serving.size() / parts_per_round);
    for (SessionRecord *record : m_serving) {
        serveOne(*record, now);
        if (m_writes->count() >= part) {
            m_writes->submit(SubmitHint::MoreComes);
            m_promisedMore = true;
        }
    }
    m_serving.clear();
}

void Shard::serveOne(SessionRecord &record, MonotonicTime now)
{
    record.ready = false;
    if (record.loop == nullptr) // Served already since it was marked.
        return;
    if (record.loop->serve(now, limits::turns_per_session_per_drain))
        markReady(&record);
    record.core.rest(now);
    afterServing(record);
}

void Shard::afterServing(SessionRecord &record)
{
    armTimer(record);
    noteSettled(record);
    if (!record.ready && !record.loop->hasEvents() && record.core.parked())
        park(record);
}

void Shard::noteSettled(SessionRecord &record)
{
    const bool settled = record.core.settled() && !record.ready;
    if (settled != record.settled) {
        record.settled = settled;
        m_unsettled += settled ? std::size_t(-1) : std::size_t(1);
    }
}

/// The timer may hold an earlier time than the session needs; it is then looked at once too often, which is
/// cheaper than moving a deadline with every run.
void Shard::armTimer(SessionRecord &record)
{
    const MonotonicTime at = record.core.deadline();
    if (at >= record.timerAt)
        return;
    if (record.timerAt != MonotonicTime::never())
        m_deadlines.erase({record.timerAt, record.core.id()});
    record.timerAt = at;
    const auto placed = m_deadlines.insert({at, record.core.id()}).first;
    if (placed == m_deadlines.begin())
        armForNext();
}

void Shard::armForNext()
{
    MonotonicTime next = m_hardAt;
    if (!m_deadlines.empty())
        next = std::min(next, m_deadlines.begin()->at);
    if (!m_bounds.empty())
        next = std::min(next, m_bounds.begin()->at);
    m_timer->arm(next);
}

void Shard::timerFired()
{
    const MonotonicTime now = m_clock.now();
    if (m_hardAt <= now) {
        m_hardAt = MonotonicTime::never();
        shutDownSessions(CancelMode::Hard);
    }
    boundsPassed(now);
    while (!m_deadlines.empty() && m_deadlines.begin()->at <= now) {
        SessionRecord *record = find(m_deadlines.begin()->session);
        m_deadlines.erase(m_deadlines.begin());
        if (record == nullptr)
            continue;
        record->timerAt = MonotonicTime::never();
        if (record->core.deadline() <= now)
            deliver(*record, Tick{});
        else
            armTimer(*record);
    }
    armForNext();
    drain();
}

void Shard::flushOutbox()
{
    // An answer may cause further messages, but those only enqueue; the outbox itself does not grow here.
    std::vector<Reply> outbox = std::exchange(m_outbox, {});
    for (Reply &reply : outbox)
        std::visit([](auto &one) { one(); }, reply);
    outbox.clear();
    if (m_outbox.empty())
        m_outbox.swap(outbox);
}

void Shard::flushEvents()
{
    if (!m_events.empty())
        m_observer.sessionsSaid(std::exchange(m_events, {}));
}

/// The store gets the round's writes with one call, or the last of them when there were many, and may write
/// them on this thread only when nothing else is left to do here. The answers of the round go out behind that
/// write, not before it: whoever hears one comes back with the next input, and those who hear together come
/// back together and share a commit. Before it, they would fall into two groups that take turns, and each
/// commit would carry half. On a disk that is too slow to be waited for here, this waits for nothing.
void Shard::writeAndAnswer()
{
    const bool promised = std::exchange(m_promisedMore, false);
    if (promised || m_writes->count() > 0) {
        const bool nobodyWaits = m_ready.empty() && m_inbox->isEmpty();
        m_writes->submit(nobodyWaits ? SubmitHint::MayBlock : SubmitHint::NeverBlock);
    }
    flushEvents(); // Before the answers: who hears an outcome can have seen what led to it.
    flushOutbox();
}

/// Drops the sessions that were unregistered, before their callers hear of it: they may open them anew.
void Shard::letGo()
{
    const std::vector<SessionRecord *> leaving = std::exchange(m_leaving, {});
    for (SessionRecord *record : leaving) {
        // The receipts leave with this round, so what it was told beyond its share has no other turn to wait
        // for. There is little to do: a session that was released only refuses.
        while (record->loop != nullptr && record->loop->hasEvents())
            serveOne(*record, m_clock.now());
        letGo(*record);
    }
}

void Shard::letGo(SessionRecord &record)
{
    if (m_shuttingDown)
        sessionShutDown(record);
    if (record.loop != nullptr)
        park(record);
    std::erase(m_ready, &record);
    Fifo<SessionRecord *> others;
    while (!m_trimDue.isEmpty()) {
        if (SessionRecord *parked = m_trimDue.pop(); parked != &record)
            others.push(parked);
    }
    m_trimDue = std::move(others);
    if (record.timerAt != MonotonicTime::never())
        m_deadlines.erase({record.timerAt, record.core.id()});
    m_unsettled -= record.settled ? 0 : 1;
    m_generationsGone = std::max(m_generationsGone, record.generation + 1);
    m_observer.sessionLeft(record.core.id(), record.name);
    m_sessions.erase(record.core.id());
}

void Shard::replyAccept(CommandId command, AcceptReceipt &&receipt)
{
    std::optional<PendingAccept> pending = m_accepts.take(command);
    if (!pending)
        return;
    if (pending->answerBy != MonotonicTime::never())
        m_bounds.erase({pending->answerBy, command});
    const bool nothingComes = pending->waiter != 0 && !receipt.willResolve;
    QString reason;
    if (nothingComes)
        reason = receipt.verdict == AcceptReceipt::Verdict::Rejected
                     ? receipt.message
                     : QStringLiteral("the input had ended already; there is nothing to wait for");
    if (pending->receipt)
        m_outbox.emplace_back(AcceptReply{std::move(pending->receipt), std::move(receipt)});
    if (nothingComes) // After the receipt, as every outcome.
        resolveWaiter(pending->waiter, waitFailed(WaitFailure::ChannelClosed, reason));
}

/// The watching ends, not the accept: whoever waits for the outcome still hears it.
void Shard::boundsPassed(MonotonicTime now)
{
    while (!m_bounds.empty() && m_bounds.begin()->at <= now) {
        PendingAccept *pending = m_accepts.find(m_bounds.begin()->command);
        m_bounds.erase(m_bounds.begin());
        if (pending == nullptr)
            continue;
        pending->answerBy = MonotonicTime::never();
        AcceptReceipt unknown;
        unknown.verdict = AcceptReceipt::Verdict::Unknown;
        unknown.refusal = Refusal::OutcomeUnknown;
        unknown.input = pending->input;
        unknown.message =
            QStringLiteral("it is not known yet whether the input was accepted; ask for its outcome "
                           "by id or by key");
        if (pending->receipt)
            m_outbox.push_back([callback = pending->receipt, unknown] { callback(unknown); });
    }
}

void Shard::startDirectRun(SessionRecord &record, StartDirectRun &start)
{
    const auto found = m_directs.find(start.run);
    BURROW_ASSERT(found != m_directs.end()); // Minted here with its operation, and begun once.
    auto state = std::make_shared<DirectRunState>(m_inbox, record.core.id(), start.run,
                                                  std::move(start.primitive), start.attempt);
    record.direct = state;
    m_outbox.push_back([operation = std::move(found->second), state = std::move(state)]() mutable {
        operation(DirectRun(std::move(state)));
    });
    m_directs.erase(found);
}

/// Outside the turn that asked, because who is interrupted may call back.
void Shard::interruptPrepared(SessionRecord &record, const InterruptPrepared &question)
{
    m_outbox.push_back([interrupt = record.interrupt, inbox = m_inbox, session = record.core.id(), question] {
        Result<void> result = Error{ErrorKind::NotReady, QStringLiteral("nobody is there any more")};
        if (interrupt)
            result = interrupt(question.reason);
        inbox->post(InterruptMessage{session, {question.command, std::move(result)}});
    });
}

void Shard::replyCommand(CommandId command, CommandReceipt receipt)
{
    std::optional<CommandCallback> callback = m_commands.take(command);
    if (callback && *callback)
        m_outbox.push_back([reply = *std::move(callback), receipt = std::move(receipt)] { reply(receipt); });
}

void Shard::resolveWaiter(WaiterId waiter, Outcome &&outcome)
{
    if (std::optional<OutcomeCallback> callback = m_waiters.take(waiter))
        m_outbox.emplace_back(OutcomeReply{*std::move(callback), std::move(outcome)});
}

void Shard::sessionSaid(SessionRecord &record, LifecycleEvent &&event, quint64 row)
{
    logSessionEvent(record.name, event);
    if (record.progress && endsRun(event.code))
        record.progress.reset();
    if (m_observer.wantsEvents())
        m_events.push_back({record.core.id(), record.name, std::move(event), row});
}

void Shard::storeFenced(const QString &owner)
{
    m_observer.storeFenced(owner);
}

void Shard::loadKeys(SessionRecord &record, const LoadKeys &question)
{
    m_store.loadKeys(record.core.id(), [inbox = m_inbox, session = record.core.id(),
                                        round = question.round](Result<std::vector<RetainedKey>> keys) {
        inbox->post(KeysMessage{session, round, std::move(keys)});
    });
}

void Shard::reloadSession(SessionRecord &record)
{
    const ExecutorIdentity executor = record.factory ? record.factory->identity() : ExecutorIdentity();
    m_store.openSession(record.core.id(), record.name, executor,
                        [inbox = m_inbox, session = record.core.id()](Result<StoredSession> stored) {
                            inbox->post(ReloadedMessage{session, std::move(stored)});
                        });
}

void Shard::sessionShutDown(SessionRecord &record)
{
    if (std::exchange(record.shutDown, true) || --m_stillUp > 0)
        return;
    for (std::function<void()> &finished : std::exchange(m_shutdownCallbacks, {}))
        m_outbox.push_back(std::move(finished));
}

} // namespace burrow
