// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/regular_file.h"

#include <burrow/abi.h>

namespace burrow {

/// A library that has been opened. It is never closed: its threads, its thread-local destructors and its static
/// data may be in use until the process ends. Hence a plain value that owns nothing.
struct OpenLibrary
{
    using Entry = int32_t (*)(const burrow_host_offer *, const burrow_plugin **);
    Entry entry = nullptr;
};

/// A file that may be opened: checked without running anything of it.
struct CheckedLibrary
{
    QString path;
    FileIdentity identity;
};

/// Regular file, sound ELF for this machine, entry symbol, and the digest if the manifest promised one.
Result<CheckedLibrary> checkLibrary(const QString &path, const QByteArray &sha256);

/// dlopen with all symbols resolved now and none made visible to others. Runs the library's constructors.
Result<OpenLibrary> openLibrary(const CheckedLibrary &library);

} // namespace burrow
