// SPDX-License-Identifier: Apache-2.0
#include "compose/store_choice.h"

#include "base/log_categories.h"
#include "model/reserved_keys.h"
#include "store/memory_store.h"
#include "store/sqlite_store.h"
#include "store/store_reader.h"
#include "store/store_version.h"

namespace burrow {

namespace {

/// Sessions that the file has and the configuration has not. They hold up nobody, so a file that cannot be
/// asked for them right now is served all the same.
QByteArrayList orphansOf(const Configuration &configuration)
{
    const Result<std::unique_ptr<StoreReader>> reader = readStore(configuration.store.path);
    const Result<QByteArrayList> names = reader ? (*reader)->names() : Result<QByteArrayList>(reader.error());
    QByteArrayList orphans;
    if (!names)
        return orphans;
    for (const QByteArray &name : *names) {
        if (!configuration.sessions.contains(name))
            orphans.append(name);
    }
    return orphans;
}

TakenOver takenOver(SqliteStore &store, const Configuration &configuration)
{
    const RecoveryReport report = store.report();
    return {.path = configuration.store.path,
            .created = report.created,
            .migrated = report.migrated,
            .orderly = report.orderly,
            .sessions = report.sessions,
            .openInputs = report.openInputs,
            .crashedInputs = report.crashedInputs,
            .damagedSessions = report.corruptSessions,
            .lastSequence = store.nextSequence(), // Nobody gets this one.
            .orphans = report.created ? QByteArrayList() : orphansOf(configuration)};
}

QString logSentence(const TakenOver &taken)
{
    if (taken.created)
        return QStringLiteral("%1 is new").arg(taken.path);
    return QStringLiteral("%1%5: %2 sessions, %3 inputs open, %4")
        .arg(taken.path)
        .arg(taken.sessions)
        .arg(taken.openInputs)
        .arg(taken.orderly ? QStringLiteral("closed in order")
                           : QStringLiteral("not closed by the last host, which may have run %1 of them")
                                 .arg(taken.crashedInputs),
             taken.migrated ? QStringLiteral(", brought from an older format to %1").arg(storeSchemaVersion())
                            : QString());
}

} // namespace

Result<ChosenStore> chooseStore(const Configuration &configuration, const Clock &clock)
{
    const StoreSettings &settings = configuration.store;
    ChosenStore chosen;
    if (settings.kind == StoreKind::Memory) {
        chosen.store = std::make_unique<MemoryStore>();
        return chosen;
    }
    if (settings.path.isEmpty()) {
        return Error{
            ErrorKind::Configuration,
            QStringLiteral("no place for the store is known, because HOME is not set; set host.data_dir "
                           "or store.path, or use store.kind: memory")};
    }
    Result<std::unique_ptr<SqliteStore>> opened =
        SqliteStore::open({.path = settings.path,
                           .hostName = configuration.host.name,
                           .clock = &clock,
                           .retention = {.keys = settings.retention.keys,
                                         .inputs = settings.retention.inputs,
                                         .events = settings.retention.events,
                                         .keptKeyPrefix = on_start_key_prefix},
                           .stallLimit = settings.stallLimit});
    if (!opened)
        return opened.error();
    chosen.takenOver = takenOver(**opened, configuration);
    qCInfo(storeLog).noquote() << logSentence(*chosen.takenOver);
    chosen.store = *std::move(opened);
    return chosen;
}

Result<std::unique_ptr<StoreReader>> readStore(const QString &path)
{
    return StoreReader::open(path);
}

} // namespace burrow
