// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

#include <atomic>
#include <memory>

namespace burrow::test {

/// Fingerprints that were met, in one table of a fixed size that many threads fill at once.
class SeenStates
{
public:
    /// Room for that many; the table takes eight to sixteen bytes for each.
    explicit SeenStates(quint64 states);

    /// True when nobody has inserted it before.
    bool insert(quint64 fingerprint);
    quint64 count() const { return m_count.load(std::memory_order_relaxed); }

private:
    quint64 m_mask = 0;
    std::unique_ptr<std::atomic<quint64>[]> m_slots; ///< 0 = free.
    std::atomic<quint64> m_count{0};
};

} // namespace burrow::test
