// SPDX-License-Identifier: Apache-2.0
#include "plugin/in_process_executor.h"

#include "plugin/cleanup_run.h"

namespace burrow {

InProcessFactory::InProcessFactory(LoadedPlugin &plugin, std::shared_ptr<const InstanceSettings> settings)
    : m_plugin(plugin)
    , m_settings(std::move(settings))
{
}

QByteArray InProcessFactory::plugin() const
{
    return m_plugin.identity().id;
}

std::unique_ptr<Executor> InProcessFactory::create(const CreateCall &call, ExecutorListener &listener)
{
    auto instance = std::make_shared<Instance>(m_plugin, m_settings, call, listener);
    instance->create();
    return std::make_unique<InProcessExecutor>(std::move(instance));
}

void InProcessFactory::cleanup(const CleanupCall &call, std::function<void(Result<void>)> done)
{
    CleanupRun::start(m_plugin, m_settings, call, std::move(done));
}

} // namespace burrow
