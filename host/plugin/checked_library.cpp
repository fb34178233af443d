// SPDX-License-Identifier: Apache-2.0
#include "plugin/checked_library.h"

#include "plugin/elf_check.h"

#include <QCryptographicHash>

namespace burrow {

namespace {

PluginResult<QByteArray> digestOf(const RegularFile &file, const QString &path)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    constexpr qint64 block = 1LL << 20;
    for (qint64 at = 0; at < file.size(); at += block) {
        const auto bytes =
            file.read(static_cast<quint64>(at), static_cast<quint64>(qMin(block, file.size() - at)));
        if (!bytes) {
            return PluginFault(PluginFaultCode::FileUnreadable, QStringLiteral("cannot read %1").arg(path),
                               ErrorKind::Io);
        }
        hash.addData(*bytes);
    }
    return hash.result().toHex();
}

} // namespace

PluginResult<CheckedLibrary> checkLibrary(const QString &path, const QByteArray &promised, Digest digest)
{
    const PluginResult<RegularFile> file = RegularFile::open(path);
    if (!file)
        return file.error();
    if (PluginResult<void> checked = checkPluginLibrary(*file, path); !checked)
        return checked.error();
    CheckedLibrary library{path, file->identity(), file->size(), file->modified(), {}};
    if (promised.isEmpty() && digest == Digest::IfPromised)
        return library;
    PluginResult<QByteArray> found = digestOf(*file, path);
    if (!found)
        return found.error();
    if (!promised.isEmpty() && *found != promised) {
        return PluginFault(
            PluginFaultCode::DigestDiffers,
            QStringLiteral("%1 is not the library that its manifest describes (its SHA-256 differs)")
                .arg(path));
    }
    library.sha256 = *std::move(found);
    return library;
}

} // namespace burrow
