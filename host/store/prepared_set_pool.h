// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/prepared_set.h"

#include <mutex>

namespace burrow {

/// Sets that were answered, for the next submit: they go round between the threads that fill them and the one
/// that writes, where otherwise each would be made on one and freed on the other. Any thread.
class PreparedSetPool
{
public:
    /// So many sets, empty; new ones where there are none.
    std::vector<std::unique_ptr<PreparedSet>> take(std::size_t count);
    /// Keeps a bounded number of them, as they are; those that are large are dropped.
    void giveBack(std::vector<std::unique_ptr<PreparedSet>> sets);

private:
    std::mutex m_mutex;
    std::vector<std::unique_ptr<PreparedSet>> m_sets; // Guarded by m_mutex.
};

} // namespace burrow
