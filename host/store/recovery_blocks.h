// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

#include <cstddef>
#include <memory>

namespace burrow {

/// Where recovery puts what it finds: one piece behind the other in blocks, because as many small allocations
/// took as long as reading the rows, and their room between the pieces is room that the kernel has to clear
/// first. A block is freed with the last of its pieces, and is small enough to be kept by one piece that stays.
class RecoveryBlocks
{
public:
    RecoveryBlocks() = default;
    ~RecoveryBlocks();
    Q_DISABLE_COPY_MOVE(RecoveryBlocks)

    /// A piece for so many bytes, aligned to 8. One thread. Throws std::bad_alloc.
    void *take(std::size_t bytes);
    /// Gives a piece back. Any thread, also when this is gone.
    static void giveBack(void *piece);

private:
    struct Block;

    static void *pieceOf(Block *block, std::size_t at);
    static Block *blockOf(void *piece);
    void endBlock();

    Block *m_block = nullptr; ///< The one being filled.
    std::size_t m_used = 0;   ///< Its bytes.
    std::size_t m_taken = 0;  ///< Its pieces.
};

/// Ends something that stands in a piece.
struct RecoveryDeleter
{
    template <typename Thing>
    void operator()(Thing *thing) const
    {
        std::destroy_at(thing);
        RecoveryBlocks::giveBack(thing);
    }
};

} // namespace burrow
