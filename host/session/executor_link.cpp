// SPDX-License-Identifier: Apache-2.0
#include "session/executor_link.h"

#include "session/shard_inbox.h"

namespace burrow {

ExecutorLink::ExecutorLink(SessionId session, quint32 generation, std::shared_ptr<ShardInbox> inbox)
    : m_session(session)
    , m_generation(generation)
    , m_inbox(std::move(inbox))
{
}

void ExecutorLink::say(ExecutorWords words)
{
    m_inbox->post(ExecutorMessage{m_session, m_generation, std::move(words)});
}

void ExecutorLink::created(Result<void> result)
{
    say(CoreEvent(ExecutorCreated{std::move(result)}));
}

void ExecutorLink::applyFinished(RunId run, RunEnd end)
{
    say(CoreEvent(ApplyFinished{run, std::move(end)}));
}

void ExecutorLink::progress(ProgressEvent event)
{
    say(std::move(event));
}

void ExecutorLink::boundaryChanged(RunId run, bool open, quint64 revision)
{
    say(CoreEvent(BoundaryChanged{run, open, revision}));
}

void ExecutorLink::boundaryFailed(QString message)
{
    say(CoreEvent(BoundaryFailed{std::move(message)}));
}

void ExecutorLink::contextStaged(RunId run, InputId input, Result<StagedContext> result)
{
    say(CoreEvent(ContextStaged{run, input, std::move(result)}));
}

void ExecutorLink::stopFinished(Result<void> result)
{
    say(CoreEvent(StopFinished{std::move(result)}));
}

void ExecutorLink::checkpointFinished(RunId run, Result<void> result)
{
    say(CoreEvent(CheckpointFinished{run, std::move(result)}));
}

void ExecutorLink::operationAsked(OperationRequest request, std::function<void(OperationReceipt)> reply)
{
    m_inbox->post(OperationMessage{m_session, m_generation, std::move(request), std::move(reply), {}, {}});
}

void ExecutorLink::misbehaved(QString sentence)
{
    say(std::move(sentence));
}

void ExecutorLink::blocked(QString sentence)
{
    say(BlockedCall{std::move(sentence)});
}

void ExecutorLink::died(QString reason, ExecutorEnding ending)
{
    say(CoreEvent(ExecutorDied{std::move(reason), ending}));
}

} // namespace burrow
