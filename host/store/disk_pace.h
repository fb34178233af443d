// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

#include <bitset>

namespace burrow {

/// Whether the disk has lately been fast: at most one of the last hundred commits took longer than a
/// millisecond, besides what copying its write sets takes. Then it may be waited for on a thread that serves
/// sessions. A disk that falls ill is noticed so, and one that has recovered comes back by itself. One thread
/// at a time.
class DiskPace
{
public:
    void add(Duration took, std::size_t sets)
    {
        m_slowCount -= m_slow[m_next] ? 1 : 0;
        m_slow[m_next] = took > fast_commit + copy_of_set * sets;
        m_slowCount += m_slow[m_next] ? 1 : 0;
        m_next = (m_next + 1) % window;
    }
    bool isFast() const { return m_slowCount <= slow_max; }
    /// A commit costs little as a rule, whatever one of them now and then does. For who decides how much to
    /// write at once, and keeps nobody waiting.
    bool isMostlyFast() const { return m_slowCount < static_cast<int>(window) / 2; }

private:
    static constexpr Duration fast_commit = std::chrono::milliseconds(1);
    // Without it a disk would be called slow for long batches, and batches be long because the disk is slow.
    static constexpr Duration copy_of_set = std::chrono::microseconds(2);
    static constexpr std::size_t window = 100;
    static constexpr int slow_max = 1;

    std::bitset<window> m_slow;
    std::size_t m_next = 0;
    int m_slowCount = 0;
};

} // namespace burrow
