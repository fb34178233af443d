// SPDX-License-Identifier: Apache-2.0
#include "rpc/socket_listener.h"

#include "base/log_categories.h"
#include "rpc/socket_place.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSocketNotifier>
#include <QTimer>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace burrow {

namespace {

constexpr int backlog = 64;
constexpr int accepts_per_turn = 16;
constexpr std::chrono::seconds wait_for_descriptors(1);

Error systemError(const QString &path)
{
    return {ErrorKind::Io,
            QStringLiteral("control socket %1: %2").arg(path, QString::fromLocal8Bit(std::strerror(errno)))};
}

const sockaddr *asAddress(const sockaddr_un &address)
{
    return reinterpret_cast<const sockaddr *>(&address);
}

std::optional<ucred> peerOf(int descriptor)
{
    ucred peer = {};
    socklen_t size = sizeof peer;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return std::nullopt;
    return peer;
}

/// The folder is made for its user alone. One that is there already may be anybody's: what counts is that the
/// socket itself lets nobody else in.
Result<void> makeFolder(const QString &path)
{
    const QString folder = QFileInfo(path).absolutePath();
    if (QFileInfo(folder).isDir())
        return {};
    if (!QDir().mkpath(QFileInfo(folder).absolutePath())
        || (::mkdir(QFile::encodeName(folder).constData(), 0700) != 0 && errno != EEXIST))
        return Error{ErrorKind::Io, QStringLiteral("cannot make %1 for the control socket: %2")
                                        .arg(folder, QString::fromLocal8Bit(std::strerror(errno)))};
    return {};
}

/// Nobody may be able to put another socket in the place of ours.
Result<void> checkFolder(const QString &path)
{
    const QString folder = QFileInfo(path).absolutePath();
    struct stat status = {};
    if (::stat(QFile::encodeName(folder).constData(), &status) != 0)
        return systemError(folder);
    const bool othersWrite = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (status.st_mode & S_ISVTX) == 0;
    if (othersWrite || (status.st_uid != ::geteuid() && status.st_uid != 0))
        return Error{ErrorKind::Conflict,
                     QStringLiteral("%1 is no place for the control socket: other users can change what is in "
                                    "it; give it to yourself (chmod 700), or name another in control.socket")
                         .arg(folder)};
    return {};
}

/// Whether the path is free, after a socket was removed that nobody serves. The lock is held, so no host of
/// ours is behind it; another program may be.
Result<void> makeRoom(const QString &path, const sockaddr_un &address)
{
    struct stat status = {};
    if (::lstat(address.sun_path, &status) != 0)
        return errno == ENOENT ? Result<void>() : systemError(path);
    if (!S_ISSOCK(status.st_mode))
        return Error{ErrorKind::Conflict,
                     QStringLiteral("%1 is there already and is no socket; it is not replaced").arg(path)};
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0)
        return systemError(path);
    const bool answered = ::connect(probe, asAddress(address), sizeof address) == 0 || errno == EAGAIN;
    const bool nobody = !answered && errno == ECONNREFUSED;
    const std::optional<ucred> peer = answered ? peerOf(probe) : std::nullopt;
    ::close(probe);
    if (answered)
        return Error{ErrorKind::Conflict,
                     QStringLiteral("%1 is served already, by process %2").arg(path).arg(peer ? peer->pid : 0)};
    if (!nobody || ::unlink(address.sun_path) != 0)
        return systemError(path);
    qCInfo(hostLog).noquote() << QStringLiteral("%1 was left behind by a host that ended; replaced").arg(path);
    return {};
}

Result<int> bound(const QString &path, const sockaddr_un &address)
{
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        return systemError(path);
    // Before it has a name: there is no moment in which the file is anybody else's to open.
    if (::fchmod(descriptor, 0600) != 0 || ::bind(descriptor, asAddress(address), sizeof address) != 0
        || ::listen(descriptor, backlog) != 0) {
        const Error error = systemError(path);
        ::close(descriptor);
        return error;
    }
    return descriptor;
}

} // namespace

std::optional<uid_t> peerUser(int descriptor)
{
    const std::optional<ucred> peer = peerOf(descriptor);
    return peer ? std::optional<uid_t>(peer->uid) : std::nullopt;
}

Result<std::unique_ptr<SocketListener>> SocketListener::listen(const QString &path, const QByteArray &owner)
{
    const Result<sockaddr_un> address = socketAddress(path);
    if (!address)
        return address.error();
    if (const Result<void> made = makeFolder(path); !made)
        return made.error();
    if (const Result<void> checked = checkFolder(path); !checked)
        return checked.error();
    Result<std::unique_ptr<SocketLock>> lock = SocketLock::take(path, owner);
    if (!lock)
        return lock.error();
    if (const Result<void> room = makeRoom(path, *address); !room)
        return room.error();
    const Result<int> descriptor = bound(path, *address);
    if (!descriptor)
        return descriptor.error();
    return std::unique_ptr<SocketListener>(new SocketListener(path, *std::move(lock), *descriptor));
}

SocketListener::SocketListener(QString path, std::unique_ptr<SocketLock> lock, int descriptor)
    : m_path(std::move(path))
    , m_lock(std::move(lock))
    , m_descriptor(descriptor)
    , m_notifier(new QSocketNotifier(descriptor, QSocketNotifier::Read, this))
{
    connect(m_notifier, &QSocketNotifier::activated, this, &SocketListener::accept);
}

SocketListener::~SocketListener()
{
    m_notifier->setEnabled(false);
    ::unlink(QFile::encodeName(m_path).constData());
    ::close(m_descriptor);
}

void SocketListener::accept()
{
    for (int count = 0; count < accepts_per_turn; ++count) {
        const int descriptor = ::accept4(m_descriptor, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (descriptor >= 0) {
            Q_EMIT connected(descriptor);
            continue;
        }
        if (errno == EINTR || errno == ECONNABORTED)
            continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) {
            // Whoever waits stays in the backlog; without a pause this would be asked again at once, for ever.
            qCWarning(hostLog, "control socket: %s; trying again", std::strerror(errno));
            m_notifier->setEnabled(false);
            QTimer::singleShot(wait_for_descriptors, this, [this] { m_notifier->setEnabled(true); });
        }
        return;
    }
}

} // namespace burrow
