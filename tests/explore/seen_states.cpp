// SPDX-License-Identifier: Apache-2.0
#include "seen_states.h"

#include "base/assert.h"

#include <bit>

namespace burrow::test {

SeenStates::SeenStates(quint64 states)
    : m_mask(std::bit_ceil(states + states / 4 + 64) - 1)
    , m_slots(std::make_unique<std::atomic<quint64>[]>(m_mask + 1))
{
}

bool SeenStates::insert(quint64 fingerprint)
{
    fingerprint += fingerprint == 0 ? 1 : 0;
    for (quint64 at = fingerprint & m_mask;; at = (at + 1) & m_mask) {
        quint64 found = m_slots[at].load(std::memory_order_relaxed);
        if (found == 0 && m_slots[at].compare_exchange_strong(found, fingerprint, std::memory_order_relaxed)) {
            const quint64 count = m_count.fetch_add(1, std::memory_order_relaxed);
            BURROW_ASSERT(count < m_mask); // Whoever searches stops in time.
            return true;
        }
        if (found == fingerprint)
            return false;
    }
}

} // namespace burrow::test
