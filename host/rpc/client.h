// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "rpc/line_buffer.h"
#include "rpc/socket_stream.h"

#include <QHash>
#include <QJsonObject>

#include <functional>
#include <memory>

namespace burrow {

/// The other end of a control socket: calls out, results and notifications in. It knows the protocol and
/// nothing of the host behind it. Lives on one thread, whose event loop it needs.
class RpcClient : public QObject
{
    Q_OBJECT

public:
    using Done = std::function<void(Result<QJsonObject>)>;

    /// Errors: NotFound (nobody is there), NotReady (somebody is and takes no connection), Conflict (somebody
    /// else's program answers), InvalidArgument, Io.
    static Result<std::unique_ptr<RpcClient>> connectTo(const QString &path);

    /// `done` is called once: with the result, with the host's error, or with NotReady when it hangs up first.
    void call(const char *method, const QJsonObject &params, const Done &done);

    /// Stops taking what the host says, which waits at its end then; a little that was taken already may still
    /// be told.
    void pause() { m_stream.setReading(false); }
    void goOn() { m_stream.setReading(true); }

Q_SIGNALS:
    void notified(const QString &method, const QJsonObject &params);
    /// The host has hung up; every call was answered before. `why` is what it said of that, or empty.
    void closed(const QString &why);

private:
    explicit RpcClient(int descriptor);
    void takePiece(const QByteArray &piece);
    void takeLine(const QByteArray &line);
    void takeEnd();

    SocketStream m_stream;
    LineBuffer m_lines;
    qint64 m_lastId = 0;
    QHash<qint64, Done> m_calls;
    QString m_lastWords; ///< Why the host hung up, where it said so.
    bool m_over = false;
};

} // namespace burrow
