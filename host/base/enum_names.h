// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArrayView>

#include <array>
#include <cstddef>
#include <optional>

namespace burrow {

/// The stable lower-case names of an enum whose values run from 0 without gaps. One table serves printing and
/// parsing, so that they cannot differ.
template <typename Enum, std::size_t Count>
struct EnumNames
{
    std::array<const char *, Count> names;

    constexpr const char *operator()(Enum value) const { return names[static_cast<std::size_t>(value)]; }
    std::optional<Enum> parse(QByteArrayView text) const
    {
        for (std::size_t at = 0; at < Count; ++at) {
            if (text == QByteArrayView(names[at]))
                return static_cast<Enum>(at);
        }
        return std::nullopt;
    }
};

} // namespace burrow
