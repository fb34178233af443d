// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/socket_lock.h"

#include <QObject>

#include <optional>

#include <sys/types.h>

QT_BEGIN_NAMESPACE
class QSocketNotifier;
QT_END_NAMESPACE

namespace burrow {

/// A local socket that only its user can connect to, at a path of the file system, for as long as this lives.
///
/// Not QLocalServer, which closes for good when an accept fails because descriptors are short (decision 0020).
class SocketListener : public QObject
{
    Q_OBJECT

public:
    /// Makes the folder (for its user alone) where there is none, and replaces a socket that nobody serves.
    /// `owner` is what others are told who want the same path. Errors: Conflict (it is served, which names the
    /// owner, or something else is there), InvalidArgument (no such path is possible), Io.
    static Result<std::unique_ptr<SocketListener>> listen(const QString &path, const QByteArray &owner);
    /// The socket's file is gone afterwards.
    ~SocketListener() override;

    const QString &path() const { return m_path; }

Q_SIGNALS:
    /// Somebody has connected; whoever takes the descriptor owns it.
    void connected(int descriptor);

private:
    SocketListener(QString path, std::unique_ptr<SocketLock> lock, int descriptor);
    void accept();

    const QString m_path;
    const std::unique_ptr<SocketLock> m_lock; ///< Let go last.
    const int m_descriptor;
    QSocketNotifier *m_notifier;
};

/// The user at the other end; nothing when the system does not say.
std::optional<uid_t> peerUser(int descriptor);

} // namespace burrow
