// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/input_record.h"

namespace burrow {

/// One input on its way into the run under way: staged with the executor, written, and told to its hook. A run
/// has one at a time, and its end waits for it.
struct LiveInjection
{
    enum class Stage : quint8 {
        Staging,    ///< The executor has not answered; the input is still queued.
        Writing,    ///< Staged; the write that consumes the input is in flight.
        Finalizing, ///< Durable; the executor's hook has not taken the snapshot over.
    };
    Stage stage = Stage::Staging;
    InputId input;
    std::vector<QByteArray> keys; ///< Under which the context was staged.
    std::optional<QByteArray> snapshot;
    Waiters waiters; ///< Finalizing.
};

/// The context by which an input enters a run: its own context appends, or else its appends under keys of the
/// host. Blank ones are left out; an input that gives none cannot enter.
std::vector<Append> liveContext(const Input &input);

} // namespace burrow
