// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

#include <QtGlobal>

#include <utility>
#include <vector>

namespace burrow::test {

/// One state as a row of words that is equal for two states exactly when they are the same state under other
/// names. Words are facts as they are; places are numbers of which only the order counts, and become their
/// ranks.
class Encoding
{
public:
    void clear(MonotonicTime now);
    void put(quint64 word) { m_words.push_back(word); }
    template <typename Enum>
    requires std::is_enum_v<Enum>
    void put(Enum value) { put(static_cast<quint64>(value)); }
    /// A number whose order among all places is a fact, and whose value is not; 0 means none.
    void putPlace(quint64 place);
    /// How long from now; never stays never.
    void putTime(MonotonicTime at);

    /// 64 bits of it. Of ten million states, two fall together with a probability below one in 300'000.
    quint64 digest();
    const std::vector<quint64> &words() const { return m_words; }

private:
    MonotonicTime m_now;
    std::vector<quint64> m_words;
    std::vector<std::pair<quint64, std::size_t>> m_places; ///< The number, and where its rank belongs.
};

} // namespace burrow::test
