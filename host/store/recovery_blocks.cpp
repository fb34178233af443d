// SPDX-License-Identifier: Apache-2.0
#include "store/recovery_blocks.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <new>

namespace burrow {

struct RecoveryBlocks::Block
{
    std::atomic<std::size_t> users;
    std::size_t bytes; ///< With this.

    void letGo(std::size_t count)
    {
        if (users.fetch_sub(count, std::memory_order_acq_rel) == count)
            ::operator delete(this);
    }
};

namespace {

constexpr std::size_t block_bytes = 1U << 20U;

/// What the one who fills a block counts for: so many that no number of pieces comes to it, so that a block
/// does not end while it is being filled.
constexpr std::size_t filler_users = std::numeric_limits<std::size_t>::max() / 2;

constexpr std::size_t aligned(std::size_t bytes)
{
    return (bytes + 7) / 8 * 8;
}

} // namespace

RecoveryBlocks::~RecoveryBlocks()
{
    endBlock();
}

void *RecoveryBlocks::take(std::size_t bytes)
{
    // Each piece begins with where its block is.
    const std::size_t size = sizeof(Block *) + aligned(bytes);
    if (m_block == nullptr || size > m_block->bytes - m_used) {
        endBlock();
        const std::size_t whole = std::max(block_bytes, sizeof(Block) + size);
        m_block = new (::operator new(whole)) Block{filler_users, whole};
        m_used = sizeof(Block);
    }
    char *begin = reinterpret_cast<char *>(m_block) + m_used;
    m_used += size;
    ++m_taken;
    return new (begin) Block *(m_block) + 1;
}

void RecoveryBlocks::giveBack(void *piece)
{
    (*(static_cast<Block **>(piece) - 1))->letGo(1);
}

void RecoveryBlocks::endBlock()
{
    if (m_block != nullptr)
        m_block->letGo(filler_users - std::exchange(m_taken, 0));
    m_block = nullptr;
}

} // namespace burrow
