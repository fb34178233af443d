// SPDX-License-Identifier: Apache-2.0
#include "cli/command_check.h"

#include "cli/answer_writer.h"
#include "cli/notices.h"
#include "cli/words.h"
#include "compose/composition.h"
#include "config/input_file.h"
#include "port/plugin_catalog.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QTextStream>

namespace burrow {

namespace {

/// What sessions are given at their start is part of the configuration, so a mistake in it is found before
/// anything is started.
void addStartFindings(LoadedConfiguration &loaded)
{
    for (const auto &[name, session] : loaded.forChecks()->sessions) {
        for (const Finding &finding : startInputs(session).findings)
            addFinding(loaded.findings, finding);
    }
    loaded.findings = arrangeFindings(std::move(loaded.findings));
    if (loaded.configuration && hasErrors(loaded.findings))
        loaded.draft = std::exchange(loaded.configuration, std::nullopt);
}

} // namespace

CheckedFile checkFile(const QString &path)
{
    CheckedFile checked{.loaded = loadConfiguration(path)};
    if (const Configuration *configuration = checked.loaded.forChecks()) {
        const std::unique_ptr<PluginCatalog> catalog = makeCatalog(*configuration);
        checked.complaints = catalog->complaints();
        addCatalogFindings(checked.loaded, *catalog);
        addStartFindings(checked.loaded);
    }
    return checked;
}

void printFindings(const Findings &findings)
{
    if (findings.empty())
        return;
    QString text;
    QTextStream stream(&text);
    printFindings(stream, findings);
    stream << findingsSummary(findings);
    stream << (hasErrors(findings) ? "; nothing was started or changed.\n" : ".\n");
    stream.flush();
    noticeFindings(findings, text.toUtf8());
}

ExitCode runCheckCommand(const Invocation &invocation, AnswerWriter &answer)
{
    const CheckedFile checked = checkFile(invocation.argument);
    const LoadedConfiguration &loaded = checked.loaded;
    const Configuration *configuration = loaded.forChecks();
    const bool ok = loaded.configuration.has_value();
    const size_t sessions = configuration ? configuration->sessions.size() : 0;
    const size_t executors = configuration ? configuration->executors.size() : 0;
    if (invocation.has("json")) {
        answer.writeJson({{QStringLiteral("file"), invocation.argument},
                          {QStringLiteral("ok"), ok},
                          {QStringLiteral("sessions"), qint64(sessions)},
                          {QStringLiteral("executors"), qint64(executors)},
                          {QStringLiteral("complaints"), QJsonArray::fromStringList(checked.complaints)},
                          {QStringLiteral("findings"), findingsToJson(loaded.findings)}});
    } else {
        for (const QString &complaint : checked.complaints)
            notice(complaint);
        printFindings(loaded.findings);
        if (ok) {
            answer.write(
                QStringLiteral("%1: ok, %2, %3\n")
                    .arg(invocation.argument, counted(sessions, "session"), counted(executors, "executor"))
                    .toUtf8());
        }
    }
    return ok ? ExitCode::Ok : ExitCode::Configuration;
}

} // namespace burrow
