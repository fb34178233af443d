// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

#include <array>
#include <utility>

namespace burrow {

/// The memory of blobs that were written, for the next ones: rows are encoded on one thread and let go on
/// another, and memory that one asks for and the other gives back costs both a lock. One thread at a time.
class SpareBlobs
{
public:
    /// The smallest block with room for so many bytes, which mean nothing; without one, an empty one.
    QByteArray take(qsizetype bytes)
    {
        std::size_t best = m_count;
        for (std::size_t at = 0; at < m_count; ++at) {
            const qsizetype room = m_blocks[at].capacity();
            if (room >= bytes && (best == m_count || room < m_blocks[best].capacity()))
                best = at;
        }
        if (best == m_count)
            return {};
        std::swap(m_blocks[best], m_blocks[--m_count]);
        return std::move(m_blocks[m_count]);
    }
    /// Keeps the memory unless it is large, or there is enough.
    void keep(QByteArray &&blob)
    {
        if (m_count < m_blocks.size() && blob.capacity() > 0 && blob.capacity() <= bytes_max)
            m_blocks[m_count++] = std::move(blob);
    }

private:
    static constexpr qsizetype bytes_max = 2'048;

    std::array<QByteArray, 6> m_blocks; ///< What the sets of an input need; the first m_count of them.
    std::size_t m_count = 0;
};

/// For those who have none.
inline QByteArray takeBlock(SpareBlobs *spare, qsizetype bytes)
{
    return spare != nullptr ? spare->take(bytes) : QByteArray();
}

} // namespace burrow
