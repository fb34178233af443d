// SPDX-License-Identifier: Apache-2.0
#include "rpc/client.h"

#include "rpc/message.h"
#include "rpc/socket_listener.h"
#include "rpc/socket_place.h"

#include <QJsonDocument>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace burrow {

namespace {

// A host that does not take a connection for so long hangs.
constexpr timeval connect_timeout{.tv_sec = 5, .tv_usec = 0};
// Answers may be as large as what a turn may answer; a line beyond this is no host's.
constexpr qsizetype answer_bytes_max = 2LL << 30;

Error nobodyThere(const QString &path, int error)
{
    switch (error) {
    case ENOENT:
        return {ErrorKind::NotFound,
                QStringLiteral("no host is reached at %1: there is no such socket").arg(path)};
    case ECONNREFUSED:
        return {ErrorKind::NotFound,
                QStringLiteral("no host is reached at %1: the one that made the socket has ended").arg(path)};
    case EAGAIN:
        return {ErrorKind::NotReady, QStringLiteral("the host at %1 does not answer").arg(path)};
    default:
        return {
            ErrorKind::Io,
            QStringLiteral("control socket %1: %2").arg(path, QString::fromLocal8Bit(std::strerror(error)))};
    }
}

Error hungUp(const QString &lastWords)
{
    return {ErrorKind::NotReady, lastWords.isEmpty() ? QStringLiteral("the host hung up before it answered")
                                                     : QStringLiteral("the host hung up: %1").arg(lastWords)};
}

} // namespace

Result<std::unique_ptr<RpcClient>> RpcClient::connectTo(const QString &path)
{
    const Result<sockaddr_un> address = socketAddress(path);
    if (!address)
        return address.error();
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return nobodyThere(path, errno);
    ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &connect_timeout, sizeof connect_timeout);
    const auto *where = reinterpret_cast<const sockaddr *>(&*address);
    if (::connect(descriptor, where, sizeof *address) != 0) {
        const Error error = nobodyThere(path, errno);
        ::close(descriptor);
        return error;
    }
    // What is said here is as good as typed at a terminal: only a host of one's own may hear it.
    if (peerUser(descriptor) != ::geteuid()) {
        ::close(descriptor);
        return Error{ErrorKind::Conflict,
                     QStringLiteral("%1 is served by another user; nothing was sent").arg(path)};
    }
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    return std::unique_ptr<RpcClient>(new RpcClient(descriptor));
}

RpcClient::RpcClient(int descriptor)
    : m_stream(descriptor)
{
    connect(&m_stream, &SocketStream::received, this, &RpcClient::takePiece);
    connect(&m_stream, &SocketStream::ended, this, &RpcClient::takeEnd);
    connect(&m_stream, &SocketStream::closed, this, &RpcClient::takeEnd);
    m_stream.setReading(true);
}

void RpcClient::call(const char *method, const QJsonObject &params, const Done &done)
{
    if (m_over) {
        done(hungUp(m_lastWords));
        return;
    }
    m_calls.insert(++m_lastId, done);
    m_stream.write(requestLine({m_lastId, QString::fromLatin1(method), params}));
}

void RpcClient::takePiece(const QByteArray &piece)
{
    m_lines.add(piece);
    while (const std::optional<QByteArray> line = m_lines.take())
        takeLine(*line);
    if (m_lines.begun() > answer_bytes_max)
        m_stream.close();
}

void RpcClient::takeLine(const QByteArray &line)
{
    const QJsonObject object = QJsonDocument::fromJson(line).object();
    const QJsonValue id = object.value(QLatin1String("id"));
    const QJsonObject error = object.value(QLatin1String("error")).toObject();
    if (id.isUndefined()) {
        Q_EMIT notified(object.value(QLatin1String("method")).toString(),
                        object.value(QLatin1String("params")).toObject());
    } else if (id.isNull()) {
        m_lastWords = error.value(QLatin1String("message")).toString();
    } else if (const Done done = m_calls.take(id.toInteger())) {
        if (error.isEmpty())
            done(object.value(QLatin1String("result")).toObject());
        else
            done(errorOf(error));
    }
}

void RpcClient::takeEnd()
{
    if (std::exchange(m_over, true))
        return;
    for (const Done &done : std::exchange(m_calls, {}))
        done(hungUp(m_lastWords));
    Q_EMIT closed(m_lastWords);
}

} // namespace burrow
