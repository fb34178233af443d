// SPDX-License-Identifier: Apache-2.0
#include "server_rig.h"

#include <QJsonDocument>

namespace burrow::test {

namespace {

/// A prompt; enough of an input to see that its fields arrive. The whole reader is the configuration's.
Result<Input> promptFrom(const QByteArray &json)
{
    const QJsonObject fields = QJsonDocument::fromJson(json).object();
    if (fields.contains("kind") && fields.value("kind") != "prompt")
        return Error{ErrorKind::InvalidArgument, QStringLiteral("only prompts here")};
    Input input = promptOf(fields.value("text").toString().toUtf8());
    input.idempotencyKey = fields.value("idempotency_key").toString().toUtf8();
    return input;
}

} // namespace

ServerRig::ServerRig(const RpcLimits &limits, std::optional<uid_t> user)
{
    RpcService service;
    service.host = &host();
    service.hostName = "test";
    service.version = QStringLiteral("1.2.3");
    service.configuration = QStringLiteral("test.yaml");
    service.executorOf = [](const QByteArray &) { return QByteArray("scripted"); };
    service.readInput = promptFrom;
    service.shutdown = [this](CancelMode mode) { m_shutdowns.push_back(mode); };
    auto server = RpcServer::listen(std::move(service), {path(), limits, user});
    if (!server)
        qFatal("%s", qPrintable(server.error().message));
    m_server = *std::move(server);
}

} // namespace burrow::test
