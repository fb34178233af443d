// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/stored_session.h"
#include "support/test_inputs.h"

/// Write sets as a session makes them.
namespace burrow::test {

/// Makes the sets of one session, with tickets and revisions that rise as they must.
class SetBuilder
{
public:
    explicit SetBuilder(SessionId session)
        : m_session(session)
    {
    }

    WriteSet set(StoreOperation operation);
    /// The accept of a durable input, replacing those.
    WriteSet accept(const InputPointer &input, const std::vector<FinishedInput> &replaced = {});
    /// An input that is over as soon as it is accepted.
    WriteSet acceptConsumed(const InputPointer &input);
    WriteSet finishRun(RunId run, const std::vector<InputPointer> &inputs,
                       const std::optional<QByteArray> &snapshot = std::nullopt, const StartGrant &grant = {});
    WriteSet failRun(RunId run, const std::vector<RequeuedInput> &requeued,
                     const std::vector<FinishedInput> &finished = {}, const StartGrant &grant = {});
    WriteSet lifecycle(const QByteArray &verb, Phase phase, const std::vector<FinishedInput> &finished = {});
    /// Only that many ended operations.
    WriteSet operations(quint64 count);
    static std::shared_ptr<const StoredOperations> someOperations(quint64 count);
    WriteSet grant(quint32 attempt, const std::vector<InputPointer> &inputs);

    SessionRow row(Phase phase = Phase::Idle);
    TicketNumber lastTicket() const { return m_ticket; }

private:
    SessionId m_session;
    TicketNumber m_ticket = 0;
    quint64 m_revision = 0;
};

InputRow rowOf(const InputPointer &input);
FinishedInput consumed(const InputPointer &input, RunId run = {});
FinishedInput abandoned(const InputPointer &input, AbandonReason reason);
FinishedInput superseded(const InputPointer &input, const InputPointer &by);
RequeuedInput requeued(const InputPointer &input, quint32 tries, quint64 admission);

} // namespace burrow::test
