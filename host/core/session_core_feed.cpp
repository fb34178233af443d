// SPDX-License-Identifier: Apache-2.0
// The detached wake: a quiet session whose background work has ended gets one continuation, however many ends
// it is for.
#include "core/session_core.h"

namespace burrow {

/// Nothing is open, nothing is on its way, and there is a loop that would run what is submitted.
bool SessionCore::quiescent() const
{
    return (m_registers.phase == Phase::Idle || m_registers.phase == Phase::Attached) && m_attachment.open
           && m_registers.registration != Registration::Draining && m_inputs.empty() && m_tickets.isEmpty()
           && m_waiting.isEmpty() && m_keyWaiting.isEmpty() && !m_run && !m_stop && !m_shutdown
           && m_held.isEmpty();
}

/// A continuation is on its way, or will be tried again.
bool SessionCore::wakeAhead() const
{
    return m_operations && (m_operations->minting || m_operations->retryAt != MonotonicTime::never());
}

/// Looked at after everything that happens: an end that meets a session at work is looked at again when that is
/// over.
void SessionCore::feedStep()
{
    OperationRegistry &registry = m_operations->registry;
    if (!registry.poisoned().isEmpty() || m_operations->minting || registry.isWriting()
        || m_operations->retryAt != MonotonicTime::never())
        return; // Nobody knows how far the feed was read, or the step before has no answer yet.
    switch (registry.feed().look()) {
    case FeedLook::Nothing:
        break;
    case FeedLook::Ignorable:
        registry.advanceCursor(FeedCursor::RuntimeObserved, registry.feed().watermark());
        break;
    case FeedLook::Wake:
        if (quiescent()) {
            m_operations->minting = true;
            act(MintContinuation{});
        }
        break;
    }
}

void SessionCore::on(ContinuationMinted &event)
{
    if (!m_operations || !std::exchange(m_operations->minting, false))
        return;
    // The session may have got work meanwhile: then its end is waited for.
    if (!m_operations->registry.poisoned().isEmpty() || m_operations->registry.isWriting() || !quiescent())
        return;
    // Both cursors move with the write that accepts the continuation, or not at all.
    const quint64 watermark = m_operations->registry.feed().watermark();
    m_operations->registry.stageCursor(FeedCursor::RuntimeInjected, watermark);
    m_operations->registry.stageCursor(FeedCursor::RuntimeObserved, watermark);
    AcceptCommand accept;
    accept.input = std::make_shared<const Input>(detachedWorkContinuation(event.input, event.now));
    accept.fromFeed = true;
    on(accept);
    if (m_operations->registry.isWriting())
        return;
    // It was refused: neither cursor moves, and the same ends are looked at again later.
    m_operations->registry.unstageCursors();
    m_operations->retryAt = m_now + std::min(m_settings->retryBackoff, limits::retry_backoff_max);
}

} // namespace burrow
