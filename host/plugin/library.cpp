// SPDX-License-Identifier: Apache-2.0
#include "plugin/library.h"

#include "plugin/abi_text.h"
#include "plugin/call_guard.h"
#include "plugin/elf_check.h"
#include "plugin/plugin_limits.h"

#include <QCryptographicHash>
#include <QFile>

#include <dlfcn.h>

namespace burrow {

namespace {

QString linkerSentence()
{
    const char *text = ::dlerror();
    return text ? sanitised(QByteArrayView(text), limits::plugin_message_bytes_max)
                : QStringLiteral("the dynamic linker gives no reason");
}

Result<void> checkDigest(const RegularFile &file, const QString &path, const QByteArray &sha256)
{
    if (sha256.isEmpty())
        return {};
    QCryptographicHash hash(QCryptographicHash::Sha256);
    constexpr qint64 block = 1LL << 20;
    for (qint64 at = 0; at < file.size(); at += block) {
        const auto bytes =
            file.read(static_cast<quint64>(at), static_cast<quint64>(qMin(block, file.size() - at)));
        if (!bytes)
            return Error{ErrorKind::Io, QStringLiteral("cannot read %1").arg(path)};
        hash.addData(*bytes);
    }
    if (hash.result().toHex() != sha256) {
        return Error{ErrorKind::Plugin,
                     QStringLiteral("%1 is not the library that its manifest describes (its SHA-256 "
                                    "differs); install the plugin again")
                         .arg(path)};
    }
    return {};
}

} // namespace

Result<CheckedLibrary> checkLibrary(const QString &path, const QByteArray &sha256)
{
    const Result<RegularFile> file = RegularFile::open(path);
    if (!file)
        return file.error();
    if (Result<void> checked = checkPluginLibrary(*file, path); !checked)
        return checked.error();
    if (Result<void> checked = checkDigest(*file, path, sha256); !checked)
        return checked.error();
    return CheckedLibrary{path, file->identity()};
}

Result<OpenLibrary> openLibrary(const CheckedLibrary &library)
{
    const QByteArray path = QFile::encodeName(library.path);
    ::dlerror();
    // RTLD_NODELETE: nothing can unload it, not even a dlclose by somebody else.
    const CallResult<void *> opened =
        guardedCall([&] { return ::dlopen(path.constData(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE); });
    if (opened.threw) {
        return Error{ErrorKind::Plugin,
                     QStringLiteral("%1 threw an exception while it was opened").arg(library.path)};
    }
    if (!opened.answer) {
        return Error{ErrorKind::Plugin,
                     QStringLiteral("cannot open %1: %2; install what it needs, or build it for this system")
                         .arg(library.path, linkerSentence())};
    }
    void *symbol = ::dlsym(opened.answer, pluginEntrySymbol);
    if (!symbol) {
        return Error{ErrorKind::Plugin,
                     QStringLiteral("%1 has no entry function: %2").arg(library.path, linkerSentence())};
    }
    return OpenLibrary{reinterpret_cast<OpenLibrary::Entry>(symbol)};
}

} // namespace burrow
