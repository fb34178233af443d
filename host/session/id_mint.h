// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "model/ids.h"

#include <QRandomGenerator64>

#include <algorithm>

namespace burrow {

/// Mints ids whose order is the order of minting. Not thread-safe: every thread has its own.
class IdMint
{
public:
    IdMint()
        : m_random(QRandomGenerator64::securelySeeded())
    {
    }

    template <typename AnyId>
    AnyId next(WallTime now)
    {
        // The calendar may stand still between two ids and may be set back; their order may not.
        m_last = std::max(m_last + 1, static_cast<quint64>(now.sinceEpoch.count()) << tail_bits);
        return {Uuid::version7(static_cast<qint64>(m_last >> tail_bits),
                               static_cast<quint16>(m_last & tail_mask), m_random.generate())};
    }

    /// The id of the input with that sequence; its low bits are the sequence, so that the store finds the row.
    static InputId inputId(WallTime now, quint64 sequence)
    {
        return {Uuid::version7(now.sinceEpoch.count(), 0, sequence)};
    }

private:
    static constexpr int tail_bits = 12;
    static constexpr quint64 tail_mask = (1U << tail_bits) - 1;

    QRandomGenerator64 m_random;
    quint64 m_last = 0; ///< Milliseconds and the count within them, as the newest id has them.
};

} // namespace burrow
