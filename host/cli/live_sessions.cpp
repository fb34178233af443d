// SPDX-License-Identifier: Apache-2.0
#include "cli/live_sessions.h"

#include "cli/host_client.h"
#include "compose/control_socket.h"
#include "rpc/socket_place.h"

namespace burrow {

namespace {

Result<QString> socketOf(const StoreSource &store)
{
    return store.configuration ? controlSocketOf(*store.configuration) : controlSocketPath("burrow");
}

} // namespace

LiveSessions LiveSessions::of(const StoreSource &store)
{
    LiveSessions made;
    const Result<QString> socket = socketOf(store);
    if (!socket || socket->isEmpty())
        return made;
    Result<HostClient> host = HostClient::reach({*socket, store.path});
    const Result<QJsonObject> list = host ? host->sessions() : Result<QJsonObject>(host.error());
    if (!list) {
        noticeSilence(list.error());
        return made;
    }
    made.m_live = true;
    made.m_host = QStringLiteral("%1, process %2")
                      .arg(host->host().value(QLatin1String("name")).toString())
                      .arg(host->host().value(QLatin1String("pid")).toInteger());
    made.m_asOf = list->value(QLatin1String("as_of")).toString();
    for (const QJsonValue &session : list->value(QLatin1String("sessions")).toArray())
        made.m_sessions[session.toObject().value(QLatin1String("name")).toString().toUtf8()] =
            session.toObject();
    return made;
}

const QJsonObject *LiveSessions::find(const QByteArray &name) const
{
    const auto found = m_sessions.find(name);
    return found != m_sessions.end() ? &found->second : nullptr;
}

QString LiveSessions::stateOf(const QByteArray &name) const
{
    const QJsonObject *session = find(name);
    if (!session)
        return {};
    return session->value(QLatin1String("known")).toBool() ? session->value(QLatin1String("state")).toString()
                                                           : QStringLiteral("unknown");
}

QString LiveSessions::sentence(const StoreSight &sight) const
{
    return m_live ? QStringLiteral("%1: live, as of %2; served by %3").arg(sight.path, m_asOf, m_host)
                  : sentenceOf(sight);
}

} // namespace burrow
