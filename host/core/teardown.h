// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/events.h"
#include "machine/session_machine.h"

namespace burrow {

/// A session that is being brought to rest: requested → (its run ends) → its executor stops → durable → its
/// clean-up is answered → everybody who asked hears the one result.
struct Teardown
{
    enum class Kind : quint8 {
        Stop,       ///< It ends in Stopped, or Retired, and can be started again.
        Destroy,    ///< It ends in Destroyed.
        Unregister, ///< It ends outside this host; the store keeps it as it was.
    };
    enum class Stage : quint8 {
        Requested,
        StoppingExecutor,
        ReadyToTerminalize,
        Terminalizing,
        CleaningUp,
        Leaving, ///< Unregister: what is known of the clean-up is being written.
    };
    struct Caller
    {
        CommandId command = 0;
        MonotonicTime answerBy = MonotonicTime::never();
    };

    Kind kind = Kind::Stop;
    Stage stage = Stage::Requested;
    bool durable = true; ///< False after a store failure: what it ends in holds for this process only.
    QString reason;
    std::vector<Caller> callers;
    CommandReceipt receipt;                      ///< Once it is terminal; the same for all callers.
    Registration before = Registration::Queuing; ///< Unregister: what a failed write goes back to.
    bool retryWaited = false; ///< A failed input was waiting to be tried again when it began.
    SessionRegisters left;    ///< Unregister: what stays in the store.
};

} // namespace burrow
