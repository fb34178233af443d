// SPDX-License-Identifier: Apache-2.0
#include "config/referenced_file.h"

#include "config/source_text.h"

#include <QFile>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace burrow {

namespace {

constexpr qint64 referenced_bytes_max = 1LL << 20;

ReferencedFile refused(FindingCode code, const QString &problem, const QString &help = {})
{
    return {std::nullopt, code, problem, help};
}

QString lastError()
{
    return QString::fromLocal8Bit(std::strerror(errno));
}

ReferencedFile textOf(QByteArray bytes)
{
    if (bytes.size() > referenced_bytes_max)
        return refused(FindingCode::ReferencedText,
                       QStringLiteral("is larger than 1 MiB, the most that is read"));
    if (bytes.endsWith('\n'))
        bytes.chop(bytes.endsWith("\r\n") ? 2 : 1);
    if (bytes.contains('\0') || firstInvalidUtf8(bytes) >= 0)
        return refused(FindingCode::ReferencedText, QStringLiteral("does not hold text in UTF-8"));
    return {bytes, {}, {}, {}};
}

ReferencedFile readOpened(QFile &file)
{
    struct stat status = {};
    if (::fstat(file.handle(), &status) != 0)
        return refused(FindingCode::ReferencedFile, QStringLiteral("cannot be read: %1").arg(lastError()));
    if (S_ISDIR(status.st_mode))
        return refused(FindingCode::ReferencedFile, QStringLiteral("is a folder"));
    if (!S_ISREG(status.st_mode))
        return refused(FindingCode::ReferencedFile, QStringLiteral("is a pipe or a device"));
    if ((status.st_mode & (S_IRGRP | S_IROTH)) != 0) {
        const QString mode = QStringLiteral("%1").arg(status.st_mode & 07777U, 4, 8, QLatin1Char('0'));
        return refused(FindingCode::ReferencedFileExposed,
                       QStringLiteral("can be read by others than its owner (its mode is %1)").arg(mode),
                       QStringLiteral("take the right away from them: chmod go= FILE"));
    }
    QByteArray bytes = file.read(referenced_bytes_max + 1);
    if (file.error() != QFileDevice::NoError)
        return refused(FindingCode::ReferencedFile,
                       QStringLiteral("cannot be read: %1").arg(file.errorString()));
    return textOf(std::move(bytes));
}

} // namespace

ReferencedFile readReferencedFile(const QString &path)
{
    // Without O_NONBLOCK opening a FIFO would wait for somebody to write.
    const int descriptor =
        ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return refused(FindingCode::ReferencedFile, QStringLiteral("cannot be opened: %1").arg(lastError()));
    QFile file;
    if (!file.open(descriptor, QIODevice::ReadOnly, QFileDevice::AutoCloseHandle)) {
        ::close(descriptor);
        return refused(FindingCode::ReferencedFile,
                       QStringLiteral("cannot be opened: %1").arg(file.errorString()));
    }
    return readOpened(file);
}

} // namespace burrow
