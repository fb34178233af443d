// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/stored_session.h"

/// Whether what a store says of a session can be true. Pure; a session whose image cannot be is held and never
/// guessed at. What is looked at here is what the core builds on; checksums are the store's own business.
namespace burrow {

/// What is wrong with an open input, as one clause that names it; nothing when it can be recovered.
std::optional<QString> storedInputDefect(const InputRow &row);

/// What is wrong with the image of a session, as one clause; nothing when it can be recovered. Ephemeral rows
/// are not looked at: they are discarded.
std::optional<QString> storedSessionDefect(const StoredSession &stored);

/// An input of that row outlives its process.
inline bool isRecovered(const InputRow &row)
{
    return row.input == nullptr || row.input->durability != Durability::Ephemeral;
}

} // namespace burrow
