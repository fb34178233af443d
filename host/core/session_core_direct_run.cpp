// SPDX-License-Identifier: Apache-2.0
// Accept and run: an input whose submitter carries the run out himself. Accepted, bound and staged as one step,
// it ends by the one write of every run.
#include "core/session_core.h"

namespace burrow {

/// The whole session is the submitter's for that run, so nothing else may be open in it.
std::optional<AcceptReceipt> SessionCore::directRefusal(const AcceptCommand &command) const
{
    if (command.directRun.isNull())
        return std::nullopt;
    const QByteArray &key = command.input->idempotencyKey;
    const KeyEntry *known = key.isEmpty() ? nullptr : knownKey(key);
    if (known != nullptr)
        return ownedByAnother(known->input);
    AcceptReceipt receipt;
    if (planFor(command).consume == ConsumePoint::OnAccept) {
        receipt.refusal = Refusal::Invalid;
        receipt.message = QStringLiteral("an input of this kind ends when it is accepted and has no run");
        return receipt;
    }
    receipt.refusal = Refusal::NotReady;
    receipt.phase = visiblePhase(m_registers);
    if (!m_inputs.empty()) {
        receipt.message =
            QStringLiteral("the session has %1 open inputs; a run of one's own needs a session that "
                           "has none")
                .arg(m_inputs.size());
        return receipt;
    }
    if (m_run || queueAdmission(m_registers) != QueueAdmission::NewRun || receipt.phase == Phase::Retired) {
        receipt.message = phaseSentence("begins no run of one's own");
        return receipt;
    }
    if (m_cleaning) {
        receipt.message = QStringLiteral("the clean-up after the session's last executor is under way; try "
                                         "again when it has ended");
        return receipt;
    }
    if (m_registers.registration == Registration::Draining) {
        receipt.message = QStringLiteral("the session is being unregistered and begins no new run");
        return receipt;
    }
    return std::nullopt;
}

AcceptReceipt SessionCore::ownedByAnother(InputId owner)
{
    AcceptReceipt receipt;
    receipt.refusal = Refusal::Invalid;
    receipt.existing = owner;
    receipt.message =
        QStringLiteral("the idempotency key belongs to input %1, which owns the execution; ask for "
                       "its outcome")
            .arg(QString::fromLatin1(owner.toText()));
    return receipt;
}

/// Its accept is durable and published, and nothing else can have begun since it was admitted. Where a stop or
/// a shutdown has come between, it stays queued as any other input.
void SessionCore::beginDirectRun(InputRecord &record, RunId run)
{
    const bool free = !m_run && !m_stop && !m_cleaning && !m_shutdown && m_held.isEmpty()
                      && queueAdmission(m_registers) == QueueAdmission::NewRun
                      && m_registers.registration != Registration::Draining && !writeInFlightBesidesAccepts();
    const bool refused = m_settings->stagingGate && m_settings->stagingGate(*record.input);
    if (!free || refused || !grantCovers({&record})) {
        act(ForgetDirectRun{run});
        m_attachment.wake = true;
        return;
    }
    beginRun(run, {&record}, RunBy::Submitter);
}

} // namespace burrow
