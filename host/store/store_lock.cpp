// SPDX-License-Identifier: Apache-2.0
#include "store/store_lock.h"

#include <QFile>

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace burrow {

namespace {

constexpr int owner_bytes_max = 512;

QByteArray lockPath(const QString &storePath)
{
    return QFile::encodeName(storePath) + ".lock";
}

Error systemError(const QByteArray &path, int number)
{
    return {ErrorKind::Io, QStringLiteral("the lock file %1 cannot be used: %2")
                               .arg(QFile::decodeName(path), QString::fromLocal8Bit(std::strerror(number)))};
}

struct flock wholeFile(short type)
{
    struct flock lock = {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return lock;
}

QByteArray ownerIn(int file)
{
    std::array<char, owner_bytes_max> text{};
    const ssize_t size = ::pread(file, text.data(), text.size(), 0);
    return size > 0 ? QByteArray(text.data(), size).trimmed() : QByteArray("an unnamed process");
}

} // namespace

StoreLock::~StoreLock()
{
    if (m_file >= 0)
        ::close(m_file);
}

StoreLock::StoreLock(StoreLock &&other) noexcept
    : m_file(std::exchange(other.m_file, -1))
{
}

StoreLock &StoreLock::operator=(StoreLock &&other) noexcept
{
    std::swap(m_file, other.m_file);
    return *this;
}

Result<StoreLock> StoreLock::acquire(const QString &storePath, const QByteArray &owner)
{
    const QByteArray path = lockPath(storePath);
    StoreLock lock;
    lock.m_file = ::open(path.constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock.m_file < 0)
        return systemError(path, errno);
    struct flock wanted = wholeFile(F_WRLCK);
    if (::fcntl(lock.m_file, F_OFD_SETLK, &wanted) != 0) {
        if (errno != EAGAIN && errno != EACCES)
            return systemError(path, errno);
        return Error{ErrorKind::Conflict,
                     QStringLiteral("the store %1 is in use by %2; stop that host first, or give another path")
                         .arg(storePath, QString::fromUtf8(ownerIn(lock.m_file)))};
    }
    const QByteArray line = owner.first(std::min<qsizetype>(owner.size(), owner_bytes_max - 1)) + '\n';
    // Without the text a second host could not say who is first; the lock itself does not depend on it.
    if (::ftruncate(lock.m_file, 0) != 0 || ::pwrite(lock.m_file, line.constData(), line.size(), 0) < 0)
        return systemError(path, errno);
    return lock;
}

Result<std::optional<QByteArray>> StoreLock::holder(const QString &storePath)
{
    const QByteArray path = lockPath(storePath);
    StoreLock lock;
    lock.m_file = ::open(path.constData(), O_RDONLY | O_CLOEXEC);
    if (lock.m_file < 0 && errno == ENOENT)
        return std::optional<QByteArray>();
    if (lock.m_file < 0)
        return systemError(path, errno);
    struct flock probe = wholeFile(F_RDLCK);
    if (::fcntl(lock.m_file, F_OFD_GETLK, &probe) != 0)
        return systemError(path, errno);
    return probe.l_type == F_UNLCK ? std::optional<QByteArray>() : std::optional(ownerIn(lock.m_file));
}

} // namespace burrow
