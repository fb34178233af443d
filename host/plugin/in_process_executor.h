// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/instance.h"

namespace burrow {

/// The session's handle on an instance of a plugin in this process. Dropping it brings the instance to rest.
class InProcessExecutor final : public Executor
{
public:
    explicit InProcessExecutor(std::shared_ptr<Instance> instance)
        : m_instance(std::move(instance))
    {
    }
    ~InProcessExecutor() override { m_instance->drop(); }
    Q_DISABLE_COPY_MOVE(InProcessExecutor)

    void apply(ApplyCall call) override { m_instance->apply(std::move(call)); }
    void cancel(RunId run, CancelMode mode, const QString &reason) override
    {
        m_instance->cancel(run, mode, reason);
    }
    void abandon(RunId run, const QString &reason) override { m_instance->abandon(run, reason); }
    void stop(StopKind kind, const QString &reason) override { m_instance->stop(kind, reason); }
    void stageContext(StageCall call) override { m_instance->stageContext(std::move(call)); }
    void discardContext(RunId run, std::vector<QByteArray> keys) override
    {
        m_instance->discardContext(run, std::move(keys));
    }
    void checkpointCommitted(RunId run, quint64 sequence, const QByteArray &snapshot) override
    {
        m_instance->checkpointCommitted(run, sequence, snapshot);
    }
    void cancelOperation(OperationId operation, CancelMode mode,
                         std::function<void(Result<void>)> heard) override
    {
        m_instance->cancelOperation(operation, mode, std::move(heard));
    }

private:
    const std::shared_ptr<Instance> m_instance;
};

/// Makes instances of one plugin with one configuration. Thread-safe.
class InProcessFactory final : public ExecutorFactory
{
public:
    InProcessFactory(LoadedPlugin &plugin, std::shared_ptr<const InstanceSettings> settings);

    QByteArray name() const override { return m_settings->name; }
    QByteArray plugin() const override;
    std::unique_ptr<Executor> create(const CreateCall &call, ExecutorListener &listener) override;
    void cleanup(const CleanupCall &call, std::function<void(Result<void>)> done) override;

private:
    LoadedPlugin &m_plugin;
    const std::shared_ptr<const InstanceSettings> m_settings;
};

} // namespace burrow
