// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log_categories.h"

#include <mutex>

namespace burrow {

/// Lets a number of records pass in each second and counts the rest. Thread-safe.
class RateLimiter
{
public:
    explicit RateLimiter(quint32 perSecond)
        : m_perSecond(perSecond)
    {
    }

    struct Verdict
    {
        bool passes = false;
        quint64 droppedBefore = 0; ///< Since the last record that passed in an earlier second; say so once.
    };
    Verdict ask();

private:
    const quint32 m_perSecond;

    std::mutex m_mutex;
    // guarded by m_mutex
    qint64 m_second = -1;
    quint32 m_passed = 0;
    quint64 m_dropped = 0;
};

} // namespace burrow
