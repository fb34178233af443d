// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"
#include "config/configuration.h"
#include "store/store_reader.h"

#include <QJsonArray>
#include <QJsonObject>

#include <variant>

/// What the commands have in common that look into a store without serving it.
namespace burrow {

/// The options by which such a command is told which store is meant.
inline constexpr CommandOption configOption{"config", "FILE", "the configuration whose store is meant",
                                            Repeats::No, ValueKind::File};
inline constexpr CommandOption storeOption{"store", "PATH", "the store's file; needs no configuration",
                                           Repeats::No, ValueKind::File};

struct StoreSource
{
    QString path;
    std::optional<Configuration> configuration; ///< With --config.
};

/// The configuration of --config, or else one that says nothing. Its findings are printed by this, and what is
/// wrong has been said when the answer is an exit code.
std::variant<Configuration, ExitCode> configurationOf(const Invocation &invocation);

/// The store that is meant: the one of --config, or --store, or else the one that a configuration has which
/// says nothing of its store. What is wrong has been said when the answer is an exit code.
std::variant<StoreSource, ExitCode> storeSourceOf(const Invocation &invocation);

/// The same, of what configurationOf() gave for a line that has no --store.
std::variant<StoreSource, ExitCode> storeSourceIn(Configuration configuration, const Invocation &invocation);

/// What `last` means in that store. Errors: NotFound, and those of the store.
Result<QByteArray> lastSession(const QString &storePath);

/// Its inputs that have not ended.
quint64 openInputs(const SessionSummary &session);

/// "not live, as of …": what is shown was read from a file, and whether a host is changing it meanwhile.
QString sentenceOf(const StoreSight &sight);
/// `live`, `as_of`, `path`, `host`; a command adds its own.
QJsonObject toJson(const StoreSight &sight);
QJsonArray toJson(const std::vector<StoreFinding> &findings);
/// One notice for each.
void noticeFindings(const std::vector<StoreFinding> &findings);

} // namespace burrow
