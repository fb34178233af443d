// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/finding_code.h"

#include <QByteArray>
#include <QString>

#include <optional>

namespace burrow {

/// What `${file:path}` stands for, or why it may not be used.
struct ReferencedFile
{
    std::optional<QByteArray> text; ///< Without the newline at its end.
    FindingCode code = FindingCode::ReferencedFile;
    QString problem; ///< Continues a sentence that names the file.
    QString help;
};

/// Reads a file that holds a secret: a regular one, not too large, that nobody but its owner can read. The
/// permissions are those of the file that is read, whatever its name comes to mean meanwhile.
ReferencedFile readReferencedFile(const QString &path);

} // namespace burrow
