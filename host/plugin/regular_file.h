// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QString>

#include <compare>

namespace burrow {

/// Which file it is, whatever it is called.
struct FileIdentity
{
    quint64 device = 0;
    quint64 inode = 0;

    auto operator<=>(const FileIdentity &) const = default;
};

/// A regular file that is open for reading. Opening never hangs: a FIFO or a device is refused, not waited for.
class RegularFile
{
public:
    /// The error's sentence names the path and what lies there instead.
    static Result<RegularFile> open(const QString &path);
    ~RegularFile();
    RegularFile(RegularFile &&other) noexcept;
    RegularFile &operator=(RegularFile &&) = delete;

    qint64 size() const { return m_size; }
    FileIdentity identity() const { return m_identity; }
    /// Exactly `size` bytes at `offset`, or nothing when they are not all inside the file.
    std::optional<QByteArray> read(quint64 offset, quint64 size) const;

private:
    RegularFile(int descriptor, qint64 size, FileIdentity identity);

    int m_descriptor = -1;
    qint64 m_size = 0;
    FileIdentity m_identity;
};

} // namespace burrow
