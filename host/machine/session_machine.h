// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "machine/turn_machine.h"
#include "model/receipt.h"
#include "model/runtime_binding.h"

#include <set>

/// The lifecycle of one session: which input is legal in which phase, and what it changes. Pure values and
/// functions; `session_table.cpp` holds the rows.
///
/// Invariants, asserted after every accepted step:
///  - a run is bound exactly while the raw phase is Running, and then `preRun` is Idle, Attached or Retired;
///  - fence, generation and epoch are bound only with a runtime id, and that with a generation or an epoch;
///  - `stopDeferred` only in Attached or Running;
///  - the three obligations only while registration is Draining.
namespace burrow {

enum class Registration : quint8 { Queuing, Active, Draining };
inline constexpr EnumNames<Registration, 3> registrationName{{"queuing", "active", "draining"}};

using SilentIntents = std::set<QByteArray>;

/// Everything the session table reads and writes. Pointers are null for "none", so that a parked session stays
/// small.
struct SessionRegisters
{
    Phase phase = Phase::Initializing; ///< Raw; see visiblePhase().
    Phase preRun = Phase::Idle;        ///< Meaningful only while `run` is set.
    Registration registration = Registration::Queuing;
    bool stopDeferred = false;
    bool loopStopOwed = false;
    bool drainExitOwed = false;
    bool waitersOwed = false;
    SessionId session; ///< Null = unregistered.
    RunId run;
    RunId lastCompletionRun;
    std::shared_ptr<const RuntimeBinding> binding;
    std::shared_ptr<const SilentIntents> silentIntents;
};

enum class SessionVerb : quint8 {
    Initialize,
    RegisterSession,
    PrepareBindings,
    EnsureSessionWithExecutor,
    DetachExecutor,
    Prepare,
    DrainQueuedRun,
    Commit,
    Fail,
    CancelRun,
    RollbackRun,
    ServiceTurnCommitted,
    Retire,
    Reset,
    StopRuntimeExecutor,
    RuntimeExecutorExited,
    InterruptCurrentRun,
    CancelAfterBoundary,
    Recycle,
    Recover,
    RecoverRuntimeAuthority,
    Destroy,
    BeginUnregisterSession,
    RuntimeLoopStoppedForUnregister,
    CommsDrainExitedForUnregister,
    CompletionWaitersResolvedForUnregister,
    UnregisterSession,
    Observe,
    Abort,
    Wait,
    AbortAll,
    PublishEvent,
    SetPeerIngressContext,
    Ingest,
    SetSilentIntents,
    Start,
    ResolveRuntimeOpsLifecycleDurability,
};
inline constexpr std::size_t session_verb_count = 37;

/// One input of the session machine: the verb and the facts its guards look at. Members that the verb does not
/// use stay empty.
struct SessionInput
{
    SessionVerb verb = SessionVerb::Initialize;
    SessionId session;
    RunId run;
    TurnRegisters turn; ///< Fail, CancelRun, ServiceTurnCommitted.
    /// PrepareBindings, Ingest, unregister, durability verdict. RecoverRuntimeAuthority: names the epoch that
    /// is recovered into; null = the stored epoch goes on.
    std::shared_ptr<const RuntimeBinding> binding;
    std::shared_ptr<const SilentIntents> silentIntents; ///< SetSilentIntents.
    std::shared_ptr<const SessionRegisters> observed;   ///< RecoverRuntimeAuthority: the stored registers.
};

/// What an accepted step asks the shell to do. A set of flags.
enum SessionEffect : quint32 {
    NoSessionEffect = 0,
    SubmitRunPrimitive = 1U << 0,
    RecordTerminalOutcome = 1U << 1,
    RuntimeBound = 1U << 2,
    RuntimeRetired = 1U << 3,
    RuntimeDestroyed = 1U << 4,
    NoticeReset = 1U << 5,
    NoticeStop = 1U << 6,
    NoticeExit = 1U << 7,
    NoticeRecover = 1U << 8,
    NoticeStart = 1U << 9,
    EffectStop = 1U << 10,
    EffectCancelAfterBoundary = 1U << 11,
    WakeInterrupt = 1U << 12,
    RequestCancellationAtBoundary = 1U << 13,
    InitiateRecycle = 1U << 14,
    RequestLoopStop = 1U << 15,
    RequestDrainExit = 1U << 16,
    RequestWaiterResolution = 1U << 17,
    IngressNotice = 1U << 18,
    ResolveAdmission = 1U << 19,
    DeleteOperations = 1U << 20,
    RetainOperations = 1U << 21,
};

/// Why a step was refused: the row or guard that said no.
enum class SessionRefusal : quint8 {
    None,
    PhaseRefuses, ///< No row for this phase.
    Destroyed,
    NotRegistered,
    OtherSession,
    RunMismatch,
    RunBound,
    TurnMismatch, ///< The turn has not ended the way the input claims, or has no known cause.
    BindingMismatch,
    BindingIncomplete,
    Draining,
    NotDraining,
    ObligationsOpen,
    ObligationClosed,
    ObservationInvalid,
};
inline constexpr EnumNames<SessionRefusal, 15> sessionRefusalName{
    {"none", "phase_refuses", "destroyed", "not_registered", "other_session", "run_mismatch", "run_bound",
     "turn_mismatch", "binding_mismatch", "binding_incomplete", "draining", "not_draining", "obligations_open",
     "obligation_closed", "observation_invalid"}};

struct SessionStep
{
    bool accepted = false;
    SessionRefusal refusal = SessionRefusal::None;
    quint32 effects = NoSessionEffect;
    const char *row = nullptr; ///< Id of the row or refusal that decided, e.g. "L13". Static.
    SessionRegisters next;     ///< Equal to the input registers when refused.
};

/// Decides one input. Pure; equal arguments give equal answers.
SessionStep step(const SessionRegisters &registers, const SessionInput &input);

/// True when step() would accept. Changes nothing (the whole machine is pure; this only spares the copy).
bool accepts(const SessionRegisters &registers, const SessionInput &input);

/// The invariant at the head of this file that these registers break, or null. For images from outside and for
/// explorers; step() asserts it.
const char *brokenInvariant(const SessionRegisters &registers);

const char *sessionVerbName(SessionVerb verb);

/// The phase that others see: a run that drains from Retired shows as Retired.
Phase visiblePhase(const SessionRegisters &registers);

/// The phase that is stored: Running never is, and Attached is local to the process.
Phase durablePhase(const SessionRegisters &registers);

bool isTerminal(Phase phase);     ///< Only Destroyed.
bool acceptsInput(Phase visible); ///< Idle, Attached, Running.

/// May the loop begin work now? (runtime loop's queue admission)
enum class QueueAdmission : quint8 { NewRun, PreboundRun, Blocked };
QueueAdmission queueAdmission(const SessionRegisters &registers);

} // namespace burrow
