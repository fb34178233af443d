// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

/// Input sequences of a store file: the epoch above, a count below. An opening raises the epoch durably before
/// the first sequence is handed out, so no sequence comes twice, also one that was told to somebody and never
/// written; nothing has to be reserved. 22 bits hold four million openings, 40 a million million inputs of
/// each.
namespace burrow {

inline constexpr int sequence_count_bits = 40;

inline quint64 firstSequenceOf(quint64 epoch)
{
    return (epoch << sequence_count_bits) + 1;
}

inline quint64 epochOfSequence(quint64 sequence)
{
    return sequence >> sequence_count_bits;
}

} // namespace burrow
