// SPDX-License-Identifier: Apache-2.0
#include "cli/command_control.h"

#include "cli/answer_writer.h"
#include "cli/host_client.h"
#include "cli/notices.h"
#include "cli/receipt_words.h"

namespace burrow {

ExitCode runSessionCommand(const Invocation &invocation, AnswerWriter &answer)
{
    auto reached = reachHost(invocation, answer);
    if (const auto *code = std::get_if<ExitCode>(&reached))
        return *code;
    auto &host = std::get<HostClient>(reached);
    const Result<QByteArray> session = host.sessionMeantBy(invocation.argument);
    if (!session)
        return fail(session.error(), invocation, answer);
    const QString name = QString::fromUtf8(*session);
    QJsonObject params{{QStringLiteral("session"), name}};
    for (const char *option : {"run", "reason"}) {
        if (invocation.has(option))
            params.insert(QLatin1String(option), invocation.values(option).value(0));
    }
    const char *command = invocation.command->name;
    Result<QJsonObject> receipt = host.ask(command, params);
    if (!receipt)
        return fail(receipt.error(), invocation, answer);
    const ExitCode code = exitCodeOfReceipt(*receipt);
    const QString sentence = sentenceOfReceipt(name, QLatin1String(command), *receipt);
    if (code != ExitCode::Ok)
        notice(sentence);
    if (invocation.has("json")) {
        receipt->insert(QStringLiteral("session"), name);
        receipt->insert(QStringLiteral("command"), QLatin1String(command));
        answer.writeJson(*receipt);
    } else if (code == ExitCode::Ok) {
        answer.write(sentence.toUtf8() + '\n');
    }
    return code;
}

ExitCode runHostShutdownCommand(const Invocation &invocation, AnswerWriter &answer)
{
    auto reached = reachHost(invocation, answer);
    if (const auto *code = std::get_if<ExitCode>(&reached))
        return *code;
    auto &host = std::get<HostClient>(reached);
    const QString mode = invocation.has("now") ? QStringLiteral("hard") : QStringLiteral("boundary");
    const Result<QJsonObject> acknowledged = host.ask("host.shutdown", {{QStringLiteral("mode"), mode}});
    if (!acknowledged)
        return fail(acknowledged.error(), invocation, answer);
    const QString name = host.host().value(QLatin1String("name")).toString();
    const qint64 pid = host.host().value(QLatin1String("pid")).toInteger();
    if (invocation.has("json"))
        answer.writeJson({{QStringLiteral("acknowledged"), true},
                          {QStringLiteral("host"), name},
                          {QStringLiteral("pid"), pid},
                          {QStringLiteral("mode"), mode}});
    else
        answer.write(QStringLiteral("%1 (process %2) is going down\n").arg(name).arg(pid).toUtf8());
    return ExitCode::Ok;
}

} // namespace burrow
