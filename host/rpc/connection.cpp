// SPDX-License-Identifier: Apache-2.0
#include "rpc/connection.h"

#include "base/log_categories.h"

#include <QPointer>

namespace burrow {

namespace {

// After so many the other connections have their turn.
constexpr int lines_per_turn = 64;

} // namespace

RpcConnection::RpcConnection(int descriptor, const RpcLimits &limits, Serve serve)
    : m_limits(limits)
    , m_serve(std::move(serve))
    , m_stream(descriptor)
{
    m_lineTimer.setSingleShot(true);
    m_closeTimer.setSingleShot(true);
    connect(&m_stream, &SocketStream::received, this, &RpcConnection::takePiece);
    connect(&m_stream, &SocketStream::ended, this, &RpcConnection::takeEnd);
    connect(&m_stream, &SocketStream::taken, this, &RpcConnection::takeRoom);
    connect(&m_stream, &SocketStream::closed, this, &RpcConnection::finished);
    connect(&m_closeTimer, &QTimer::timeout, &m_stream, &SocketStream::close);
    connect(&m_lineTimer, &QTimer::timeout, this, [this] {
        refuse(
            {RpcErrorCode::ParseError,
             QStringLiteral("a line was begun and not ended within %1 ms").arg(m_limits.lineTimeout.count())});
    });
}

void RpcConnection::start()
{
    m_stream.setReading(true);
}

void RpcConnection::takePiece(const QByteArray &piece)
{
    // What comes after the last words is read only so that the peer, which may be writing, hears them.
    if (m_ending)
        return;
    m_lines.add(piece);
    if (!m_resuming)
        takeLines();
}

void RpcConnection::takeLines()
{
    m_resuming = false;
    for (int count = 0; !m_ending && hasRoom(); ++count) {
        if (count == lines_per_turn) {
            m_resuming = true;
            m_stream.setReading(false);
            QMetaObject::invokeMethod(this, &RpcConnection::takeLines, Qt::QueuedConnection);
            return;
        }
        const std::optional<QByteArray> line = m_lines.take();
        if ((line ? line->size() : m_lines.begun()) > m_limits.lineBytes) {
            refuse({RpcErrorCode::ParseError,
                    QStringLiteral("a line is longer than %1 bytes").arg(m_limits.lineBytes)});
            return;
        }
        if (!line) {
            if (m_lines.begun() == 0)
                m_lineTimer.stop();
            else if (!m_lineTimer.isActive())
                m_lineTimer.start(m_limits.lineTimeout);
            m_stream.setReading(true);
            endIfAnswered();
            return;
        }
        m_lineTimer.stop();
        takeLine(*line);
    }
    // Until the reader has taken what waits for it.
    if (!m_ending) {
        m_lineTimer.stop();
        m_stream.setReading(false);
    }
}

void RpcConnection::takeLine(const QByteArray &line)
{
    if (line.trimmed().isEmpty())
        return;
    const auto read = readRequest(line);
    if (const auto *refused = std::get_if<RefusedLine>(&read)) {
        if (++m_mistakes < m_limits.mistakes) {
            write(errorLine(refused->id, refused->error));
        } else {
            refuse({RpcErrorCode::InvalidRequest,
                    QStringLiteral("%1 lines were no requests; the connection is closed. The last one: %2")
                        .arg(m_mistakes)
                        .arg(refused->error.message)});
        }
        return;
    }
    const auto &request = std::get<RpcRequest>(read);
    if (m_inFlight >= m_limits.requestsInFlight) {
        if (!request.isNotification())
            write(
                errorLine(request.id, {RpcErrorCode::Busy,
                                       QStringLiteral("%1 requests of this connection are unanswered; wait for "
                                                      "one of them")
                                           .arg(m_inFlight)}));
        return;
    }
    ++m_inFlight;
    m_serve(*this, request, [self = QPointer(this), id = request.id](const RpcAnswer &given) {
        if (self)
            self->answer(id, given);
    });
}

void RpcConnection::answer(const QJsonValue &id, const RpcAnswer &answer)
{
    --m_inFlight;
    if (m_ending)
        return;
    if (!id.isUndefined()) {
        const auto *error = std::get_if<RpcError>(&answer);
        write(error ? errorLine(id, *error) : resultLine(id, std::get<QJsonObject>(answer)));
    }
    if (!m_resuming)
        endIfAnswered();
}

void RpcConnection::write(const QByteArray &line)
{
    m_stream.write(line);
    if (m_stream.waiting() <= m_limits.waitingBytesMax)
        return;
    qCWarning(hostLog, "control socket: a client does not read its answers (%lld bytes wait); cut off",
              static_cast<long long>(m_stream.waiting()));
    m_ending = true;
    m_stream.close();
}

void RpcConnection::subscribe(std::optional<Subscription> subscription)
{
    m_subscription = std::move(subscription);
    m_gap = 0;
}

void RpcConnection::tell(const QByteArray &line)
{
    if (m_ending)
        return;
    if (!hasRoom()) {
        ++m_gap;
        return;
    }
    tellGap();
    write(line);
}

void RpcConnection::tellSurely(const QByteArray &line)
{
    if (!m_ending)
        write(line);
}

void RpcConnection::addGap(quint64 count)
{
    m_gap += count;
    if (!m_ending && hasRoom())
        tellGap();
}

void RpcConnection::tellGap()
{
    if (const quint64 gap = std::exchange(m_gap, 0); gap > 0 && m_subscription)
        write(notificationLine("events.gap", {{QStringLiteral("count"), qint64(gap)}}));
}

void RpcConnection::takeRoom()
{
    if (m_ending) {
        if (m_peerEnded && m_stream.waiting() == 0)
            m_stream.close();
        return;
    }
    if (!hasRoom())
        return;
    tellGap();
    Q_EMIT roomAgain();
    if (!m_resuming)
        takeLines();
}

void RpcConnection::takeEnd()
{
    m_peerEnded = true;
    m_lineTimer.stop();
    if (m_ending) {
        takeRoom();
        return;
    }
    // Whoever forgets the last newline means the line all the same.
    m_lines.add("\n");
    if (!m_resuming)
        takeLines();
}

/// A client that has said its last word is served until it has its answers.
void RpcConnection::endIfAnswered()
{
    if (m_peerEnded && !m_ending && m_inFlight == 0 && !m_subscription && m_lines.begun() == 0)
        end();
}

void RpcConnection::refuse(const RpcError &error)
{
    if (m_ending)
        return;
    qCInfo(hostLog).noquote() << QStringLiteral("control socket: a client is refused: %1").arg(error.message);
    write(errorLine(QJsonValue::Null, error));
    end();
}

void RpcConnection::end()
{
    m_ending = true;
    m_lines.clear();
    m_lineTimer.stop();
    m_stream.finishWriting();
    m_stream.setReading(true);
    if (m_peerEnded && m_stream.waiting() == 0)
        m_stream.close();
    else
        m_closeTimer.start(m_limits.closeTimeout);
}

} // namespace burrow
