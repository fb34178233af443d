// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/bound_tables.h"
#include "plugin/manifest.h"
#include "plugin/plugin_context.h"
#include "plugin/session_gate.h"
#include "plugin/worker_pool.h"

#include <QStringList>

namespace burrow {

/// What is constant of a library that has been opened and checked.
struct PluginTables
{
    PluginIdentity identity;
    QString libraryPath;
    QString manifestPath;     ///< Empty without a manifest.
    bool inlineCalls = false; ///< The manifest allows calls on a session's own thread.
    burrow_plugin plugin = {};
    BoundExecutor executor; ///< Only if identity.executor.
};

/// A plugin in this process: its tables, the context behind its host table, and the threads on which it is
/// called. Never destroyed, because the library is never unloaded and its threads may outlast every use.
/// Thread-safe.
class LoadedPlugin
{
public:
    LoadedPlugin(quint32 number, PluginTables tables, std::shared_ptr<const Clock> clock);
    Q_DISABLE_COPY_MOVE(LoadedPlugin)

    /// In this process, from 1.
    quint32 number() const { return m_number; }
    const PluginTables &tables() const { return m_tables; }
    const PluginIdentity &identity() const { return m_tables.identity; }
    const QString &idText() const { return m_context.pluginText(); }
    PluginContext &context() { return m_context; }
    SessionGate &sessions() { return m_sessions; }

    /// Where [instance] and [cleanup] calls are made. One thread for the library, unless its calls may block
    /// and the plugin allows two instances at a time: then a thread of the shared pool for each open call.
    WorkerPool &callWorker();
    /// Where [any] calls are made, so that one that hangs holds up no session.
    WorkerPool &controlWorker() { return m_control; }

    /// An instance was given up while the plugin is inside its call. The library's other instances get another
    /// thread, where the thread model allows it; else the plugin is stuck until that call returns. The item
    /// sees to it that callReturned follows.
    void gaveUpInCall(const WorkItem *item);
    void callReturned(const WorkItem *item);
    /// After `deinit`: nothing of the plugin is called any more.
    void retire();
    bool isStuck() const { return m_stuckIn.load() != nullptr; }

    /// Instances that never came to rest. Their memory is kept on purpose.
    void countLeak(int change) { m_leaked += change; }
    quint64 violations() const { return m_context.reports(); }
    quint32 leaked() const { return static_cast<quint32>(m_leaked.load()); }

private:
    bool sharesBlockingPool() const;
    bool allowsOtherThreads() const;

    // Constant after construction.
    const quint32 m_number;
    const PluginTables m_tables;

    // Any thread.
    PluginContext m_context;
    SessionGate m_sessions;
    WorkerPool m_worker;
    WorkerPool m_control;
    std::atomic<const WorkItem *> m_stuckIn{nullptr};
    std::atomic<int> m_leaked{0};
};

} // namespace burrow
