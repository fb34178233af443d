// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_rig.h"
#include "peer.h"
#include "rpc/server.h"

#include <QTemporaryDir>

namespace burrow::test {

/// A host with real threads, served at a real socket.
class ServerRig : public HostRig
{
public:
    explicit ServerRig(const RpcLimits &limits = {}, std::optional<uid_t> user = std::nullopt);

    QString path() const { return m_directory.filePath(QStringLiteral("burrow.sock")); }
    RpcServer &server() { return **m_server; }
    /// Hangs up on everybody.
    void endServer() { m_server.reset(); }
    /// How clients have asked the host to go down.
    const std::vector<CancelMode> &shutdowns() const { return m_shutdowns; }

private:
    QTemporaryDir m_directory;
    std::vector<CancelMode> m_shutdowns;
    std::optional<std::unique_ptr<RpcServer>> m_server;
};

} // namespace burrow::test
