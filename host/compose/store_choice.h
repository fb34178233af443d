// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compose/composition.h"

namespace burrow {

/// An opened store, and what it held when it was opened.
struct ChosenStore
{
    std::unique_ptr<Store> store;
    std::optional<TakenOver> takenOver; ///< Nothing for a store that forgets.
};

/// Opens the store that the configuration asks for; `clock` must outlive it. Errors: Configuration (no place
/// for the file is known), Conflict (another host has it, or it is not ours to open), Io.
Result<ChosenStore> chooseStore(const Configuration &configuration, const Clock &clock);

} // namespace burrow
