// SPDX-License-Identifier: Apache-2.0
// Idempotency keys: whose they are, what became of the work behind them, and how long they bind.
#include "core/session_core.h"

#include "model/reserved_keys.h"

namespace burrow {

void SessionCore::askForKeys()
{
    m_keyState = KeyState::Loading;
    act(LoadKeys{++m_keyRound});
}

void SessionCore::on(KeysLoaded &event)
{
    // An answer to an earlier question may lack what has ended since.
    if (m_keyState != KeyState::Loading || event.round != m_keyRound)
        return;
    if (!event.keys.ok()) {
        // What waits cannot be told from a repeat, so nothing of it is admitted; the next one asks again.
        m_keyState = KeyState::Unread;
        AcceptReceipt receipt;
        receipt.refusal = Refusal::NotWritten;
        receipt.message =
            QStringLiteral("the keys of this session's ended inputs cannot be read: %1; try again")
                .arg(event.keys.error().message);
        while (!m_keyWaiting.isEmpty()) {
            AcceptCommand command = m_keyWaiting.pop();
            m_ticketBytes -= contentBytes(*command.input);
            reject(command, receipt);
        }
        return;
    }
    m_keyState = KeyState::Known;
    rememberKeys(*event.keys, event.now);
    admitKeyWaiting();
}

/// Those that waited for keys came before whatever waits now, and go first.
void SessionCore::admitKeyWaiting()
{
    while (!m_keyWaiting.isEmpty())
        m_waiting.pushFront(m_keyWaiting.popBack());
    runWaiting();
}

void SessionCore::rememberKeys(const std::vector<RetainedKey> &keys, WallTime wallNow)
{
    std::vector<ExpiringKey> expiring;
    for (const RetainedKey &retained : keys) {
        // An open input, and what has ended since the question, are newer than what the store says.
        if (m_keys.contains(retained.key))
            continue;
        KeyEntry entry{.input = retained.input,
                       .payloadHash = retained.payloadHash,
                       .ended = true,
                       .endedAs = retained.endedAs};
        if (!keyNeverExpires(retained.key)) {
            const Duration age = std::max(Duration::zero(),
                                          Duration(wallNow.sinceEpoch) - Duration(retained.endedAt.sinceEpoch));
            if (age >= m_settings->keyRetention)
                continue;
            entry.expires = m_now + (m_settings->keyRetention - age);
            expiring.push_back({entry.expires, retained.key});
        }
        m_keys.insert(retained.key, entry);
    }
    while (!m_expiring.isEmpty())
        expiring.push_back(m_expiring.pop());
    std::stable_sort(expiring.begin(), expiring.end(),
                     [](const ExpiringKey &a, const ExpiringKey &b) { return a.at < b.at; });
    for (ExpiringKey &key : expiring)
        m_expiring.push(std::move(key));
}

/// The input behind a key has ended; from now on the key has its time.
void SessionCore::endKey(const QByteArray &key, OutcomeClass endedAs)
{
    KeyEntry &entry = m_keys[key];
    entry.ended = true;
    entry.endedAs = endedAs;
    if (keyNeverExpires(key))
        return;
    entry.expires = m_now + m_settings->keyRetention;
    m_expiring.push({entry.expires, key});
}

/// Every key that came before is looked at once when its time is over, so a keyed accept pays for one on the
/// average.
void SessionCore::forgetExpiredKeys()
{
    while (!m_expiring.isEmpty() && m_expiring.front().at <= m_now) {
        const QByteArray key = m_expiring.pop().key;
        const auto found = m_keys.constFind(key);
        // The key may belong to a newer input by now.
        if (found != m_keys.constEnd() && found->ended && found->expires <= m_now)
            m_keys.erase(found);
    }
}

/// Keeps an accept whose key may be that of an input that ended in an earlier process.
void SessionCore::waitForKeys(AcceptCommand &command)
{
    if (m_keyWaiting.count() >= limits::tickets_per_session_max
        || m_ticketBytes >= limits::ticket_bytes_per_session_max) {
        rejectAsBusy(command);
        return;
    }
    if (m_keyState == KeyState::Unread)
        askForKeys();
    m_ticketBytes += contentBytes(*command.input);
    m_keyWaiting.push(std::move(command));
}

/// The key as it binds now; null when it is free, as far as is known here.
const SessionCore::KeyEntry *SessionCore::knownKey(const QByteArray &key) const
{
    const auto found = m_keys.constFind(key);
    const bool binds = found != m_keys.constEnd() && !(found->ended && found->expires <= m_now);
    return binds ? &*found : nullptr;
}

/// What a repeat of that key is told: the work behind it, or that it is other content.
AcceptReceipt SessionCore::repeatReceipt(const AcceptCommand &command, const KeyEntry &entry,
                                         quint64 hash) const
{
    if (!command.directRun.isNull())
        return ownedByAnother(entry.input);
    AcceptReceipt receipt;
    receipt.existing = entry.input;
    if (entry.payloadHash != hash) {
        receipt.refusal = Refusal::KeyConflict;
        receipt.message = QStringLiteral("the idempotency key \"%1\" belongs to another input (%2) with "
                                         "other content; use a new key for new content")
                              .arg(QString::fromUtf8(command.input->idempotencyKey),
                                   QString::fromLatin1(entry.input.toText()));
        return receipt;
    }
    receipt.verdict = AcceptReceipt::Verdict::Deduplicated;
    receipt.input = command.input->id;
    receipt.endedAs = entry.endedAs;
    if (entry.ended) {
        receipt.work = Work::Ended;
        return receipt;
    }
    const InputPhase phase = m_inputs.at(sequenceOf(entry.input)).registers.phase;
    const bool waits = phase == InputPhase::Queued || phase == InputPhase::Accepted;
    receipt.work = waits ? Work::Pending : Work::Delivered;
    receipt.willResolve = command.waiter.id != 0;
    return receipt;
}

void SessionCore::deduplicate(const AcceptCommand &command, const KeyEntry &entry, AcceptReceipt receipt)
{
    if (receipt.willResolve) {
        m_inputs.at(sequenceOf(entry.input)).waiters.push_back(command.waiter);
        ++m_waiterCount;
    }
    ++m_tally.deduplicated;
    emitEvent({.code = EventCode::InputDeduplicated,
               .input = command.input->id,
               .other = entry.input,
               .correlation = command.input->correlationId});
    replyAccept(command.command, std::move(receipt));
}

std::optional<SessionCore::Admitted> SessionCore::resolveKey(AcceptCommand &command, quint64 hash)
{
    const QByteArray &key = command.input->idempotencyKey;
    if (key.isEmpty())
        return std::nullopt;
    auto found = m_keys.constFind(key);
    if (found != m_keys.constEnd() && found->ended && found->expires <= m_now) {
        m_keys.erase(found);
        found = m_keys.constEnd();
    }
    if (found == m_keys.constEnd()) {
        if (m_keyState == KeyState::Known)
            return std::nullopt;
        waitForKeys(command);
        return Admitted::Done;
    }
    if (found->inFlight != 0) {
        // Whether this is a repeat is known only when the first one's write is: join its ticket.
        for (std::size_t at = 0; at < m_tickets.count(); ++at) {
            Ticket &ticket = m_tickets.at(at);
            if (ticket.number != found->inFlight)
                continue;
            if (ticket.joined.size() >= limits::tickets_per_session_max
                || m_ticketBytes >= limits::ticket_bytes_per_session_max) {
                rejectAsBusy(command);
            } else {
                m_ticketBytes += contentBytes(*command.input);
                ticket.joined.push_back(std::move(command));
            }
            return Admitted::Done;
        }
        BURROW_ASSERT(!"a key in flight names a ticket in flight");
    }
    AcceptReceipt receipt = repeatReceipt(command, *found, hash);
    if (receipt.verdict == AcceptReceipt::Verdict::Deduplicated)
        deduplicate(command, *found, std::move(receipt));
    else
        reject(command, std::move(receipt));
    return Admitted::Done;
}

} // namespace burrow
