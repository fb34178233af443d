// SPDX-License-Identifier: Apache-2.0
#include "peer.h"

#include "rpc/message.h"
#include "rpc/socket_place.h"
#include "support/tally.h"

#include <QJsonDocument>
#include <QTest>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace burrow::test {

Peer::Peer(const QString &path)
{
    const Result<sockaddr_un> address = socketAddress(path);
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (!address
        || ::connect(descriptor, reinterpret_cast<const sockaddr *>(&*address), sizeof *address) != 0) {
        ::close(descriptor);
        return;
    }
    m_stream = std::make_unique<SocketStream>(descriptor);
    connect(m_stream.get(), &SocketStream::received, this, [this](const QByteArray &piece) {
        m_buffer.add(piece);
        while (std::optional<QByteArray> line = m_buffer.take())
            m_lines.push_back(*std::move(line));
    });
    for (const auto over : {&SocketStream::ended, &SocketStream::closed})
        connect(m_stream.get(), over, this, [this] { m_over = true; });
    m_stream->setReading(true);
}

void Peer::send(const QByteArray &bytes)
{
    m_stream->write(bytes);
}

bool Peer::waitForLine()
{
    return QTest::qWaitFor([this] { return !m_lines.empty() || m_over; }, int(patience.count()))
           && !m_lines.empty();
}

QByteArray Peer::line()
{
    if (!waitForLine())
        return {};
    QByteArray line = m_lines.front();
    m_lines.pop_front();
    return line;
}

QJsonObject Peer::object()
{
    if (m_kept.empty())
        return QJsonDocument::fromJson(line()).object();
    QJsonObject kept = m_kept.front();
    m_kept.pop_front();
    return kept;
}

int Peer::begin(const char *method, const QJsonObject &params)
{
    send(requestLine({++m_lastId, QString::fromLatin1(method), params}));
    return m_lastId;
}

QJsonObject Peer::replyTo(int id)
{
    const auto kept = std::find_if(m_kept.begin(), m_kept.end(),
                                   [id](const QJsonObject &each) { return each.value("id") == id; });
    if (kept != m_kept.end()) {
        QJsonObject reply = *kept;
        m_kept.erase(kept);
        return reply;
    }
    while (true) {
        QJsonObject next = QJsonDocument::fromJson(line()).object();
        if (next.isEmpty() || next.value("id") == id)
            return next;
        m_kept.push_back(next);
    }
}

QJsonObject Peer::ask(const char *method, const QJsonObject &params)
{
    return replyTo(begin(method, params));
}

QJsonObject Peer::result(const char *method, const QJsonObject &params)
{
    const QJsonObject reply = ask(method, params);
    if (!reply.contains("result"))
        qWarning("%s: %s", method, QJsonDocument(reply).toJson(QJsonDocument::Compact).constData());
    return reply.value("result").toObject();
}

QJsonObject Peer::error(const char *method, const QJsonObject &params)
{
    return ask(method, params).value("error").toObject();
}

bool Peer::isHungUpOn()
{
    return QTest::qWaitFor([this] { return m_over; }, int(patience.count()));
}

} // namespace burrow::test
