// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/methods.h"
#include "rpc/socket_listener.h"

namespace burrow {

/// Serves one host over a local socket: JSON-RPC 2.0, one object a line (PROTOCOL.md), for the user who runs it
/// and nobody else.
///
/// Lives on the host's thread and never waits there: requests are given to the host, and answered when its
/// futures finish. What clients can make it keep is bounded by RpcLimits.
class RpcServer : public QObject
{
    Q_OBJECT

public:
    struct Options
    {
        QString path;
        RpcLimits limits;
        /// The user who is served; unset: the one who runs this process.
        std::optional<uid_t> user;
    };

    /// Errors: those of SocketListener::listen().
    static Result<std::unique_ptr<RpcServer>> listen(RpcService service, const Options &options);
    /// Hangs up on everybody; requests that are unanswered stay so.
    ~RpcServer() override;

    const QString &path() const { return m_listener->path(); }

private:
    RpcServer(RpcService service, const Options &options, std::unique_ptr<SocketListener> listener);
    void take(int descriptor);
    std::optional<RpcError> refusalOf(int descriptor) const;
    void forget(RpcConnection &connection);

    const RpcLimits m_limits;
    const uid_t m_user;
    RpcMethods m_methods;
    // After the methods, which they call.
    std::vector<std::unique_ptr<RpcConnection>> m_connections;
    std::vector<std::unique_ptr<RpcConnection>> m_turnedAway; ///< They are told why, and leave.
    std::unique_ptr<SocketListener> m_listener;
};

} // namespace burrow
