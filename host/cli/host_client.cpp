// SPDX-License-Identifier: Apache-2.0
#include "cli/host_client.h"

#include "cli/answer_writer.h"
#include "cli/notices.h"
#include "cli/session_choice.h"
#include "cli/store_source.h"
#include "compose/control_socket.h"
#include "rpc/method_table.h"

#include <QDeadlineTimer>
#include <QEventLoop>
#include <QFileInfo>
#include <QJsonArray>
#include <QTimer>

#include <memory>

namespace burrow {

namespace {

QString servedBy(const QString &store, const QString &configuration)
{
    if (!store.isEmpty())
        return store;
    return configuration.isEmpty() ? QStringLiteral("sessions in memory")
                                   : QStringLiteral("the sessions of %1 in memory").arg(configuration);
}

/// Also by another path. What is not there (any more) is the same only by its name.
bool isSameFile(const QString &a, const QString &b)
{
    const QFileInfo one(a);
    const QFileInfo other(b);
    const QString canonical = one.canonicalFilePath();
    return one.absoluteFilePath() == other.absoluteFilePath()
           || (!canonical.isEmpty() && canonical == other.canonicalFilePath());
}

/// Two configurations that give their hosts no name share a socket: the one that is there need not be meant.
Result<void> checkIdentity(const HostAddress &address, const QJsonObject &host)
{
    if (!address.store)
        return {};
    const QString store = host.value(QLatin1String("store")).toString();
    const QString configuration = host.value(QLatin1String("configuration")).toString();
    // Sessions in memory have no file by which they could be told apart but the one that describes them.
    const bool inMemory = store.isEmpty() && address.store->isEmpty();
    const QString &has = inMemory ? configuration : store;
    const QString &meant = inMemory ? address.configuration : *address.store;
    if (has.isEmpty() == meant.isEmpty() && isSameFile(has, meant))
        return {};
    return Error{
        ErrorKind::Conflict,
        QStringLiteral("the host at %1 is another one: it serves %2, not %3. Give each configuration a "
                       "host.name of its own")
            .arg(address.socket, servedBy(store, configuration),
                 servedBy(*address.store, address.configuration))};
}

} // namespace

std::variant<HostAddress, ExitCode> hostAddressIn(const Configuration &configuration,
                                                  const Invocation &invocation)
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
    // Without a configuration any host of the default name is meant, wherever its store is.
    if (!invocation.has("config"))
        return HostAddress{*socket};
    if (configuration.store.kind == StoreKind::Memory)
        return HostAddress{*socket, QString(), QFileInfo(configuration.file).absoluteFilePath()};
    if (configuration.store.path.isEmpty()) {
        notice(QStringLiteral("which host is meant? Its store is not known, because HOME is not set; say where "
                              "the host is with --socket."));
        return ExitCode::Usage;
    }
    return HostAddress{*socket, configuration.store.path};
}

std::variant<HostAddress, ExitCode> hostAddressOf(const Invocation &invocation)
{
    if (invocation.has("config") && invocation.has("socket")) {
        notice(QStringLiteral("--config and --socket both say which host is meant; give one of them."));
        return ExitCode::Usage;
    }
    if (invocation.has("socket"))
        return HostAddress{QFileInfo(invocation.values("socket").value(0)).absoluteFilePath(), {}};
    const auto configuration = configurationOf(invocation);
    if (const auto *code = std::get_if<ExitCode>(&configuration))
        return *code;
    return hostAddressIn(std::get<Configuration>(configuration), invocation);
}

Result<HostClient> HostClient::reach(const HostAddress &address, std::chrono::milliseconds bound)
{
    Result<std::unique_ptr<RpcClient>> client = RpcClient::connectTo(address.socket);
    if (!client)
        return client.error();
    HostClient made(*std::move(client), address.socket, bound);
    QJsonArray protocols;
    for (int version = rpc_protocol_oldest; version <= rpc_protocol_newest; ++version)
        protocols.append(version);
    const Result<QJsonObject> hello =
        made.query("hello", {{QStringLiteral("protocols"), protocols},
                             {QStringLiteral("client"), QStringLiteral("burrow " BURROW_VERSION)}});
    if (!hello)
        return hello.error();
    Result<QJsonObject> host = made.query("host.info");
    if (!host)
        return host.error();
    if (const Result<void> checked = checkIdentity(address, *host); !checked)
        return checked.error();
    made.m_host = *std::move(host);
    return made;
}

Result<QJsonObject> HostClient::ask(const char *method, const QJsonObject &params)
{
    return *answerWithin(std::nullopt, method, params);
}

Result<QJsonObject> HostClient::query(const char *method, const QJsonObject &params)
{
    std::optional<Result<QJsonObject>> answer = answerWithin(m_bound, method, params);
    if (answer)
        return *std::move(answer);
    return Error{
        ErrorKind::NotReady,
        QStringLiteral("the host at %1 takes connections and does not answer: %2 has had no answer for "
                       "%3 ms. Is its process stopped?")
            .arg(m_socket, QLatin1String(method))
            .arg(m_bound.count())};
}

std::optional<Result<QJsonObject>> HostClient::answerWithin(std::optional<std::chrono::milliseconds> bound,
                                                            const char *method, const QJsonObject &params)
{
    // Shared with the call, which may be answered after nobody waits for it any more.
    struct Waiting
    {
        QEventLoop loop;
        std::optional<Result<QJsonObject>> answer;
    };
    const auto waiting = std::make_shared<Waiting>();
    m_client->call(method, params, [waiting](Result<QJsonObject> given) {
        waiting->answer = std::move(given);
        waiting->loop.quit();
    });
    const QDeadlineTimer deadline = bound ? QDeadlineTimer(*bound) : QDeadlineTimer(QDeadlineTimer::Forever);
    QTimer timer;
    timer.setSingleShot(true);
    QObject::connect(&timer, &QTimer::timeout, &waiting->loop, &QEventLoop::quit);
    while (!waiting->answer && !deadline.hasExpired()) {
        if (bound)
            timer.start(std::chrono::milliseconds(deadline.remainingTime()));
        waiting->loop.exec();
    }
    return waiting->answer;
}

Result<QJsonObject> HostClient::sessions()
{
    QJsonArray sessions;
    QString after; // No name comes before this one.
    while (true) {
        Result<QJsonObject> page = query("session.list", {{QStringLiteral("after"), after}});
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
    // Most of the time somebody says a whole name, and then the others need not be asked what they do.
    const Result<QJsonObject> named = query("session.show", {{QStringLiteral("session"), given}});
    if (named)
        return given.toUtf8();
    if (named.error().kind != ErrorKind::NotFound)
        return named.error();
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

void noticeSilence(const Error &error)
{
    if (error.kind == ErrorKind::NotReady)
        notice(error.message);
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
