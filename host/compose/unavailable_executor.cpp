// SPDX-License-Identifier: Apache-2.0
#include "compose/unavailable_executor.h"

namespace burrow {

namespace {

/// Was never made, so nobody has a reason to call it; whoever does is answered all the same.
class UnavailableExecutor final : public Executor
{
public:
    UnavailableExecutor(ExecutorListener &listener, QString why)
        : m_listener(listener)
        , m_why(std::move(why))
    {
    }

    void apply(ApplyCall call) override { m_listener.applyFinished(call.run, RunAbandoned{m_why}); }
    void cancel(RunId, CancelMode, const QString &) override {}
    void abandon(RunId, const QString &) override {}
    void stop(StopKind, const QString &) override { m_listener.stopFinished({}); }
    void stageContext(StageCall call) override
    {
        m_listener.contextStaged(call.run, call.input, Error{ErrorKind::NotReady, m_why});
    }
    void discardContext(RunId, std::vector<QByteArray>) override {}
    void checkpointCommitted(RunId run, quint64, const QByteArray &) override
    {
        m_listener.checkpointFinished(run, {});
    }
    void cancelOperation(OperationId, CancelMode, std::function<void(Result<void>)> heard) override
    {
        heard(Error{ErrorKind::NotReady, m_why});
    }

private:
    ExecutorListener &m_listener;
    const QString m_why;
};

class UnavailableFactory final : public ExecutorFactory
{
public:
    UnavailableFactory(ExecutorIdentity identity, QString why)
        : m_identity(std::move(identity))
        , m_why{ErrorKind::Configuration, std::move(why)}
    {
    }

    QByteArray name() const override { return m_identity.name; }
    QByteArray plugin() const override { return m_identity.plugin; }
    std::unique_ptr<Executor> create(const CreateCall &, ExecutorListener &listener) override
    {
        listener.created(m_why);
        return std::make_unique<UnavailableExecutor>(listener, m_why.message);
    }
    void cleanup(const CleanupCall &, std::function<void(Result<void>)> done) override { done(m_why); }

private:
    const ExecutorIdentity m_identity;
    const Error m_why;
};

} // namespace

std::shared_ptr<ExecutorFactory> makeUnavailableFactory(ExecutorIdentity identity, QString why)
{
    return std::make_shared<UnavailableFactory>(std::move(identity), std::move(why));
}

} // namespace burrow
