// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArrayView>

namespace burrow {

/// Continues a CRC-32C (Castagnoli) over more bytes; 0 starts one. Uses the processor's instruction where there
/// is one: recovery checks every row that it reads.
quint32 crc32c(quint32 crc, QByteArrayView bytes);

} // namespace burrow
