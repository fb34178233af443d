// SPDX-License-Identifier: Apache-2.0
// Bindings: the epoch of a session, the runtime it is bound to, and whoever runs its turns before an executor
// is attached.
#include "core/session_core.h"

namespace burrow {

void SessionCore::on(BindCommand &event)
{
    const CommandId command = event.command;
    if (!bindMustWait() && m_waiting.isEmpty())
        bind(event);
    else
        keepWaiting(command, std::move(event));
}

/// Its write is a barrier as that of any lifecycle command, and a teardown is one for it.
bool SessionCore::bindMustWait() const
{
    return m_stop || !m_tickets.isEmpty();
}

SessionInput SessionCore::bindingInput(std::shared_ptr<const RuntimeBinding> binding) const
{
    SessionInput input{.verb = binding ? SessionVerb::PrepareBindings : SessionVerb::RegisterSession};
    input.session = m_id;
    input.binding = std::move(binding);
    return input;
}

/// The first who prepares bindings fixes the epoch; one that was stored with a binding goes on.
void SessionCore::fixEpoch(EpochId fresh)
{
    if (!m_epoch.isNull())
        return;
    const auto &bound = m_registers.binding;
    m_epoch = bound && bound->epoch ? *bound->epoch : fresh;
}

void SessionCore::bind(const BindCommand &command)
{
    if (m_shutdown || !m_held.isEmpty()) {
        reply(command.command, closed());
        return;
    }
    if (command.epoch && *command.epoch != m_epoch) {
        reply(command.command, refused(Refusal::BindingMismatch,
                                       QStringLiteral("the session is in another epoch than the one given")));
        return;
    }
    // After a store failure Stopped holds for this process only: it must not get into a write.
    if (m_stoppedHere && m_registers.phase == Phase::Stopped) {
        reply(command.command,
              refused(Refusal::NotReady, phaseSentence("cannot be bound before it is started")));
        return;
    }
    std::shared_ptr<const RuntimeBinding> binding;
    const EpochId before = m_epoch;
    fixEpoch(command.freshEpoch);
    if (!command.runtimeId.isEmpty()) {
        binding = std::make_shared<const RuntimeBinding>(
            RuntimeBinding{command.runtimeId, command.fence, command.generation, m_epoch});
    }
    const SessionStep stepped = step(m_registers, bindingInput(binding));
    if (!stepped.accepted) {
        m_epoch = before; // Nothing has changed.
        const bool destroyed = stepped.refusal == SessionRefusal::Destroyed;
        reply(command.command, refused(destroyed ? Refusal::Destroyed : Refusal::BindingMismatch,
                                       QStringLiteral("the session is %1 and cannot be bound: %2")
                                           .arg(QLatin1String(phaseName(visiblePhase(m_registers))),
                                                QLatin1String(sessionRefusalName(stepped.refusal)))));
        return;
    }
    if ((stepped.effects & RuntimeBound) == 0) { // Bound so already, or local.
        CommandReceipt receipt;
        receipt.epoch = m_epoch;
        reply(command.command, std::move(receipt));
        return;
    }
    LifecycleOperation operation;
    operation.verb = "bind";
    // A grant that waits for its run is written over: an input that it names may have been superseded since.
    operation.session = rowAfter(stepped.next, m_registers.lastCompletionRun, grantOfRun());
    operation.binding = stepped.next.binding;
    operation.owed = m_owed;
    Ticket ticket;
    ticket.number = ++m_lastTicket;
    ticket.kind = TicketKind::Bind;
    ticket.command = command.command;
    ticket.binding = std::move(binding);
    LifecycleEvent event{.code = EventCode::RuntimeBound, .detail = QString::fromUtf8(command.runtimeId)};
    submit(std::move(ticket), std::move(operation), {std::move(event)});
}

/// The announcement leaves only now that the binding is durable.
void SessionCore::publishBound(const Ticket &ticket)
{
    const bool bound = advance(bindingInput(ticket.binding));
    BURROW_ASSERT(bound);
    m_grant = {};
    emitEvent({.code = EventCode::RuntimeBound, .detail = QString::fromUtf8(ticket.binding->runtimeId)});
    CommandReceipt receipt;
    receipt.epoch = m_epoch;
    reply(ticket.command, std::move(receipt));
}

void SessionCore::on(InstallInterrupt &event)
{
    if (m_registers.phase == Phase::Destroyed) {
        reply(event.command, refused(Refusal::Destroyed, phaseSentence("has nothing to interrupt")));
        return;
    }
    if (m_attachment.open) {
        reply(event.command, refused(Refusal::NotReady, QStringLiteral("the session has an executor attached, "
                                                                       "which is interrupted itself")));
        return;
    }
    m_interruptInstalled = true;
    reply(event.command, {});
}

/// Before an executor is attached, a hard cancel reaches whoever was installed for that. False: nobody was.
bool SessionCore::interruptPrepared(const CancelCommand &command)
{
    const bool leaves = m_stop && m_stop->kind == Teardown::Kind::Unregister;
    if (command.mode != CancelMode::Hard || m_attachment.open || !m_interruptInstalled || leaves)
        return false;
    ++m_interruptsOpen;
    act(InterruptPrepared{command.command, command.reason});
    return true;
}

void SessionCore::on(InterruptAnswered &event)
{
    --m_interruptsOpen;
    CommandReceipt receipt;
    if (!event.result.ok()) {
        receipt = refused(Refusal::Invalid,
                          QStringLiteral("the interrupt did not work: %1").arg(event.result.error().message));
    }
    reply(event.command, std::move(receipt));
}

} // namespace burrow
