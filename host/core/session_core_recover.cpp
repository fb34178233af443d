// SPDX-License-Identifier: Apache-2.0
// Recover: the session is taken from the store again. For one that is held this is the remedy and writes
// nothing; any other is written first, as a barrier, and read when nothing of it is on its way.
#include "core/session_core.h"

namespace burrow {

void SessionCore::recover(const LifecycleCommand &command)
{
    if (m_held.isEmpty()) {
        submitVerb(command, AbandonReason::None);
        return;
    }
    if (m_recoverers.size() >= limits::tickets_per_session_max) {
        reply(command.command, refused(Refusal::Busy, QStringLiteral("too many recoveries of this session are "
                                                                     "under way; try again")));
        return;
    }
    m_recoverers.push_back(command.command);
    m_reloadAt = MonotonicTime::never();
    if (m_reload != Reload::Asked)
        m_reload = Reload::Due; // Read as soon as its run has ended and every write has its verdict.
}

/// The recovery is durable. A ticket without a write keeps the barrier up until the image is here.
void SessionCore::readAgain(CommandId command)
{
    m_recoverers.push_back(command);
    Ticket reading;
    reading.number = ++m_lastTicket;
    reading.kind = TicketKind::Lifecycle;
    reading.verb = LifecycleVerb::Recover;
    reading.submitted = reading.reading = true;
    m_tickets.push(std::move(reading));
    m_reload = Reload::Asked;
    act(ReloadSession{});
}

void SessionCore::on(Reloaded &event)
{
    if (m_reload != Reload::Asked)
        return;
    // A session that is held is not read a second time by itself before a write has worked.
    m_reload = m_held.isEmpty() ? Reload::Allowed : Reload::Spent;
    if (!m_tickets.isEmpty() && m_tickets.front().reading)
        m_tickets.pop();
    if (m_shutdown) {
        refuseRecoveries(closed());
        return;
    }
    if (!event.stored.ok()) {
        const QString failed = QStringLiteral("reading it again failed: %1").arg(event.stored.error().message);
        if (!m_held.isEmpty()) {
            m_held += QStringLiteral("; ") + failed;
            emitEvent({.code = EventCode::RuntimeHeld, .detail = m_held});
        }
        refuseRecoveries(m_held.isEmpty() ? refused(Refusal::NotReady, failed) : closed());
        return;
    }
    const WorkCounts counts = reload(**event.stored);
    if (m_stop && m_stop->kind == Teardown::Kind::Unregister)
        reopenWindow();
    if (!m_held.isEmpty()) {
        refuseRecoveries(closed());
        return;
    }
    // An executor that was given up is tried again when a person asks for a recovery.
    if (!m_recoverers.empty() && !m_attachment.open && !m_failed.isEmpty())
        attach({.verb = LifecycleVerb::Attach});
    CommandReceipt receipt;
    receipt.counts = counts;
    receipt.inputs = counts.recovered;
    for (const CommandId command : std::exchange(m_recoverers, {}))
        reply(command, receipt);
    retryCleanup();
}

void SessionCore::refuseRecoveries(const CommandReceipt &receipt)
{
    for (const CommandId command : std::exchange(m_recoverers, {}))
        reply(command, receipt);
}

} // namespace burrow
