// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QtGlobal>

#include <compare>
#include <functional>
#include <optional>

namespace burrow {

/// 128 bits of identity, big-endian in text. All zero means "none".
struct Uuid
{
    quint64 high = 0;
    quint64 low = 0;

    bool isNull() const { return high == 0 && low == 0; }
    explicit operator bool() const { return !isNull(); }
    auto operator<=>(const Uuid &) const = default;

    /// 36 characters, lower case, with hyphens.
    QByteArray toText() const;
    /// Accepts exactly the form that toText() writes, in either case.
    static std::optional<Uuid> fromText(QByteArrayView text);
    /// A UUID version 7 (RFC 9562): 48 bits of milliseconds since 1970, 12 bits `tail`, 62 bits `body`.
    static Uuid version7(qint64 unixMilliseconds, quint16 tail, quint64 body);
};

/// An identifier that cannot be mistaken for one of another kind.
template <typename Tag>
struct Id
{
    Uuid uuid;

    bool isNull() const { return uuid.isNull(); }
    explicit operator bool() const { return !uuid.isNull(); }
    auto operator<=>(const Id &) const = default;
    QByteArray toText() const { return uuid.toText(); }
    static std::optional<Id> fromText(QByteArrayView text)
    {
        const std::optional<Uuid> parsed = Uuid::fromText(text);
        return parsed ? std::optional<Id>(Id{*parsed}) : std::nullopt;
    }
};

/// Qt's and the standard library's containers hash ids by their random or counted low half.
inline size_t qHash(const Uuid &uuid, size_t seed = 0)
{
    return static_cast<size_t>((uuid.low ^ (uuid.high * 0x9e3779b97f4a7c15ULL)) ^ seed);
}
template <typename Tag>
size_t qHash(const Id<Tag> &id, size_t seed = 0)
{
    return qHash(id.uuid, seed);
}

} // namespace burrow

template <typename Tag>
struct std::hash<burrow::Id<Tag>>
{
    size_t operator()(const burrow::Id<Tag> &id) const noexcept { return burrow::qHash(id.uuid); }
};
