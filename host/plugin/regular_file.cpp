// SPDX-License-Identifier: Apache-2.0
#include "plugin/regular_file.h"

#include <QFile>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace burrow {

namespace {

QString kindOfFile(mode_t mode)
{
    if (S_ISDIR(mode))
        return QStringLiteral("a directory");
    if (S_ISFIFO(mode))
        return QStringLiteral("a FIFO");
    if (S_ISSOCK(mode))
        return QStringLiteral("a socket");
    return QStringLiteral("a device");
}

PluginFault ioError(const QString &path)
{
    const int code = errno;
    const QString cause = QStringLiteral("cannot open %1: %2").arg(path, qt_error_string(code));
    if (code == ENOENT || code == ENOTDIR)
        return {PluginFaultCode::FileMissing, cause, ErrorKind::NotFound};
    return {PluginFaultCode::FileUnreadable, cause, ErrorKind::Io};
}

} // namespace

PluginResult<RegularFile> RegularFile::open(const QString &path)
{
    // Without O_NONBLOCK, opening a FIFO waits for somebody to write into it.
    const int descriptor =
        ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return ioError(path);
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0) {
        const PluginFault error = ioError(path);
        ::close(descriptor);
        return error;
    }
    if (!S_ISREG(status.st_mode)) {
        ::close(descriptor);
        return PluginFault(PluginFaultCode::NotAFile,
                           QStringLiteral("%1 is %2, not a file").arg(path, kindOfFile(status.st_mode)));
    }
    return RegularFile(descriptor, status.st_size, {status.st_dev, status.st_ino},
                       std::chrono::seconds(status.st_mtim.tv_sec)
                           + std::chrono::nanoseconds(status.st_mtim.tv_nsec));
}

RegularFile::RegularFile(int descriptor, qint64 size, FileIdentity identity, std::chrono::nanoseconds modified)
    : m_descriptor(descriptor)
    , m_size(size)
    , m_identity(identity)
    , m_modified(modified)
{
}

RegularFile::RegularFile(RegularFile &&other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1))
    , m_size(other.m_size)
    , m_identity(other.m_identity)
    , m_modified(other.m_modified)
{
}

RegularFile::~RegularFile()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

std::optional<QByteArray> RegularFile::read(quint64 offset, quint64 size) const
{
    const auto available = static_cast<quint64>(m_size);
    if (offset > available || size > available - offset)
        return std::nullopt;
    QByteArray bytes(static_cast<qsizetype>(size), Qt::Uninitialized);
    qsizetype done = 0;
    while (done < bytes.size()) {
        const ssize_t got = ::pread(m_descriptor, bytes.data() + done, static_cast<size_t>(bytes.size() - done),
                                    static_cast<off_t>(offset) + done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return std::nullopt; // It shrank while it was read.
        done += got;
    }
    return bytes;
}

} // namespace burrow
