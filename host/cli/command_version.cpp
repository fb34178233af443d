// SPDX-License-Identifier: Apache-2.0
#include "cli/command_version.h"

#include "cli/answer_writer.h"
#include "cli/plugin_words.h"
#include "plugin/manifest.h"
#include "store/store_version.h"

#include <QJsonObject>

namespace burrow {

QString versionSentence()
{
    return QStringLiteral("burrow " BURROW_VERSION
                          " on Qt %1 and SQLite %2; plugin interface %3, store format %4")
        .arg(QLatin1String(qVersion()), QString::fromLatin1(sqliteVersion()), revisionsText(hostAbi()))
        .arg(storeSchemaVersion());
}

ExitCode runVersionCommand(const Invocation &invocation, AnswerWriter &answer)
{
    if (!invocation.has("json")) {
        answer.write("burrow " BURROW_VERSION "\n");
        return ExitCode::Ok;
    }
    const AbiRange abi = hostAbi();
    answer.writeJson({{QStringLiteral("name"), QStringLiteral("burrow")},
                      {QStringLiteral("version"), QStringLiteral(BURROW_VERSION)},
                      {QStringLiteral("abi"), QJsonObject{{QStringLiteral("min"), qint64(abi.min)},
                                                          {QStringLiteral("max"), qint64(abi.built)}}},
                      {QStringLiteral("schema"), storeSchemaVersion()},
                      {QStringLiteral("sqlite"), QString::fromLatin1(sqliteVersion())},
                      {QStringLiteral("qt"), QString::fromLatin1(qVersion())},
                      {QStringLiteral("qt_built"), QStringLiteral(QT_VERSION_STR)}});
    return ExitCode::Ok;
}

} // namespace burrow
