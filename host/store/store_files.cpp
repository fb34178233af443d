// SPDX-License-Identifier: Apache-2.0
#include "store/store_files.h"

#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace burrow {

namespace {

Error systemError(const QString &what, const QString &path, int number)
{
    return {ErrorKind::Io, QStringLiteral("%1 %2: %3; give another path, or make it writable")
                               .arg(what, path, QString::fromLocal8Bit(std::strerror(number)))};
}

Result<void> syncFolder(const QString &folder)
{
    const int file = ::open(QFile::encodeName(folder).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return systemError(QStringLiteral("cannot open the folder"), folder, errno);
    const int code = ::fsync(file);
    const int number = errno;
    ::close(file);
    if (code != 0)
        return systemError(QStringLiteral("cannot sync the folder"), folder, number);
    return {};
}

Result<void> makeFolder(const QString &folder)
{
    const QFileInfo info(folder);
    if (info.isDir())
        return {};
    if (Result<void> parent = makeFolder(info.absolutePath()); !parent)
        return parent;
    if (::mkdir(QFile::encodeName(folder).constData(), 0700) != 0 && errno != EEXIST)
        return systemError(QStringLiteral("cannot make the folder"), folder, errno);
    if (!QFileInfo(folder).isDir())
        return systemError(QStringLiteral("cannot make the folder"), folder, ENOTDIR);
    return syncFolder(info.absolutePath());
}

} // namespace

Result<void> makeStoreFolder(const QString &storePath)
{
    return makeFolder(QFileInfo(storePath).absolutePath());
}

Result<bool> makeStoreFile(const QString &storePath)
{
    if (QFileInfo(storePath).isDir())
        return systemError(QStringLiteral("cannot use as a store"), storePath, EISDIR);
    const int file =
        ::open(QFile::encodeName(storePath).constData(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 && errno == EEXIST)
        return false;
    if (file < 0)
        return systemError(QStringLiteral("cannot make the store"), storePath, errno);
    ::close(file);
    if (const Result<void> synced = syncFolder(QFileInfo(storePath).absolutePath()); !synced)
        return synced.error();
    return true;
}

Result<StoreFileIdentity> identityOf(const QString &storePath)
{
    struct stat status = {};
    if (::stat(QFile::encodeName(storePath).constData(), &status) != 0)
        return systemError(QStringLiteral("cannot look at the store"), storePath, errno);
    return StoreFileIdentity{static_cast<qint64>(status.st_dev), static_cast<qint64>(status.st_ino)};
}

bool takeAdoption(const QString &storePath)
{
    return QFile::remove(storePath + QStringLiteral(".adopt"));
}

SpaceReserve::SpaceReserve(const QString &storePath, qint64 bytes)
    : m_path(QFile::encodeName(storePath) + ".reserve")
    , m_bytes(bytes)
{
}

bool SpaceReserve::restore()
{
    if (m_there || m_bytes <= 0)
        return true;
    const int file = ::open(m_path.constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        return errno != ENOSPC;
    const int code = ::posix_fallocate(file, 0, m_bytes);
    m_there = code == 0;
    ::close(file);
    // A file system that cannot reserve is no reason to take no work; one without space is.
    return code != ENOSPC && code != EDQUOT;
}

bool SpaceReserve::release()
{
    if (!m_there)
        return false;
    m_there = false;
    return ::truncate(m_path.constData(), 0) == 0;
}

} // namespace burrow
