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

size_t sessionsOf(const CheckedFile &checked)
{
    return checked.loaded.forChecks() ? checked.loaded.forChecks()->sessions.size() : 0;
}

size_t executorsOf(const CheckedFile &checked)
{
    return checked.loaded.forChecks() ? checked.loaded.forChecks()->executors.size() : 0;
}

QJsonObject toJson(const CheckedFile &checked, const QString &file)
{
    return {{QStringLiteral("file"), file},
            {QStringLiteral("ok"), checked.loaded.configuration.has_value()},
            {QStringLiteral("sessions"), qint64(sessionsOf(checked))},
            {QStringLiteral("executors"), qint64(executorsOf(checked))},
            {QStringLiteral("complaints"), QJsonArray::fromStringList(checked.complaints)},
            {QStringLiteral("findings"), findingsToJson(checked.loaded.findings)}};
}

QByteArray annotationsOf(const CheckedFile &checked)
{
    QString text;
    QTextStream stream(&text);
    printGithubFindings(stream, checked.loaded.findings);
    stream.flush();
    return text.toUtf8();
}

void tellPeople(const CheckedFile &checked, const QString &file, AnswerWriter &answer)
{
    for (const QString &complaint : checked.complaints)
        notice(complaint);
    printFindings(checked.loaded.findings);
    if (checked.loaded.configuration) {
        answer.write(
            QStringLiteral("%1: ok, %2, %3\n")
                .arg(file, counted(sessionsOf(checked), "session"), counted(executorsOf(checked), "executor"))
                .toUtf8());
    }
}

} // namespace

CheckedFile checkFile(const QString &path)
{
    CheckedFile checked{.loaded = loadConfiguration(path)};
    if (const Configuration *configuration = checked.loaded.forChecks()) {
        const std::unique_ptr<PluginCatalog> catalog = makeCatalog(*configuration);
        for (const QString &complaint : catalog->complaints())
            checked.complaints.append(checked.loaded.secrets.masked(complaint));
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
    const QString json = QStringLiteral("json");
    const QString format =
        invocation.values("format").value(0, invocation.has("json") ? json : QStringLiteral("text"));
    if (invocation.has("json") && format != json) {
        notice(QStringLiteral("--json and --format %1 contradict each other; give one of them.").arg(format));
        return ExitCode::Usage;
    }
    const CheckedFile checked = checkFile(invocation.argument);
    const bool ok = checked.loaded.configuration.has_value();
    if (format == json)
        answer.writeJson(toJson(checked, invocation.argument));
    else if (format == QLatin1String("github"))
        answer.write(annotationsOf(checked));
    else
        tellPeople(checked, invocation.argument, answer);
    return ok ? ExitCode::Ok : ExitCode::Configuration;
}

} // namespace burrow
