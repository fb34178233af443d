// SPDX-License-Identifier: Apache-2.0
#include "plugin/abi_text.h"

#include <QUtf8StringView>

#include <algorithm>

namespace burrow {

namespace {

bool isControl(char16_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

/// Characters that reorder or hide what a reader sees beside them.
bool isInvisibleDirection(char16_t c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f;
}

/// Past the escape sequence that begins at `at`: CSI up to its final byte, OSC and its relatives up to their
/// terminator, anything else two characters.
qsizetype afterEscape(const QString &text, qsizetype at)
{
    qsizetype next = at + 1;
    if (next >= text.size())
        return next;
    const char16_t kind = text[next].unicode();
    ++next;
    if (kind == u'[') {
        while (next < text.size() && (text[next].unicode() < 0x40 || text[next].unicode() > 0x7e))
            ++next;
        return std::min(next + 1, text.size());
    }
    if (kind == u']' || kind == u'P' || kind == u'^' || kind == u'_' || kind == u'X') {
        while (next < text.size() && text[next].unicode() != 0x07 && text[next].unicode() != 0x1b)
            ++next;
        if (next < text.size() && text[next].unicode() == 0x1b)
            ++next;
        return std::min(next + 1, text.size());
    }
    return next;
}

} // namespace

const char *textFault(const burrow_text &text, qint64 bytesMax)
{
    if (text.size == 0)
        return nullptr;
    if (!text.data)
        return "is null but has a length";
    if (text.size > static_cast<quint64>(bytesMax))
        return "is longer than is allowed";
    if (!QUtf8StringView(text.data, static_cast<qsizetype>(text.size)).isValidUtf8())
        return "is not UTF-8";
    return nullptr;
}

const char *plainTextFault(const burrow_text &text, qint64 bytesMax)
{
    if (const char *fault = textFault(text, bytesMax))
        return fault;
    quint8 before = 0;
    for (const char byte : viewOf(text)) {
        const auto c = static_cast<quint8>(byte);
        if (c < 0x20 || c == 0x7f || (before == 0xc2 && c < 0xa0)) // U+0080 to U+009F are C2 80 to C2 9F.
            return "has control characters";
        before = c;
    }
    return nullptr;
}

const char *bytesFault(const burrow_bytes &bytes, qint64 bytesMax)
{
    if (bytes.size == 0)
        return nullptr;
    if (!bytes.data)
        return "is null but has a length";
    return bytes.size > static_cast<quint64>(bytesMax) ? "is longer than is allowed" : nullptr;
}

const char *arrayFault(const burrow_array &array, quint32 strideBase, quint64 countMax)
{
    if (array.count == 0)
        return nullptr;
    if (!array.data)
        return "is null but has elements";
    if (array.count > countMax)
        return "has more elements than are allowed";
    return sizeFault(array.stride, strideBase) ? "has a stride that no element fits" : nullptr;
}

QString sanitised(const burrow_text &text, qint64 bytesMax)
{
    if (text.size == 0 || !text.data)
        return {};
    return sanitised(
        QByteArrayView(text.data, static_cast<qsizetype>(std::min<quint64>(text.size, quint64(bytesMax) + 4))),
        bytesMax);
}

QString sanitised(QByteArrayView bytes, qint64 bytesMax)
{
    const bool cut = bytes.size() > bytesMax;
    qsizetype size = cut ? static_cast<qsizetype>(bytesMax) : bytes.size();
    while (cut && size > 0 && (static_cast<quint8>(bytes[size]) & 0xc0) == 0x80)
        --size; // Not through the middle of a character.
    const QString raw = QString::fromUtf8(bytes.first(size));
    QString clean;
    clean.reserve(raw.size());
    for (qsizetype at = 0; at < raw.size();) {
        const char16_t c = raw[at].unicode();
        if (c == 0x1b) {
            at = afterEscape(raw, at);
            continue;
        }
        if (c == u'\n' || c == u'\t')
            clean.append(QLatin1Char(' '));
        else if (!isControl(c) && !isInvisibleDirection(c))
            clean.append(raw[at]);
        ++at;
    }
    clean = clean.trimmed();
    if (cut)
        clean.append(QStringLiteral("…"));
    return clean;
}

} // namespace burrow
