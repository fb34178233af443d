// SPDX-License-Identifier: Apache-2.0
// The clean-up after an executor's instance. It is owed, durably, from the moment the session's end is; what is
// owed is done again at the next opening, start or recovery, until the store has heard that it is done.
#include "core/session_core.h"

namespace burrow {

/// Asks for the clean-up that is owed. Nothing of the session runs before it is answered, or given up.
void SessionCore::beginCleanup()
{
    m_cleaning = true;
    m_cleanupDone = false;
    m_restBy = m_now + restBound();
    act(CleanupExecutor{m_owed->cause, ++m_cleanupRound, m_owed->attempts + 1});
}

/// Once more, when an earlier teardown has left it owed and no instance is in its way.
void SessionCore::retryCleanup()
{
    if (m_owed && m_cleanupDone)
        recordCleanup(); // Only the word of it was lost.
    if (!m_owed || m_cleanupDone || m_cleaning || m_stop || m_shutdown || !m_held.isEmpty()
        || m_attachment.instance != Instance::None)
        return;
    beginCleanup();
}

void SessionCore::on(CleanupFinished &event)
{
    if (event.round != m_cleanupRound || !m_owed || m_cleanupDone)
        return;
    if (m_cleaning) {
        m_restBy = MonotonicTime::never();
        cleanupAnswered(event.result);
    } else if (event.result.ok()) { // After it was given up: late, and done all the same.
        m_cleanupDone = true;
        recordCleanup();
    }
}

void SessionCore::cleanupAnswered(const Result<void> &result)
{
    m_cleaning = false;
    m_cleanupDone = result.ok();
    if (!result.ok()) {
        // Stored with whatever is written of the session next; until then it is only counted here.
        OwedCleanup owed = *m_owed;
        ++owed.attempts;
        owed.reason = result.error().message;
        m_owed = std::make_shared<const OwedCleanup>(std::move(owed));
        emitEvent({.code = EventCode::RuntimeMisbehaviour,
                   .detail = QStringLiteral("clean-up is owed: %1").arg(result.error().message)});
    }
    if (m_stop && m_stop->stage == Teardown::Stage::CleaningUp) {
        CommandReceipt &receipt = m_stop->receipt;
        receipt.cleanUp = m_cleanupDone ? CleanUp::Done : CleanUp::Owed;
        if (!m_cleanupDone && receipt.message.isEmpty())
            receipt.message = QStringLiteral("its clean-up is owed, and is tried again when it is next "
                                             "opened, started or recovered: %1")
                                  .arg(result.error().message);
        finishTeardown();
    }
    m_attachment.wake = m_attachment.open;
    if (m_cleanupDone && !m_released && !m_stop)
        recordCleanup();
}

/// Tells the store that nothing is owed any more, as soon as nothing else is on its way there.
void SessionCore::recordCleanup()
{
    const LifecycleCommand record{.verb = LifecycleVerb::RecordCleanup};
    if (m_tickets.isEmpty())
        perform(record);
    else
        m_waiting.pushFront(record);
}

} // namespace burrow
