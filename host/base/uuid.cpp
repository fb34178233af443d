// SPDX-License-Identifier: Apache-2.0
#include "base/uuid.h"

namespace burrow {

namespace {

constexpr qsizetype textLength = 36;

bool isHyphenPlace(qsizetype at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

int hexValue(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

} // namespace

QByteArray Uuid::toText() const
{
    static constexpr char digits[] = "0123456789abcdef";
    QByteArray text(textLength, '-');
    int nibble = 0;
    for (qsizetype at = 0; at < textLength; ++at) {
        if (isHyphenPlace(at))
            continue;
        const quint64 half = nibble < 16 ? high : low;
        text[at] = digits[(half >> (60 - 4 * (nibble % 16))) & 0xf];
        ++nibble;
    }
    return text;
}

std::optional<Uuid> Uuid::fromText(QByteArrayView text)
{
    if (text.size() != textLength)
        return std::nullopt;
    Uuid uuid;
    int nibble = 0;
    for (qsizetype at = 0; at < textLength; ++at) {
        if (isHyphenPlace(at)) {
            if (text[at] != '-')
                return std::nullopt;
            continue;
        }
        const int value = hexValue(text[at]);
        if (value < 0)
            return std::nullopt;
        quint64 &half = nibble < 16 ? uuid.high : uuid.low;
        half = (half << 4) | static_cast<quint64>(value);
        ++nibble;
    }
    return uuid;
}

Uuid Uuid::version7(qint64 unixMilliseconds, quint16 tail, quint64 body)
{
    Uuid uuid;
    uuid.high = (static_cast<quint64>(unixMilliseconds) << 16) | 0x7000U | (tail & 0x0fffU);
    uuid.low = 0x8000000000000000ULL | (body & 0x3fffffffffffffffULL);
    return uuid;
}

} // namespace burrow
