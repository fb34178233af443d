// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <burrow/abi.h>

#include <QByteArray>
#include <QString>

/// Text and sizes as they cross the ABI, with the distrust that they need.
namespace burrow {

/// Borrows; null data only with size 0.
inline burrow_text toAbiText(QByteArrayView view)
{
    return {view.data(), static_cast<uint64_t>(view.size())};
}

/// What a borrowed text holds. Only for a text without a textFault.
inline QByteArrayView viewOf(const burrow_text &text)
{
    return {text.data, static_cast<qsizetype>(text.size)};
}

/// Copies; an empty text becomes a null array, which costs no allocation.
inline QByteArray copyOf(const burrow_text &text)
{
    return text.size == 0 ? QByteArray() : QByteArray(text.data, static_cast<qsizetype>(text.size));
}

/// Why a text cannot be accepted ("is null but has a length", "is longer than …", "is not UTF-8"), or null.
const char *textFault(const burrow_text &text, qint64 bytesMax);
/// As textFault, and there are no control characters, NUL among them.
const char *plainTextFault(const burrow_text &text, qint64 bytesMax);
/// Why opaque bytes cannot be accepted, or null.
const char *bytesFault(const burrow_bytes &bytes, qint64 bytesMax);

/// Why a `struct_size` cannot be accepted, or null. Every struct of the ABI is a multiple of 8 bytes.
inline const char *sizeFault(quint32 structSize, quint32 base)
{
    if (structSize < base)
        return "is smaller than in the first revision";
    if (structSize > BURROW_STRUCT_SIZE_MAX)
        return "is larger than 64 KiB";
    return structSize % 8 != 0 ? "is no multiple of 8" : nullptr;
}
/// Why an array cannot be walked, or null. After that, `count * stride` does not overflow.
const char *arrayFault(const burrow_array &array, quint32 strideBase, quint64 countMax);

/// A sentence of a plugin made fit for logs and terminals: invalid UTF-8 replaced, escape sequences and control
/// characters removed, line ends turned into spaces, and cut.
QString sanitised(const burrow_text &text, qint64 bytesMax);
QString sanitised(QByteArrayView bytes, qint64 bytesMax);

} // namespace burrow
