// SPDX-License-Identifier: Apache-2.0
#include "plugin/loaded_plugin.h"

namespace burrow {

LoadedPlugin::LoadedPlugin(quint32 number, PluginTables tables, std::shared_ptr<const Clock> clock)
    : m_number(number)
    , m_tables(std::move(tables))
    , m_context(number, m_tables.identity.id, std::move(clock))
    , m_worker(1,
               m_tables.identity.threadModel == ThreadModel::Pinned ? Duration::max()
                                                                    : limits::plugin_worker_idle_max,
               "p:" + m_tables.identity.id)
    , m_control(1, limits::plugin_worker_idle_max, "c:" + m_tables.identity.id)
{
}

bool LoadedPlugin::allowsOtherThreads() const
{
    const ThreadModel model = m_tables.identity.threadModel;
    return model == ThreadModel::SerialInstance || model == ThreadModel::Parallel;
}

bool LoadedPlugin::sharesBlockingPool() const
{
    return m_tables.identity.has(PluginFlag::Blocking) && allowsOtherThreads();
}

WorkerPool &LoadedPlugin::callWorker()
{
    return sharesBlockingPool() ? blockingPool() : m_worker;
}

void LoadedPlugin::retire()
{
    m_context.close();
    m_worker.close();
    m_control.close();
}

void LoadedPlugin::gaveUpInCall(const WorkItem *item)
{
    if (sharesBlockingPool())
        return; // The shared pool's bound is one on stuck threads too.
    if (!allowsOtherThreads() || !m_worker.replaceThreadOf(item))
        m_stuckIn.store(item);
}

void LoadedPlugin::callReturned(const WorkItem *item)
{
    const WorkItem *expected = item;
    m_stuckIn.compare_exchange_strong(expected, nullptr);
}

} // namespace burrow
