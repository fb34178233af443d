// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/regular_file.h"

namespace burrow {

/// A file that may be opened: checked without running anything of it.
struct CheckedLibrary
{
    QString path;
    FileIdentity identity;
    qint64 size = 0;
    std::chrono::nanoseconds modified{0};
    QByteArray sha256; ///< In hex; empty when nobody wanted it.

    friend bool operator==(const CheckedLibrary &, const CheckedLibrary &) = default;
};

enum class Digest : quint8 { IfPromised, Always };

/// Regular file, sound ELF for this machine, entry symbol, and the digest: `promised` is the manifest's, or
/// empty.
PluginResult<CheckedLibrary> checkLibrary(const QString &path, const QByteArray &promised,
                                          Digest digest = Digest::IfPromised);

} // namespace burrow
