// SPDX-License-Identifier: Apache-2.0
#include "cli/command_status.h"

#include "base/plain_text.h"
#include "cli/answer_writer.h"
#include "cli/host_client.h"
#include "cli/text_table.h"
#include "cli/words.h"

#include <QJsonArray>

namespace burrow {

namespace {

QString word(const QJsonObject &object, const char *member)
{
    return object.value(QLatin1String(member)).toString();
}

QString number(const QJsonObject &object, const char *member)
{
    return object.contains(QLatin1String(member))
               ? QString::number(object.value(QLatin1String(member)).toInteger())
               : QStringLiteral("-");
}

QString hostLine(const QJsonObject &host)
{
    const QString store = word(host, "store");
    return QStringLiteral("host %1 (process %2, version %3), serving since %4; %5\n")
        .arg(word(host, "name"))
        .arg(host.value(QLatin1String("pid")).toInteger())
        .arg(word(host, "version"), word(host, "started_at"),
             store.isEmpty() ? QStringLiteral("sessions in memory") : QStringLiteral("store %1").arg(store));
}

QString stateOf(const QJsonObject &session)
{
    const QString state = word(session, "state");
    return session.value(QLatin1String("known")).toBool() ? state : QStringLiteral("unknown");
}

/// What it is doing, or why it does nothing.
QString nowOf(const QJsonObject &session)
{
    if (!session.value(QLatin1String("known")).toBool()) {
        const QString asOf = word(session, "as_of");
        return asOf.isEmpty()
                   ? QStringLiteral("it does not answer")
                   : QStringLiteral("it does not answer; %1 as of %2").arg(word(session, "state"), asOf);
    }
    const QString note = word(session, "note");
    QString now = word(session, "wait_reason").replace(u'_', u' ');
    if (now == QLatin1String("nothing"))
        now = QStringLiteral("idle");
    return note.isEmpty() ? now : QStringLiteral("%1: %2").arg(now, note);
}

QString tableOf(const QJsonArray &sessions)
{
    TextTable table;
    table.alignRight(3);
    table.addRow({QStringLiteral("SESSION"), QStringLiteral("STATE"), QStringLiteral("EXECUTOR"),
                  QStringLiteral("OPEN"), QStringLiteral("NOW")});
    for (const QJsonValue &value : sessions) {
        const QJsonObject session = value.toObject();
        const QString executor = word(session, "executor");
        table.addRow({word(session, "name"), stateOf(session),
                      executor.isEmpty() ? QStringLiteral("-") : executor, number(session, "open"),
                      nowOf(session)});
    }
    return table.toText();
}

} // namespace

ExitCode runStatusCommand(const Invocation &invocation, AnswerWriter &answer)
{
    auto reached = reachHost(invocation, answer);
    if (const auto *code = std::get_if<ExitCode>(&reached))
        return *code;
    auto &host = std::get<HostClient>(reached);
    const Result<QJsonObject> list = host.sessions();
    if (!list)
        return fail(list.error(), invocation, answer);
    const QJsonArray sessions = list->value(QLatin1String("sessions")).toArray();
    if (invocation.has("json")) {
        answer.writeJson({{QStringLiteral("live"), true},
                          {QStringLiteral("as_of"), list->value(QLatin1String("as_of"))},
                          {QStringLiteral("host"), host.host()},
                          {QStringLiteral("sessions"), sessions}});
        return ExitCode::Ok;
    }
    const QByteArray page = (hostLine(host.host()) + u'\n' + tableOf(sessions)).toUtf8();
    answer.write(answer.isTerminal() ? withoutControls(page) : page);
    return ExitCode::Ok;
}

} // namespace burrow
