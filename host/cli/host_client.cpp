// SPDX-License-Identifier: Apache-2.0
#include "cli/host_client.h"

#include "cli/answer_writer.h"
#include "cli/command_check.h"
#include "cli/notices.h"
#include "cli/session_choice.h"
#include "cli/store_source.h"
#include "compose/control_socket.h"
#include "rpc/method_table.h"

#include <QEventLoop>
#include <QFileInfo>
#include <QJsonArray>

namespace burrow {

namespace {

std::variant<HostAddress, ExitCode> addressIn(const Configuration &configuration)
{
    const Result<QString> socket = controlSocketOf(configuration);
    if (!socket) {
        notice(socket.error().message);
        return ExitCode::Unreachable;
    }
    if (socket->isEmpty()) {
        notice(QStringLiteral("the host of %1 has no control socket (control.socket is off)")
                   .arg(configuration.file));
        return ExitCode::Unreachable;
    }
    return HostAddress{*socket,
                       configuration.store.kind == StoreKind::Memory ? QString() : configuration.store.path};
}

/// Two configurations that give their hosts no name share a socket: the one that is there need not be meant.
Result<void> checkIdentity(const HostAddress &address, const QJsonObject &host)
{
    const QString store = host.value(QLatin1String("store")).toString();
    if (address.store.isEmpty() || QFileInfo(store) == QFileInfo(address.store))
        return {};
    return Error{
        ErrorKind::Conflict,
        QStringLiteral("the host at %1 is another one: it serves %2, not %3. Give each configuration a "
                       "host.name of its own")
            .arg(address.socket, store.isEmpty() ? QStringLiteral("sessions in memory") : store,
                 address.store)};
}

} // namespace

std::variant<HostAddress, ExitCode> hostAddressOf(const Invocation &invocation)
{
    const bool configured = invocation.has("config");
    if (configured && invocation.has("socket")) {
        notice(QStringLiteral("--config and --socket both say which host is meant; give one of them."));
        return ExitCode::Usage;
    }
    if (invocation.has("socket"))
        return HostAddress{QFileInfo(invocation.values("socket").value(0)).absoluteFilePath(), {}};
    LoadedConfiguration loaded = configured
                                     ? loadConfiguration(invocation.values("config").value(0))
                                     : loadConfigurationText(QStringLiteral("burrow.yaml"), "version: 1\n");
    printFindings(loaded.findings);
    if (!loaded.configuration)
        return ExitCode::Configuration;
    auto address = addressIn(*loaded.configuration);
    // Without a configuration any host of the default name is meant, wherever its store is.
    if (auto *found = std::get_if<HostAddress>(&address); found && !configured)
        found->store.clear();
    return address;
}

Result<HostClient> HostClient::reach(const HostAddress &address)
{
    Result<std::unique_ptr<RpcClient>> client = RpcClient::connectTo(address.socket);
    if (!client)
        return client.error();
    HostClient made(*std::move(client));
    QJsonArray protocols;
    for (int version = rpc_protocol_oldest; version <= rpc_protocol_newest; ++version)
        protocols.append(version);
    const Result<QJsonObject> hello =
        made.ask("hello", {{QStringLiteral("protocols"), protocols},
                           {QStringLiteral("client"), QStringLiteral("burrow " BURROW_VERSION)}});
    if (!hello)
        return hello.error();
    Result<QJsonObject> host = made.ask("host.info");
    if (!host)
        return host.error();
    if (const Result<void> checked = checkIdentity(address, *host); !checked)
        return checked.error();
    made.m_host = *std::move(host);
    return made;
}

Result<QJsonObject> HostClient::ask(const char *method, const QJsonObject &params)
{
    std::optional<Result<QJsonObject>> answer;
    QEventLoop loop;
    m_client->call(method, params, [&answer, &loop](Result<QJsonObject> given) {
        answer = std::move(given);
        loop.quit();
    });
    while (!answer)
        loop.exec();
    return *std::move(answer);
}

Result<QJsonObject> HostClient::sessions()
{
    QJsonArray sessions;
    QString after; // No name comes before this one.
    while (true) {
        Result<QJsonObject> page = ask("session.list", {{QStringLiteral("after"), after}});
        if (!page)
            return page;
        for (const QJsonValue &session : page->value(QLatin1String("sessions")).toArray())
            sessions.append(session);
        after =
            sessions.isEmpty() ? QString() : sessions.last().toObject().value(QLatin1String("name")).toString();
        if (!page->value(QLatin1String("more")).toBool()) {
            page->insert(QStringLiteral("sessions"), sessions);
            return page;
        }
    }
}

Result<QByteArray> HostClient::sessionMeantBy(const QString &given)
{
    const Result<QJsonObject> list = sessions();
    if (!list)
        return list.error();
    QByteArrayList names;
    for (const QJsonValue &session : list->value(QLatin1String("sessions")).toArray())
        names += session.toObject().value(QLatin1String("name")).toString().toUtf8();
    const QString store = m_host.value(QLatin1String("store")).toString();
    return sessionMeant(given.toUtf8(), names, [&]() -> Result<QByteArray> {
        if (store.isEmpty())
            return Error{ErrorKind::NotFound,
                         QStringLiteral("no session is the last one: the host keeps them in "
                                        "memory only")};
        return lastSession(store);
    });
}

std::variant<HostClient, ExitCode> reachHost(const Invocation &invocation, AnswerWriter &answer)
{
    const auto address = hostAddressOf(invocation);
    if (const auto *code = std::get_if<ExitCode>(&address))
        return *code;
    Result<HostClient> client = HostClient::reach(std::get<HostAddress>(address));
    if (!client)
        return fail(client.error(), ExitCode::Unreachable, invocation, answer);
    return *std::move(client);
}

ExitCode fail(const Error &error, ExitCode code, const Invocation &invocation, AnswerWriter &answer)
{
    notice(error.message);
    if (invocation.has("json"))
        answer.writeJson({{QStringLiteral("error"), QJsonObject{{QStringLiteral("message"), error.message},
                                                                {QStringLiteral("exit_code"), int(code)}}}});
    return code;
}

ExitCode fail(const Error &error, const Invocation &invocation, AnswerWriter &answer)
{
    const bool ambiguous = error.kind == ErrorKind::InvalidArgument;
    return fail(error, ambiguous ? ExitCode::Usage : exitCodeFor(error.kind), invocation, answer);
}

} // namespace burrow
