// SPDX-License-Identifier: Apache-2.0
// What other threads say to a shard, one handler per message.
#include "session/shard.h"

#include "model/executor_change.h"

namespace burrow {

namespace {

AcceptReceipt unknownSession()
{
    AcceptReceipt receipt;
    receipt.refusal = Refusal::NotReady;
    receipt.phase = Phase::Destroyed;
    receipt.message = QStringLiteral("there is no such session");
    return receipt;
}

AcceptReceipt unknownRuntime()
{
    AcceptReceipt receipt;
    receipt.refusal = Refusal::NotFound;
    receipt.message = QStringLiteral("there is no such runtime");
    return receipt;
}

} // namespace

void Shard::on(AdoptMessage &message)
{
    const SessionId id = message.stored.id;
    auto made = std::make_unique<SessionRecord>(id, std::move(message.settings));
    SessionRecord &record = *made;
    record.name = message.stored.name;
    record.factory = std::move(message.factory);
    const ExecutorIdentity executor = record.factory ? record.factory->identity() : ExecutorIdentity();
    record.snapshot = snapshotFor(message.stored, executor.plugin);
    record.generation = m_generationsGone;
    // Two records of one session would be two machines over one queue.
    const bool placed = m_sessions.try_emplace(id, std::move(made)).second;
    BURROW_ASSERT(placed);
    if (std::optional<LifecycleEvent> change = executorChange(message.stored, executor))
        sessionSaid(record, *std::move(change), 0);
    CoreActions actions;
    record.core.open(message.stored, m_clock.now(), actions);
    for (CoreAction &action : actions) {
        if (auto *said = std::get_if<Emit>(&action))
            sessionSaid(record, std::move(said->event), 0);
        else if (const auto *question = std::get_if<LoadKeys>(&action))
            loadKeys(record, *question);
    }
    const quint32 recovered = record.core.view().recovered;
    if (m_shuttingDown) {
        ++m_stillUp;
        deliverToMany(record, ShutdownCommand{});
    } else if (record.factory) {
        deliverToMany(record, LifecycleCommand{.verb = LifecycleVerb::Attach});
    }
    if (message.adopted)
        m_outbox.push_back([adopted = std::move(message.adopted), recovered] { adopted(recovered); });
}

void Shard::on(SubmitMessage &message)
{
    SessionRecord *record = find(message.session);
    PendingAccept pending{std::move(message.receipt), 0, message.input->id, message.answerBy};
    if (message.outcome)
        pending.waiter = m_waiters.insert(std::move(message.outcome));
    const Waiter waiter{pending.waiter, message.mode};
    const CommandId command = m_accepts.insert(std::move(pending));
    if (record == nullptr) {
        replyAccept(command, message.address ? unknownRuntime() : unknownSession());
        return;
    }
    if (message.answerBy != MonotonicTime::never()) {
        // Placed first, and then compared: begin() of before the insertion would be another one.
        const auto placed = m_bounds.insert({message.answerBy, command}).first;
        if (placed == m_bounds.begin())
            armForNext();
    }
    AcceptCommand accept{command, std::move(message.input),   message.withoutWake,
                         waiter,  std::move(message.address), {}};
    if (message.operation) {
        accept.directRun = freshRunId();
        m_directs.emplace(accept.directRun, std::move(message.operation));
    }
    deliver(*record, std::move(accept));
}

void Shard::on(DirectRunMessage &message)
{
    if (SessionRecord *record = find(message.session))
        deliver(*record, ApplyFinished{message.run, std::move(message.end)});
}

void Shard::on(PreviewMessage &message)
{
    AdmissionPreview preview;
    if (const SessionRecord *record = find(message.session)) {
        AcceptCommand asked{.input = std::move(message.input), .withoutWake = message.withoutWake};
        asked.waiter.id = message.waits ? 1 : 0;
        asked.address = std::move(message.address);
        preview = record->core.preview(asked);
        // What it was told before and has not heard yet may change the answer.
        if (record->loop != nullptr && record->loop->hasEvents())
            preview.certain = false;
    } else {
        preview.receipt = message.address ? unknownRuntime() : unknownSession();
    }
    m_outbox.push_back([reply = std::move(message.reply), preview = std::move(preview)] { reply(preview); });
}

void Shard::on(CommandMessage &message)
{
    SessionRecord *record = find(message.session);
    const CommandId id = m_commands.insert(std::move(message.reply));
    if (record == nullptr) {
        CommandReceipt receipt;
        const auto *lifecycle = std::get_if<LifecycleCommand>(&message.command);
        // To let go of what is not here is no mistake.
        const bool benign = lifecycle != nullptr && lifecycle->verb == LifecycleVerb::Unregister;
        receipt.verdict = benign ? CommandReceipt::Verdict::NoOp : CommandReceipt::Verdict::Refused;
        receipt.refusal = benign ? Refusal::None : Refusal::NotReady;
        receipt.phase = Phase::Destroyed;
        receipt.message = QStringLiteral("there is no such session");
        replyCommand(id, receipt);
        return;
    }
    if (message.interrupt && record->executor() == nullptr)
        record->interrupt = std::move(message.interrupt);
    std::visit(
        [&](auto &command) {
            command.command = id;
            deliver(*record, std::move(command));
        },
        message.command);
}

void Shard::on(ExecutorMessage &message)
{
    SessionRecord *record = find(message.session);
    if (record == nullptr)
        return;
    if (auto *misbehaviour = std::get_if<QString>(&message.event)) {
        sessionSaid(*record, {.code = EventCode::RuntimeMisbehaviour, .detail = *misbehaviour}, 0);
        return;
    }
    // A clean-up is answered when its instance is gone already.
    if (auto *said = std::get_if<CoreEvent>(&message.event);
        said && std::holds_alternative<CleanupFinished>(*said)) {
        if (message.generation == record->generation)
            deliver(*record, std::move(*said));
        return;
    }
    // Whatever an instance says when it has been replaced or dropped concerns nobody any more.
    if (message.generation != record->generation || !record->link)
        return;
    if (auto *progress = std::get_if<ProgressEvent>(&message.event)) {
        executorSaid(*record, std::move(*progress));
        return;
    }
    if (auto *blocked = std::get_if<BlockedCall>(&message.event)) {
        record->blocked = std::move(blocked->sentence);
        return;
    }
    deliver(*record, std::move(std::get<CoreEvent>(message.event)));
}

void Shard::on(InterruptMessage &message)
{
    if (SessionRecord *record = find(message.session))
        deliver(*record, std::move(message.answer));
}

void Shard::on(StoreMessage &message)
{
    for (StoreAnswer &answer : message.answers) {
        if (SessionRecord *record = find(answer.session))
            deliver(*record,
                    StoreVerdict{answer.ticket, answer.verdict, std::move(answer.reason), answer.eventNumber});
    }
}

void Shard::on(KeysMessage &message)
{
    if (SessionRecord *record = find(message.session))
        deliverToMany(*record, KeysLoaded{message.round, std::move(message.keys), m_clock.wallNow()});
}

void Shard::on(ReloadedMessage &message)
{
    SessionRecord *record = find(message.session);
    if (record == nullptr)
        return;
    if (!message.stored.ok()) {
        deliver(*record, Reloaded{message.stored.error()});
        return;
    }
    if (message.stored->id != message.session) {
        deliver(*record, Reloaded{Error{ErrorKind::Conflict,
                                        QStringLiteral("the store has another session under its name now")}});
        return;
    }
    // What was in flight was given up; the next instance starts from what is durable.
    record->snapshotInFlight.reset();
    record->snapshot = snapshotFor(*message.stored, record->factory ? record->factory->plugin() : QByteArray());
    deliver(*record, Reloaded{std::make_shared<const StoredSession>(std::move(message.stored).value())});
}

void Shard::on(InquiryMessage &message)
{
    OpenInput answer;
    if (const SessionRecord *record = find(message.session)) {
        const SessionCore &core = record->core;
        const InputRecord *open =
            message.input.isNull() ? core.openInput(message.key) : core.openInput(message.input);
        answer.held = core.heldReason();
        if (open != nullptr) {
            answer.open = true;
            answer.input = open->input->id;
            answer.phase = open->registers.phase;
            answer.attempt = open->starts;
        }
    }
    m_outbox.push_back([reply = std::move(message.reply), answer = std::move(answer)] { reply(answer); });
}

SessionView Shard::viewOf(const SessionRecord &record) const
{
    SessionView view = record.core.view();
    view.name = record.name;
    view.asOf = m_clock.now();
    view.seenAt = m_clock.wallNow();
    if (record.factory)
        view.executor = record.factory->name();
    if (view.note.isEmpty())
        view.note = record.blocked;
    return view;
}

void Shard::on(ViewMessage &message)
{
    std::vector<SessionView> views;
    if (!message.session.isNull()) {
        if (const SessionRecord *record = find(message.session))
            views.push_back(viewOf(*record));
    } else {
        views.reserve(m_sessions.size());
        for (const auto &[id, record] : m_sessions)
            views.push_back(viewOf(*record));
    }
    m_outbox.push_back(
        [reply = std::move(message.reply), views = std::move(views)]() mutable { reply(std::move(views)); });
}

void Shard::on(SettledMessage &message)
{
    m_settledCallbacks.push_back(std::move(message.settled));
}

void Shard::on(ShutdownMessage &message)
{
    if (message.finished)
        m_shutdownCallbacks.push_back(std::move(message.finished));
    if (!std::exchange(m_shuttingDown, true))
        m_stillUp = m_sessions.size();
    shutDownSessions(message.mode);
    if (m_stillUp == 0) {
        for (std::function<void()> &finished : std::exchange(m_shutdownCallbacks, {}))
            m_outbox.push_back(std::move(finished));
    } else if (message.hardAt < m_hardAt) {
        // The shard keeps this time itself: who waits for a shutdown may well be the thread that would keep it.
        m_hardAt = message.hardAt;
        armForNext();
    }
}

void Shard::shutDownSessions(CancelMode mode)
{
    for (const auto &[id, record] : m_sessions) {
        if (!record->shutDown)
            deliverToMany(*record, ShutdownCommand{mode});
    }
}

} // namespace burrow
