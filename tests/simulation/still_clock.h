// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/clock.h"

#include <atomic>

namespace burrow::test {

/// A clock that shows what it was set to last. Thread-safe.
class StillClock : public Clock
{
public:
    void set(WallTime now) { m_milliseconds = now.sinceEpoch.count(); }
    MonotonicTime now() const override { return MonotonicTime{} + wallNow().sinceEpoch; }
    WallTime wallNow() const override { return {std::chrono::milliseconds(m_milliseconds.load())}; }

private:
    std::atomic<qint64> m_milliseconds = 0;
};

} // namespace burrow::test
