// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "machine/phase_set.h"
#include "machine/session_machine.h"

/// The rows of the session machine as data: for step(), for the printed table and for the tests that walk it.
namespace burrow {

/// Where a row leads: a phase, or one that the registers name.
enum class SessionTarget : quint8 {
    Initializing,
    Idle,
    Attached,
    Running,
    Retired,
    Stopped,
    Destroyed,
    Self,
    PreRun,   ///< The phase the run was started from.
    Observed, ///< The phase of the stored registers.
};
inline constexpr EnumNames<SessionTarget, 10> sessionTargetName{{"initializing", "idle", "attached", "running",
                                                                 "retired", "stopped", "destroyed", "self",
                                                                 "pre_run", "observed"}};

/// Conditions of a row, in the order in which they are asked.
enum class SessionGuard : quint8 {
    SessionNamed, ///< The input names a session.
    Registered,   ///< The registers name a session.
    Unregistered,
    SessionAbsentOrSame,
    SameSession,
    AnotherSession,
    NotDraining,
    Draining,
    RunNamed,
    RunMatches,
    NoRun,
    TurnFailed, ///< With a known cause.
    TurnCancelled,
    TurnCompleted,
    BindingComplete,   ///< Runtime id, fence, and a generation or an epoch are given.
    BindingMatches,    ///< Every fact equal, or nothing bound and nothing given.
    BindingCompatible, ///< Nothing bound; or runtime id and epoch equal, other facts equal or not yet bound.
    Bound,
    Retiring, ///< The bound run goes back to Retired.
    NotRetiring,
    LoopStopOwed,
    DrainExitOwed,
    WaitersOwed,
    ObligationsClosed,
    ObservationValid,
    ObservedSameSession,
};
inline constexpr std::size_t session_guard_count = 26;

/// Changes of the registers, applied in this order after the phase has changed.
enum class SessionUpdate : quint8 {
    BindSession,
    ForgetSessionConfig, ///< Silent intents and the last completed run.
    SetBinding,
    ClearBinding,
    ClearFence,
    RegistrationActive,
    RegistrationQueuing, ///< Unless it is Draining.
    BindRun,             ///< Also remembers the phase it was started from and forgets the last completed run.
    RecordCompletion,
    ClearRun,
    RetireAfterRun,
    DeferStop,
    ForgetDeferredStop,
    DropStopUnlessAttached, ///< A deferred stop is a fact of an attached executor.
    ReplaceSilentIntents,
    ClearSilentIntents,
    OpenWindow, ///< Registration is Draining and the three obligations are open.
    CloseLoopStop,
    CloseDrainExit,
    CloseWaiters,
    CloseWindow,     ///< Registration is Queuing, no obligation is left.
    LoadObservation, ///< Binding facts of another epoch than the one recovered into are left out.
    ClearEverything,
};
inline constexpr EnumNames<SessionUpdate, 23> sessionUpdateName{{"bind session",
                                                                 "forget session config",
                                                                 "set binding",
                                                                 "clear binding",
                                                                 "clear fence",
                                                                 "active",
                                                                 "queuing unless draining",
                                                                 "bind run",
                                                                 "record completion",
                                                                 "clear run",
                                                                 "retire after run",
                                                                 "defer stop",
                                                                 "no deferred stop",
                                                                 "deferred stop only if attached",
                                                                 "set silent intents",
                                                                 "clear silent intents",
                                                                 "open window",
                                                                 "close loop stop",
                                                                 "close drain exit",
                                                                 "close waiters",
                                                                 "close window",
                                                                 "load observation",
                                                                 "clear everything"}};

template <>
inline constexpr bool is_row_flag<SessionGuard> = true;
template <>
inline constexpr bool is_row_flag<SessionUpdate> = true;

/// Beside the effects of the public header: RuntimeRetired only when a runtime is bound. Never leaves step().
inline constexpr quint32 runtime_retired_if_bound = 1U << 31;

/// One row. All guards hold → the phase becomes `target`, the updates are made, the effects are asked for.
struct SessionTransition
{
    const char *id;
    SessionVerb verb;
    EnumSet<Phase> from;
    EnumSet<SessionGuard> guards;
    SessionTarget target;
    EnumSet<SessionUpdate> updates;
    quint32 effects;
};

/// Stands for every verb in a refusal.
inline constexpr SessionVerb any_session_verb = static_cast<SessionVerb>(0xff);

struct SessionRefusalRow
{
    const char *id;
    SessionVerb verb;
    EnumSet<Phase> from;
    SessionRefusal refusal;

    constexpr bool covers(SessionVerb asked) const { return verb == any_session_verb || verb == asked; }
};

/// How a guard is printed and what its failure is called.
struct SessionGuardFact
{
    const char *name;
    SessionRefusal refusal;
};

using SessionTable =
    TransitionTable<SessionTransition, SessionRefusalRow, session_verb_count, phaseName.names.size()>;

extern const SessionTable session_table;
extern const std::array<SessionGuardFact, session_guard_count> session_guard_facts;

/// By bit of SessionEffect.
inline constexpr std::array<const char *, 22> session_effect_names{
    "submit_run_primitive", "record_terminal_outcome",
    "runtime_bound",        "runtime_retired",
    "runtime_destroyed",    "notice_reset",
    "notice_stop",          "notice_exit",
    "notice_recover",       "notice_start",
    "effect_stop",          "effect_cancel_after_boundary",
    "wake_interrupt",       "request_cancellation_at_boundary",
    "initiate_recycle",     "request_loop_stop",
    "request_drain_exit",   "request_waiter_resolution",
    "ingress_notice",       "resolve_admission",
    "delete_operations",    "retain_operations"};

} // namespace burrow
