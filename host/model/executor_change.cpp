// SPDX-License-Identifier: Apache-2.0
#include "model/executor_change.h"

namespace burrow {

namespace {

QString described(const ExecutorIdentity &executor)
{
    return QStringLiteral("\"%1\" (plugin %2)")
        .arg(QString::fromUtf8(executor.name), QString::fromUtf8(executor.plugin));
}

} // namespace

std::optional<LifecycleEvent> executorChange(const StoredSession &stored, const ExecutorIdentity &executor)
{
    const ExecutorIdentity &before = stored.executor;
    if (before.isEmpty() || executor.isEmpty() || before == executor)
        return std::nullopt;
    LifecycleEvent event{.code = EventCode::ExecutorChanged};
    event.executors = std::make_shared<const ExecutorChange>(ExecutorChange{before, executor});
    event.detail =
        QStringLiteral("%1 runs it from now on; before, %2 did").arg(described(executor), described(before));
    if (stored.snapshot && !snapshotFor(stored, executor.plugin))
        event.detail += QStringLiteral("; the snapshot of plugin %1 is kept and not given to it")
                            .arg(QString::fromUtf8(stored.snapshotPlugin));
    return event;
}

std::optional<QByteArray> snapshotFor(const StoredSession &stored, const QByteArray &plugin)
{
    const bool mayBeItsOwn = stored.snapshotPlugin.isEmpty() || stored.snapshotPlugin == plugin;
    return mayBeItsOwn ? stored.snapshot : std::nullopt;
}

} // namespace burrow
