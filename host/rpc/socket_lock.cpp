// SPDX-License-Identifier: Apache-2.0
#include "rpc/socket_lock.h"

#include <QFile>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace burrow {

namespace {

constexpr qsizetype owner_bytes_max = 256;
// Each attempt meets a host that is just leaving.
constexpr int lock_attempts_max = 100;

Error lockError(const QByteArray &path)
{
    return {ErrorKind::Io, QStringLiteral("%1: %2").arg(QFile::decodeName(path),
                                                        QString::fromLocal8Bit(std::strerror(errno)))};
}

QString ownerIn(int descriptor)
{
    QByteArray owner(owner_bytes_max, Qt::Uninitialized);
    const ssize_t size = ::pread(descriptor, owner.data(), static_cast<std::size_t>(owner.size()), 0);
    owner.truncate(std::max<ssize_t>(size, 0));
    return owner.isEmpty() ? QStringLiteral("another host") : QString::fromUtf8(owner);
}

/// Who held the file before may have removed it meanwhile: then the lock is on a file that nobody else sees.
bool isStillThere(const QByteArray &path, int descriptor)
{
    struct stat held = {};
    struct stat there = {};
    return ::fstat(descriptor, &held) == 0 && ::stat(path.constData(), &there) == 0
           && held.st_ino == there.st_ino && held.st_dev == there.st_dev;
}

} // namespace

Result<std::unique_ptr<SocketLock>> SocketLock::take(const QString &socketPath, const QByteArray &owner)
{
    const QByteArray path = QFile::encodeName(socketPath) + ".lock";
    for (int attempt = 0; attempt < lock_attempts_max; ++attempt) {
        const int descriptor = ::open(path.constData(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (descriptor < 0)
            return lockError(path);
        if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
            const bool held = errno == EWOULDBLOCK;
            const Error error =
                held ? Error{ErrorKind::Conflict,
                             QStringLiteral("%1 is served already, by %2").arg(socketPath, ownerIn(descriptor))}
                     : lockError(path);
            ::close(descriptor);
            return error;
        }
        std::unique_ptr<SocketLock> lock(new SocketLock(path, descriptor));
        if (!isStillThere(path, descriptor))
            continue;
        if (::ftruncate(descriptor, 0) != 0
            || ::pwrite(descriptor, owner.constData(), static_cast<std::size_t>(owner.size()), 0) < 0)
            return lockError(path);
        return lock;
    }
    return Error{ErrorKind::Conflict, QStringLiteral("%1: hosts come and go there; try again").arg(socketPath)};
}

SocketLock::~SocketLock()
{
    // Only while it is held, and only if it is ours: another host must never find its lock removed.
    if (isStillThere(m_path, m_descriptor))
        ::unlink(m_path.constData());
    ::close(m_descriptor);
}

} // namespace burrow
