// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/outcome.h"

namespace burrow {

/// The phase of a session as everybody outside the machine sees it.
enum class Phase : quint8 { Initializing, Idle, Attached, Running, Retired, Stopped, Destroyed };
inline constexpr EnumNames<Phase, 7> phaseName{
    {"initializing", "idle", "attached", "running", "retired", "stopped", "destroyed"}};

/// Why an input or a command was refused.
enum class Refusal : quint8 {
    None,
    NotReady, ///< The session's phase refuses; `phase` says which.
    Destroyed,
    DurabilityViolation,
    PeerHandlingModeInvalid,
    PeerTerminalInvalid,
    KeyConflict, ///< Same idempotency key, other kind or payload; `existing` names the input.
    QueueFull,   ///< `limit` and `open` say how full; retryable.
    TooLarge,
    Busy,           ///< Too many writes in flight; retryable.
    NotWritten,     ///< The store could not write it; retryable.
    OutcomeUnknown, ///< The store cannot tell whether it was written: ask by key.
    Fenced,         ///< Another host owns the store.
    Held,           ///< The session's stored image cannot be trusted; the message has reason and remedy.
    ShuttingDown,
    NotCurrent, ///< A cancel named another run than the current one.
    NotFound,
    Invalid,         ///< Malformed; the message says what.
    InvalidState,    ///< An input by runtime id came when the session's phase refuses; `phase` says which.
    BindingMismatch, ///< It names the runtime, but another binding of it than the current one.
};
inline constexpr EnumNames<Refusal, 20> refusalName{{"none",
                                                     "not_ready",
                                                     "destroyed",
                                                     "durability_violation",
                                                     "peer_handling_mode_invalid",
                                                     "peer_terminal_invalid",
                                                     "key_conflict",
                                                     "queue_full",
                                                     "too_large",
                                                     "busy",
                                                     "not_written",
                                                     "outcome_unknown",
                                                     "fenced",
                                                     "held",
                                                     "shutting_down",
                                                     "not_current",
                                                     "not_found",
                                                     "invalid",
                                                     "invalid_state",
                                                     "binding_mismatch"}};

/// What became of the work behind a repeated key.
enum class Work : quint8 { Pending, Delivered, Ended };
inline constexpr EnumNames<Work, 3> workName{{"pending", "delivered", "ended"}};

/// The answer to an accept.
struct AcceptReceipt
{
    enum class Verdict : quint8 {
        Accepted,
        Deduplicated,
        Rejected,
        Unknown, ///< The caller's bound ran out first. The accept goes on: ask for the outcome by id or by key.
    };
    Verdict verdict = Verdict::Rejected;
    InputId input;             ///< The new input, also of a duplicate (which is then not stored).
    InputId existing;          ///< Deduplicated and KeyConflict.
    Work work = Work::Pending; ///< Deduplicated.
    OutcomeClass endedAs = OutcomeClass::RuntimeTerminated; ///< Deduplicated with Work::Ended.
    bool willResolve = false;                               ///< A waiter was asked for and will be answered.
    bool consumedOnAccept = false;                          ///< Accepted and already terminal.
    Refusal refusal = Refusal::None;
    Phase phase = Phase::Idle; ///< NotReady: the phase that refuses.
    quint32 limit = 0;         ///< QueueFull.
    quint32 open = 0;          ///< QueueFull.
    QString message;           ///< Rejected, Unknown: one sentence.

    bool accepted() const { return verdict == Verdict::Accepted; }
    bool retryable() const
    {
        return refusal == Refusal::QueueFull || refusal == Refusal::Busy || refusal == Refusal::NotWritten;
    }
};
inline constexpr EnumNames<AcceptReceipt::Verdict, 4> acceptVerdictName{
    {"accepted", "deduplicated", "rejected", "unknown"}};

/// What a lifecycle command did with the session's open inputs.
struct WorkCounts
{
    quint32 abandoned = 0;   ///< They have ended, without having run to the end.
    quint32 draining = 0;    ///< Retire: still open, they run before the session is empty.
    quint32 transferred = 0; ///< Recycle: kept.
    quint32 recovered = 0;   ///< Recover: open in the store and open here now.
    quint32 requeued = 0;    ///< Recover: of them, those that a host had begun and that are queued again.

    friend bool operator==(const WorkCounts &, const WorkCounts &) = default;
};

/// What is known of the clean-up after a session's executor.
enum class CleanUp : quint8 {
    None, ///< The command asks for none.
    Done,
    Owed, ///< It failed or did not answer; it is tried again, also by the next host.
};
inline constexpr EnumNames<CleanUp, 3> cleanUpName{{"none", "done", "owed"}};

/// The answer to a command that is not an accept.
struct CommandReceipt
{
    enum class Verdict : quint8 { Done, Deferred, NoOp, Refused };
    Verdict verdict = Verdict::Done;
    Refusal refusal = Refusal::None;
    Phase phase = Phase::Idle;       ///< After the command; for NotReady the phase that refuses.
    RunId run;                       ///< The run it touched, or for NotCurrent the one that is current.
    EpochId epoch;                   ///< Preparing bindings: the session's.
    quint32 inputs = 0;              ///< Inputs abandoned, transferred or left to drain, as the command says.
    WorkCounts counts;               ///< The same, told apart.
    CleanUp cleanUp = CleanUp::None; ///< Stop, destroy, unregister.
    QString message;

    bool ok() const { return verdict != Verdict::Refused; }
};
inline constexpr EnumNames<CommandReceipt::Verdict, 4> commandVerdictName{
    {"done", "deferred", "no_op", "refused"}};

} // namespace burrow
