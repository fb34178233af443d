// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/plugin_fault.h"

#include <QByteArray>
#include <QString>

#include <chrono>
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
    /// FileMissing, FileUnreadable or NotAFile; the sentence names the path and what lies there instead.
    static PluginResult<RegularFile> open(const QString &path);
    ~RegularFile();
    RegularFile(RegularFile &&other) noexcept;
    RegularFile &operator=(RegularFile &&) = delete;

    qint64 size() const { return m_size; }
    FileIdentity identity() const { return m_identity; }
    /// When its content was changed last, since 1970.
    std::chrono::nanoseconds modified() const { return m_modified; }
    /// Exactly `size` bytes at `offset`, or nothing when they are not all inside the file.
    std::optional<QByteArray> read(quint64 offset, quint64 size) const;

private:
    RegularFile(int descriptor, qint64 size, FileIdentity identity, std::chrono::nanoseconds modified);

    int m_descriptor = -1;
    qint64 m_size = 0;
    FileIdentity m_identity;
    std::chrono::nanoseconds m_modified{0};
};

} // namespace burrow
