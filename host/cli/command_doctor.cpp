// SPDX-License-Identifier: Apache-2.0
#include "cli/command_doctor.h"

#include "base/plain_text.h"
#include "cli/answer_writer.h"
#include "cli/doctor.h"
#include "cli/words.h"
#include "compose/log_output.h"

#include <QJsonArray>
#include <QJsonObject>

namespace burrow {

namespace {

quint64 countOf(const std::vector<DoctorRow> &rows, DoctorRow::State state)
{
    return quint64(
        std::count_if(rows.begin(), rows.end(), [state](const DoctorRow &row) { return row.state == state; }));
}

/// Each check on a line of its own; what to do stands below it.
QString textOf(const std::vector<DoctorRow> &rows)
{
    qsizetype width = 0;
    for (const DoctorRow &row : rows)
        width = std::max(width, row.check.size());
    QString text;
    for (const DoctorRow &row : rows) {
        text += QStringLiteral("%1  %2  %3\n")
                    .arg(QString::fromLatin1(doctorStateName(row.state)).leftJustified(4),
                         row.check.leftJustified(width), row.sentence);
        if (row.state != DoctorRow::State::Ok)
            text += QString(width + 8, u' ') + QStringLiteral("fix: %1\n").arg(row.remedy);
    }
    const quint64 failed = countOf(rows, DoctorRow::State::Fail);
    const quint64 warned = countOf(rows, DoctorRow::State::Warn);
    return text
           + QStringLiteral("\n%1, %2, %3\n")
                 .arg(counted(rows.size(), "check"), counted(failed, "failure"), counted(warned, "warning"));
}

QJsonArray toJson(const std::vector<DoctorRow> &rows)
{
    QJsonArray array;
    for (const DoctorRow &row : rows) {
        array.append(QJsonObject{{QStringLiteral("check"), row.check},
                                 {QStringLiteral("state"), QLatin1String(doctorStateName(row.state))},
                                 {QStringLiteral("sentence"), row.sentence},
                                 {QStringLiteral("remedy"), row.remedy}});
    }
    return array;
}

} // namespace

ExitCode runDoctorCommand(const Invocation &invocation, AnswerWriter &answer)
{
    std::optional<CheckedFile> checked;
    if (invocation.has("config")) {
        checked.emplace(checkFile(invocation.values("config").value(0)));
        hideInLog(checked->loaded.secrets);
    }
    const std::vector<DoctorRow> rows = examine(checked ? &*checked : nullptr);
    const bool ok = countOf(rows, DoctorRow::State::Fail) == 0;
    if (invocation.has("json"))
        answer.writeJson({{QStringLiteral("ok"), ok}, {QStringLiteral("checks"), toJson(rows)}});
    else if (answer.isTerminal())
        answer.write(withoutControls(textOf(rows).toUtf8()));
    else
        answer.write(textOf(rows).toUtf8());
    return ok ? ExitCode::Ok : ExitCode::Failed;
}

} // namespace burrow
