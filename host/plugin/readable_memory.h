// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace burrow {

/// Whether those bytes of this process can be read. Asks the kernel instead of trying, so that a garbage
/// pointer from a plugin's tables is an error and no crash. Only for load time: it costs a system call.
bool isReadable(const void *data, std::size_t size);

} // namespace burrow
