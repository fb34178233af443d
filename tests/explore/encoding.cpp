// SPDX-License-Identifier: Apache-2.0
#include "encoding.h"

#include <algorithm>

namespace burrow::test {

namespace {

quint64 mixed(quint64 value)
{
    value ^= value >> 32;
    value *= 0xd6e8feb86659fd93ULL;
    value ^= value >> 32;
    value *= 0xd6e8feb86659fd93ULL;
    value ^= value >> 32;
    return value;
}

} // namespace

void Encoding::clear(MonotonicTime now)
{
    m_now = now;
    m_words.clear();
    m_places.clear();
}

void Encoding::putPlace(quint64 place)
{
    if (place != 0)
        m_places.emplace_back(place, m_words.size());
    m_words.push_back(0);
}

void Encoding::putTime(MonotonicTime at)
{
    put(at == MonotonicTime::never() ? ~0ULL : static_cast<quint64>((at - m_now).count()));
}

quint64 Encoding::digest()
{
    std::sort(m_places.begin(), m_places.end());
    quint64 rank = 0;
    quint64 last = 0;
    for (const auto &[place, at] : m_places) {
        rank += place != last ? 1 : 0;
        last = place;
        m_words[at] = rank;
    }
    m_places.clear();
    quint64 digest = m_words.size();
    for (const quint64 word : m_words)
        digest = mixed(digest ^ (word + 0x9e3779b97f4a7c15ULL)) * 3 + 1;
    return mixed(digest);
}

} // namespace burrow::test
