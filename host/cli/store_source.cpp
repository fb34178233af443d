// SPDX-License-Identifier: Apache-2.0
#include "cli/store_source.h"

#include "base/moment_text.h"
#include "cli/command_check.h"
#include "cli/notices.h"
#include "compose/composition.h"

#include <QFileInfo>

namespace burrow {

namespace {

std::variant<StoreSource, ExitCode> sourceOf(Configuration configuration)
{
    if (configuration.store.kind == StoreKind::Memory) {
        notice(QStringLiteral("%1 keeps its sessions in the host's memory (store.kind is memory); there is no "
                              "file to look into.")
                   .arg(configuration.file));
        return ExitCode::Failed;
    }
    if (configuration.store.path.isEmpty()) {
        notice(QStringLiteral("where is the store? HOME is not set; give its file with --store."));
        return ExitCode::Usage;
    }
    const QString path = configuration.store.path;
    return StoreSource{path, std::move(configuration)};
}

} // namespace

std::variant<Configuration, ExitCode> configurationOf(const Invocation &invocation)
{
    LoadedConfiguration loaded = invocation.has("config")
                                     ? loadConfiguration(invocation.values("config").value(0))
                                     : loadConfigurationText(QStringLiteral("burrow.yaml"), "version: 1\n");
    printFindings(loaded.findings);
    if (!loaded.configuration)
        return ExitCode::Configuration;
    return *std::move(loaded.configuration);
}

std::variant<StoreSource, ExitCode> storeSourceOf(const Invocation &invocation)
{
    const QString store = invocation.values("store").value(0);
    const bool configured = invocation.has("config");
    if (configured && invocation.has("store")) {
        notice(QStringLiteral("--config and --store both say which store is meant; give one of them."));
        return ExitCode::Usage;
    }
    if (invocation.has("store"))
        return StoreSource{QFileInfo(store).absoluteFilePath(), {}};

    auto configuration = configurationOf(invocation);
    if (const auto *code = std::get_if<ExitCode>(&configuration))
        return *code;
    return storeSourceIn(std::get<Configuration>(std::move(configuration)), invocation);
}

std::variant<StoreSource, ExitCode> storeSourceIn(Configuration configuration, const Invocation &invocation)
{
    auto source = sourceOf(std::move(configuration));
    if (auto *found = std::get_if<StoreSource>(&source); found && !invocation.has("config"))
        found->configuration.reset();
    return source;
}

Result<QByteArray> lastSession(const QString &storePath)
{
    const Result<std::unique_ptr<StoreReader>> reader = readStore(storePath);
    if (!reader)
        return reader.error();
    Result<QByteArray> name = (*reader)->lastActive();
    if (name && name->isEmpty())
        return Error{ErrorKind::NotFound,
                     QStringLiteral("there is no last session: nothing has happened in %1 yet").arg(storePath)};
    return name;
}

quint64 openInputs(const SessionSummary &session)
{
    quint64 open = 0;
    for (std::size_t phase = 0; phase < session.inputs.size(); ++phase)
        open += isTerminal(InputPhase(phase)) ? 0 : session.inputs[phase];
    return open;
}

QString sentenceOf(const StoreSight &sight)
{
    const QString owner = QString::fromUtf8(sight.owner);
    const QString who = sight.live ? QStringLiteral("a host serves it meanwhile (%1)").arg(owner)
                                   : QStringLiteral("no host serves it");
    return QStringLiteral("%1: not live, as of %2; %3").arg(sight.path, momentText(sight.asOf), who);
}

QJsonObject toJson(const StoreSight &sight)
{
    return {{QStringLiteral("live"), sight.live},
            {QStringLiteral("as_of"), momentText(sight.asOf)},
            {QStringLiteral("path"), sight.path},
            {QStringLiteral("host"), QString::fromUtf8(sight.owner)}};
}

QJsonArray toJson(const std::vector<StoreFinding> &findings)
{
    QJsonArray array;
    for (const StoreFinding &finding : findings) {
        array.append(QJsonObject{{QStringLiteral("where"), finding.where},
                                 {QStringLiteral("what"), finding.what},
                                 {QStringLiteral("remedy"), finding.remedy}});
    }
    return array;
}

void noticeFindings(const std::vector<StoreFinding> &findings)
{
    for (const StoreFinding &finding : findings) {
        const QString remedy = finding.remedy.isEmpty() ? QString() : QStringLiteral("; ") + finding.remedy;
        notice(QStringLiteral("%1: %2%3").arg(finding.where, finding.what, remedy));
    }
}

} // namespace burrow
