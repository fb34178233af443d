// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/line_buffer.h"
#include "rpc/socket_place.h"
#include "rpc/socket_stream.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QSocketNotifier>
#include <QTemporaryDir>

#include <cerrno>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/// Ends of a control socket that say what no host says, or not in time.
namespace burrow::test {

/// The socket of a host. The kernel takes connections for it, also while nobody accepts them.
class Listening
{
public:
    Listening()
        : m_descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
    {
        const sockaddr_un address = *socketAddress(path());
        if (::bind(m_descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0
            || ::listen(m_descriptor, 8) != 0)
            qFatal("%s", std::strerror(errno));
    }
    ~Listening() { ::close(m_descriptor); }
    Q_DISABLE_COPY_MOVE(Listening)

    QString path() const { return m_directory.filePath(QStringLiteral("host.sock")); }
    int descriptor() const { return m_descriptor; }

private:
    QTemporaryDir m_directory;
    const int m_descriptor;
};

/// Answers every request of its one client with `info`, and the one that is named `silent` never.
class Answering
{
public:
    explicit Answering(const QJsonObject &info, const QString &silent = {})
        : m_info(info)
        , m_silent(silent)
        , m_notifier(m_socket.descriptor(), QSocketNotifier::Read)
    {
        QObject::connect(&m_notifier, &QSocketNotifier::activated, &m_notifier, [this] { accept(); });
    }

    QString path() const { return m_socket.path(); }
    /// Gives the answer that was kept back.
    void answerLate() { answer(m_keptBack); }

private:
    void accept()
    {
        const int descriptor = ::accept4(m_socket.descriptor(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        m_stream = std::make_unique<SocketStream>(descriptor);
        QObject::connect(m_stream.get(), &SocketStream::received, &m_notifier, [this](const QByteArray &piece) {
            m_lines.add(piece);
            while (const std::optional<QByteArray> line = m_lines.take()) {
                const QJsonObject request = QJsonDocument::fromJson(*line).object();
                if (request.value("method").toString() == m_silent)
                    m_keptBack = request.value("id");
                else
                    answer(request.value("id"));
            }
        });
        m_stream->setReading(true);
    }
    void answer(const QJsonValue &id)
    {
        const QJsonObject reply{{"jsonrpc", "2.0"}, {"id", id}, {"result", m_info}};
        m_stream->write(QJsonDocument(reply).toJson(QJsonDocument::Compact) + '\n');
    }

    const QJsonObject m_info;
    const QString m_silent;
    Listening m_socket;
    QSocketNotifier m_notifier;
    std::unique_ptr<SocketStream> m_stream;
    LineBuffer m_lines;
    QJsonValue m_keptBack;
};

} // namespace burrow::test
