// SPDX-License-Identifier: Apache-2.0
#include "store/recovery_blocks.h"

#include <atomic>
#include <limits>
#include <new>
#include <utility>

namespace burrow {

struct RecoveryBlocks::Block
{
    std::atomic<std::size_t> users;

    static Block *make(std::size_t bytes, std::size_t users)
    {
        return new (::operator new(bytes)) Block{users};
    }
    void letGo(std::size_t count)
    {
        if (users.fetch_sub(count, std::memory_order_acq_rel) == count)
            ::operator delete(this);
    }
};

namespace {

/// What stands before each piece: where its block is.
constexpr std::size_t pointer_bytes = sizeof(void *);
static_assert(pointer_bytes == 8, "a piece is aligned to 8");

#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t block_bytes = 0; // Each piece by itself, so that the sanitizer sees where it ends.
#else
constexpr std::size_t block_bytes = 64U << 10U;
#endif
/// What is larger has a block of its own, and the one being filled goes on.
constexpr std::size_t shared_bytes_max = block_bytes / 4;

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
    const std::size_t size = pointer_bytes + aligned(bytes);
    if (size > shared_bytes_max)
        return pieceOf(Block::make(sizeof(Block) + size, 1), sizeof(Block));
    if (m_block == nullptr || m_used + size > block_bytes) {
        endBlock();
        m_block = Block::make(block_bytes, filler_users);
        m_used = sizeof(Block);
    }
    ++m_taken;
    return pieceOf(m_block, std::exchange(m_used, m_used + size));
}

void RecoveryBlocks::giveBack(void *piece)
{
    blockOf(piece)->letGo(1);
}

void *RecoveryBlocks::pieceOf(Block *block, std::size_t at)
{
    char *begin = reinterpret_cast<char *>(block) + at;
    new (begin) Block *(block);
    return begin + pointer_bytes;
}

RecoveryBlocks::Block *RecoveryBlocks::blockOf(void *piece)
{
    return *std::launder(reinterpret_cast<Block **>(static_cast<char *>(piece) - pointer_bytes));
}

void RecoveryBlocks::endBlock()
{
    if (m_block != nullptr)
        std::exchange(m_block, nullptr)->letGo(filler_users - std::exchange(m_taken, 0));
}

} // namespace burrow
