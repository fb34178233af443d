// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/line_buffer.h"
#include "rpc/socket_stream.h"

#include <QJsonObject>

#include <deque>

namespace burrow::test {

/// A client of a control socket that says whatever the test wants, byte by byte. Everything that waits lets the
/// event loop go on, in which the server lives too.
class Peer : public QObject
{
    Q_OBJECT

public:
    /// Connected when this returns; isConnected() says whether that went well.
    explicit Peer(const QString &path);

    bool isConnected() const { return m_stream != nullptr; }
    void send(const QByteArray &bytes);
    /// The server sees the end of what is said, and can still answer.
    void finishSaying() { m_stream->finishWriting(); }
    /// Reads nothing until it is told to.
    void setListening(bool listening) { m_stream->setReading(listening); }
    /// The next line that comes; empty when none does in time.
    QByteArray line();
    QJsonObject object();
    /// The reply to a request of its own; what comes before it is kept for object().
    QJsonObject ask(const char *method, const QJsonObject &params = {});
    QJsonObject result(const char *method, const QJsonObject &params = {});
    QJsonObject error(const char *method, const QJsonObject &params = {});
    /// Sends a request without waiting; gives its id.
    int begin(const char *method, const QJsonObject &params = {});
    QJsonObject replyTo(int id);
    /// Waits until the server hangs up.
    bool isHungUpOn();

private:
    bool waitForLine();

    std::unique_ptr<SocketStream> m_stream;
    LineBuffer m_buffer;
    std::deque<QByteArray> m_lines;
    std::deque<QJsonObject> m_kept;
    int m_lastId = 0;
    bool m_over = false;
};

} // namespace burrow::test
