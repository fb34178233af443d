// SPDX-License-Identifier: Apache-2.0
#include "cli/command_storage.h"

#include "base/moment_text.h"
#include "cli/answer_writer.h"
#include "cli/notices.h"
#include "cli/store_source.h"
#include "cli/words.h"
#include "compose/composition.h"

#include <QFileInfo>

namespace burrow {

namespace {

ExitCode refuse(const Error &error)
{
    notice(error.message);
    return exitCodeFor(error.kind);
}

QJsonObject toJson(const StoreCheck &check)
{
    QJsonObject object = toJson(check.sight);
    object.insert(QStringLiteral("ok"), check.findings.empty());
    object.insert(QStringLiteral("rows"), qint64(check.rows));
    object.insert(QStringLiteral("findings"), toJson(check.findings));
    object.insert(QStringLiteral("more_findings"), qint64(check.moreFindings));
    return object;
}

} // namespace

ExitCode runStorageCheckCommand(const Invocation &invocation, AnswerWriter &answer)
{
    const auto source = storeSourceOf(invocation);
    if (const auto *code = std::get_if<ExitCode>(&source))
        return *code;
    const Result<std::unique_ptr<StoreReader>> reader = readStore(std::get<StoreSource>(source).path);
    if (!reader)
        return refuse(reader.error());
    const Result<StoreCheck> check = (*reader)->check();
    if (!check)
        return refuse(check.error());

    noticeFindings(check->findings);
    const size_t found = check->findings.size() + size_t(check->moreFindings);
    if (check->moreFindings > 0)
        notice(QStringLiteral("and %1 more").arg(counted(check->moreFindings, "finding")));
    if (invocation.has("json"))
        answer.writeJson(toJson(*check));
    else if (found == 0)
        answer.write((sentenceOf(check->sight)
                      + QStringLiteral("\n%1 verified, nothing is wrong\n").arg(counted(check->rows, "row")))
                         .toUtf8());
    else
        notice(QStringLiteral("%1 in %2").arg(counted(found, "finding"), check->sight.path));
    return found == 0 ? ExitCode::Ok : ExitCode::Failed;
}

ExitCode runStorageBackupCommand(const Invocation &invocation, AnswerWriter &answer)
{
    const auto source = storeSourceOf(invocation);
    if (const auto *code = std::get_if<ExitCode>(&source))
        return *code;
    const QString copy = QFileInfo(invocation.argument).absoluteFilePath();
    const Result<StoreCheck> made = backupStore(std::get<StoreSource>(source).path, copy);
    if (!made)
        return refuse(made.error());
    if (invocation.has("json")) {
        QJsonObject object = toJson(made->sight);
        object.insert(QStringLiteral("copy"), copy);
        object.insert(QStringLiteral("rows"), qint64(made->rows));
        answer.writeJson(object);
    } else {
        answer.write(QStringLiteral("%1: a copy as of %2, %3, verified\n")
                         .arg(copy, momentText(made->sight.asOf), counted(made->rows, "row"))
                         .toUtf8());
    }
    return ExitCode::Ok;
}

} // namespace burrow
