// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/executor.h"
#include "session/shard_message.h"

namespace burrow {

class ShardInbox;

/// One executor instance of one session, and the ear that carries what it says to the shard, from any thread.
/// What an instance says after it was replaced is dropped by its generation.
class ExecutorLink : public ExecutorListener
{
public:
    ExecutorLink(SessionId session, quint32 generation, std::shared_ptr<ShardInbox> inbox);

    /// Shard thread.
    void create(ExecutorFactory &factory, const CreateCall &call) { m_executor = factory.create(call, *this); }
    Executor *executor() { return m_executor.get(); }

    void created(Result<void> result) override;
    void applyFinished(RunId run, RunEnd end) override;
    void progress(ProgressEvent event) override;
    void boundaryChanged(RunId run, bool open, quint64 revision) override;
    void boundaryFailed(QString message) override;
    void contextStaged(RunId run, InputId input, Result<StagedContext> result) override;
    void stopFinished(Result<void> result) override;
    void checkpointFinished(RunId run, Result<void> result) override;
    void operationAsked(OperationRequest request, std::function<void(OperationReceipt)> reply) override;
    void misbehaved(QString sentence) override;
    void blocked(QString sentence) override;
    void died(QString reason, ExecutorEnding ending) override;

private:
    void say(ExecutorWords words);

    const SessionId m_session;
    const quint32 m_generation;
    const std::shared_ptr<ShardInbox> m_inbox;
    std::unique_ptr<Executor> m_executor; ///< Last: its destruction ends all calls to this listener.
};

} // namespace burrow
