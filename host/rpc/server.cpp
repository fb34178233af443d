// SPDX-License-Identifier: Apache-2.0
#include "rpc/server.h"

#include "base/log_categories.h"

#include <unistd.h>

namespace burrow {

namespace {

// Beyond these nobody is even told why.
constexpr std::size_t turned_away_at_once_max = 16;

} // namespace

Result<std::unique_ptr<RpcServer>> RpcServer::listen(RpcService service, const Options &options)
{
    const QByteArray owner = service.hostName + ", process " + QByteArray::number(qint64(::getpid()));
    Result<std::unique_ptr<SocketListener>> listener = SocketListener::listen(options.path, owner);
    if (!listener)
        return listener.error();
    return std::unique_ptr<RpcServer>(new RpcServer(std::move(service), options, *std::move(listener)));
}

RpcServer::RpcServer(RpcService service, const Options &options, std::unique_ptr<SocketListener> listener)
    : m_limits(options.limits)
    , m_user(options.user.value_or(::geteuid()))
    , m_methods(std::move(service), options.limits)
    , m_listener(std::move(listener))
{
    connect(m_listener.get(), &SocketListener::connected, this, &RpcServer::take);
    qCInfo(hostLog).noquote() << QStringLiteral("clients are served at %1").arg(path());
}

RpcServer::~RpcServer() = default;

std::optional<RpcError> RpcServer::refusalOf(int descriptor) const
{
    if (peerUser(descriptor) != m_user)
        return RpcError{RpcErrorCode::NotAllowed,
                        QStringLiteral("this host serves only the user who runs it (uid %1)").arg(m_user)};
    if (qsizetype(m_connections.size()) >= m_limits.connections)
        return RpcError{RpcErrorCode::Busy,
                        QStringLiteral("%1 clients are connected already; try again when one has left")
                            .arg(m_connections.size())};
    return std::nullopt;
}

void RpcServer::take(int descriptor)
{
    const std::optional<RpcError> refusal = refusalOf(descriptor);
    if (refusal && m_turnedAway.size() >= turned_away_at_once_max) {
        ::close(descriptor);
        return;
    }
    auto made = std::make_unique<RpcConnection>(
        descriptor, m_limits, [this](RpcConnection &from, const RpcRequest &request, const RpcReply &reply) {
            m_methods.serve(from, request, reply);
        });
    RpcConnection &connection = *made;
    connect(&connection, &RpcConnection::finished, this, [this, &connection] { forget(connection); });
    if (refusal) {
        m_turnedAway.push_back(std::move(made));
        connection.refuse(*refusal);
        return;
    }
    m_connections.push_back(std::move(made));
    m_methods.setConnections(qsizetype(m_connections.size()));
    connection.start();
}

void RpcServer::forget(RpcConnection &connection)
{
    m_methods.events().remove(connection);
    for (std::vector<std::unique_ptr<RpcConnection>> *list : {&m_connections, &m_turnedAway}) {
        for (std::unique_ptr<RpcConnection> &each : *list) {
            if (each.get() == &connection)
                each.release()->deleteLater(); // It is the one that says so.
        }
        std::erase(*list, nullptr);
    }
    m_methods.setConnections(qsizetype(m_connections.size()));
}

} // namespace burrow
