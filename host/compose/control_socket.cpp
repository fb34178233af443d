// SPDX-License-Identifier: Apache-2.0
#include "compose/control_socket.h"

#include "compose/composition.h"
#include "config/input_line.h"
#include "rpc/socket_place.h"

#include <QFileInfo>

namespace burrow {

namespace {

/// The input that a client describes, by the same rules as a line of a file of inputs.
Result<Input> readInput(const QByteArray &json)
{
    Findings findings;
    std::optional<Input> input =
        inputFromJson({.file = QStringLiteral("input"), .number = 1, .text = json, .findings = findings});
    if (input)
        return *std::move(input);
    QStringList sentences;
    for (const Finding &finding : findings)
        sentences += finding.help.isEmpty() ? finding.message
                                            : QStringLiteral("%1 (%2)").arg(finding.message, finding.help);
    return Error{ErrorKind::InvalidArgument, QStringLiteral("submit: ") + sentences.join(QLatin1String("; "))};
}

} // namespace

Result<QString> controlSocketOf(const Configuration &configuration)
{
    const QString &socket = configuration.control.socket.value;
    if (socket == QLatin1String("off"))
        return QString();
    return socket == QLatin1String("auto") ? controlSocketPath(configuration.host.name)
                                           : Result<QString>(socket);
}

bool isControlOptional(const Configuration &configuration)
{
    return configuration.control.socket.value == QLatin1String("auto");
}

Result<std::unique_ptr<RpcServer>> serveControl(const Result<QString> &path, const Configuration &configuration,
                                                Composition &composition,
                                                std::function<void(CancelMode)> shutdown)
{
    if (!path)
        return path.error();
    if (path->isEmpty())
        return std::unique_ptr<RpcServer>();
    RpcService service;
    service.host = &composition.host();
    service.hostName = configuration.host.name;
    service.version = QStringLiteral(BURROW_VERSION);
    service.configuration = QFileInfo(configuration.file).absoluteFilePath();
    service.store = configuration.store.kind == StoreKind::Memory ? QString() : configuration.store.path;
    service.executorOf = [&composition](const QByteArray &session) { return composition.executorOf(session); };
    service.readInput = readInput;
    service.shutdown = std::move(shutdown);
    return RpcServer::listen(std::move(service), {.path = *path});
}

} // namespace burrow
