// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/line_buffer.h"
#include "rpc/message.h"
#include "rpc/rpc_limits.h"
#include "rpc/socket_stream.h"

#include <QTimer>

#include <functional>

namespace burrow {

/// What a request is answered with.
using RpcAnswer = std::variant<QJsonObject, RpcError>;
/// To be called once; on the connection's thread, also when the connection is gone by then.
using RpcReply = std::function<void(const RpcAnswer &)>;

/// One client of the control socket: its requests in, in their order; answers and events out. Everything it
/// can make the host keep is bounded by RpcLimits, and a client that goes beyond is told so and cut off.
class RpcConnection : public QObject
{
    Q_OBJECT

public:
    /// Which events the client wants.
    struct Subscription
    {
        QByteArray session; ///< Empty: all.
        bool progress = true;
    };
    using Serve = std::function<void(RpcConnection &, const RpcRequest &, const RpcReply &)>;

    /// Takes the descriptor over. `serve` is called for each request and may reply at once or later.
    RpcConnection(int descriptor, const RpcLimits &limits, Serve serve);

    void start();
    /// Says why, and closes: the last thing that the client hears.
    void refuse(const RpcError &error);

    void subscribe(std::optional<Subscription> subscription);
    const std::optional<Subscription> &subscription() const { return m_subscription; }
    /// One event as a whole line. Left out, and counted, while the reader is too slow.
    void tell(const QByteArray &line);
    /// One event that is never left out: whoever tells it looks at hasRoom() before it takes more upon itself.
    void tellSurely(const QByteArray &line);
    bool hasRoom() const { return m_stream.waiting() <= m_limits.waitingBytes; }
    /// So many events were lost before they came here.
    void addGap(quint64 count);

Q_SIGNALS:
    /// Nothing more will happen here.
    void finished();
    /// The reader has taken what waited.
    void roomAgain();

private:
    void takePiece(const QByteArray &piece);
    void takeLines();
    void takeLine(const QByteArray &line);
    void takeEnd();
    void takeRoom();
    void tellGap();
    void answer(const QJsonValue &id, const RpcAnswer &answer);
    void write(const QByteArray &line);
    void end();
    void endIfAnswered();

    const RpcLimits m_limits;
    const Serve m_serve;
    SocketStream m_stream;
    LineBuffer m_lines;
    QTimer m_lineTimer;  ///< While a line has begun and its end has not come.
    QTimer m_closeTimer; ///< While the last words wait to be taken.
    qsizetype m_inFlight = 0;
    int m_mistakes = 0;
    bool m_resuming = false;  ///< takeLines() will be called again.
    bool m_peerEnded = false; ///< It has said its last word.
    bool m_ending = false;    ///< Nothing more is taken from it.
    std::optional<Subscription> m_subscription;
    quint64 m_gap = 0; ///< Events that were left out since the last one.
};

} // namespace burrow
