// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/executor.h"

namespace burrow::bench {

/// Completes every run inside apply, on the caller's thread: what is left is the host's own cost.
class NoopExecutor : public Executor
{
public:
    explicit NoopExecutor(ExecutorListener &listener)
        : m_listener(listener)
    {
        m_listener.created({});
    }

    void apply(ApplyCall call) override
    {
        RunOutput output;
        output.receipt.run = call.run;
        output.receipt.boundary = call.primitive->boundary;
        for (const Contributor &contributor : call.primitive->contributors)
            output.receipt.contributors.push_back(contributor.input);
        output.terminal = RunTerminal::Result;
        m_listener.applyFinished(call.run, std::move(output));
    }
    void cancel(RunId, CancelMode, const QString &) override {}
    void abandon(RunId run, const QString &reason) override
    {
        m_listener.applyFinished(run, RunAbandoned{reason});
    }
    void stop(StopKind, const QString &) override { m_listener.stopFinished({}); }
    void stageContext(StageCall call) override
    {
        m_listener.contextStaged(call.run, call.input,
                                 Error{ErrorKind::NotReady, QStringLiteral("it has no boundary")});
    }
    void discardContext(RunId, std::vector<QByteArray>) override {}
    void checkpointCommitted(RunId run, quint64, const QByteArray &) override
    {
        m_listener.checkpointFinished(run, {});
    }
    void cancelOperation(OperationId, CancelMode, std::function<void(Result<void>)> heard) override
    {
        heard(Error{ErrorKind::NotReady, QStringLiteral("it has no operations")});
    }

private:
    ExecutorListener &m_listener;
};

class NoopExecutorFactory : public ExecutorFactory
{
public:
    QByteArray name() const override { return "noop"; }
    QByteArray plugin() const override { return "noop"; }
    std::unique_ptr<Executor> create(const CreateCall &, ExecutorListener &listener) override
    {
        return std::make_unique<NoopExecutor>(listener);
    }
    void cleanup(const CleanupCall &, std::function<void(Result<void>)> done) override { done({}); }
};

} // namespace burrow::bench
