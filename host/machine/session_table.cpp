// SPDX-License-Identifier: Apache-2.0
#include "machine/session_table.h"

/// The lifecycle of a session, row by row. Rows of one verb and phase are tried from the top; the first whose
/// guards hold is taken. A letter after the number tells the rows apart into which one rule is split.
namespace burrow {
namespace {

using enum Phase;
using enum SessionVerb;
using enum SessionGuard;
using enum SessionUpdate;
using To = SessionTarget;
using Why = SessionRefusal;

constexpr EnumSet<Phase> Any = registered_phases;
constexpr EnumSet<SessionGuard> Free;
constexpr EnumSet<SessionGuard> This = Registered | SameSession;
constexpr EnumSet<SessionGuard> ThisBinding = This | BindingMatches;
constexpr EnumSet<SessionGuard> NewBinding = This | NotDraining | BindingComplete | BindingCompatible;
constexpr EnumSet<SessionUpdate> Nothing;
constexpr EnumSet<SessionUpdate> EndRun = ClearRun | DropStopUnlessAttached;
constexpr EnumSet<SessionUpdate> EndAll = ClearRun | ForgetDeferredStop | ClearSilentIntents;
constexpr quint32 NoEffect = NoSessionEffect;
constexpr quint32 AskTeardown = RequestLoopStop | RequestDrainExit | RequestWaiterResolution;

// clang-format off
constexpr SessionTransition transitions[] = {
    // Registration and binding.
    {"L1",  Initialize,      Initializing,                           Free,                                                      To::Idle,     Nothing,                                          NoEffect},
    {"L2a", RegisterSession, Any,                                    SessionNamed | Unregistered,                               To::Self,     BindSession | ForgetSessionConfig,                NoEffect},
    {"L2b", RegisterSession, Any,                                    SessionNamed | AnotherSession | NotDraining,               To::Self,     BindSession | ForgetSessionConfig | ClearBinding, NoEffect},
    {"L3",  RegisterSession, Any,                                    SessionNamed | SameSession,                                To::Self,     Nothing,                                          NoEffect},
    {"L5a", PrepareBindings, Initializing,                           SessionAbsentOrSame | BindingComplete | BindingMatches,    To::Self,     Nothing,                                          NoEffect},
    {"L5b", PrepareBindings, Any,                                    ThisBinding | BindingComplete,                             To::Self,     Nothing,                                          NoEffect},
    {"L6a", PrepareBindings, Initializing,                           SessionAbsentOrSame | BindingComplete | BindingCompatible, To::Self,     SetBinding,                                       RuntimeBound},
    {"L6b", PrepareBindings, Idle,                                   NewBinding,                                                To::Attached, SetBinding,                                       RuntimeBound},
    {"L6c", PrepareBindings, Attached | Running | Retired | Stopped, NewBinding,                                                To::Self,     SetBinding,                                       RuntimeBound},

    {"L7",  EnsureSessionWithExecutor, Idle,              Registered | NotDraining, To::Attached, RegistrationActive,                      NoEffect},
    {"L8",  EnsureSessionWithExecutor, Attached,          Registered | NotDraining, To::Self,     RegistrationActive | ForgetDeferredStop, NoEffect},
    {"L9",  EnsureSessionWithExecutor, Running,           Registered | NotDraining, To::Self,     RegistrationActive,                      NoEffect},
    {"L10", EnsureSessionWithExecutor, Retired | Stopped, Free,                     To::Self,     Nothing,                                 NoEffect},

    // Runs.
    {"L11", Prepare,              Idle | Attached, Registered | NotDraining | RunNamed, To::Running, BindRun,                   SubmitRunPrimitive},
    {"L12", DrainQueuedRun,       Retired,         NotDraining | RunNamed,              To::Running, BindRun,                   SubmitRunPrimitive},
    {"L13", Commit,               Running,         RunMatches,                          To::PreRun,  EndRun | RecordCompletion, NoEffect},
    {"L14", Fail,                 Running,         RunMatches | TurnFailed,             To::PreRun,  EndRun,                    RecordTerminalOutcome},
    {"L15", CancelRun,            Running,         RunMatches | TurnCancelled,          To::PreRun,  EndRun,                    RecordTerminalOutcome},
    {"L16", RollbackRun,          Running,         RunMatches,                          To::PreRun,  EndRun,                    NoEffect},
    {"L17", ServiceTurnCommitted, Running,         RunMatches | TurnCompleted,          To::PreRun,  EndRun | RecordCompletion, NoEffect},

    // Lifecycle. A run that is bound when its session retires goes on and ends in Retired.
    {"L18a", Retire, Idle | Attached | Stopped,                Free, To::Retired, ForgetDeferredStop,                  runtime_retired_if_bound},
    {"L18b", Retire, Running,                                  Free, To::Self,    RetireAfterRun | ForgetDeferredStop, runtime_retired_if_bound},
    {"L19",  Retire, Retired,                                  Free, To::Self,    Nothing,                             runtime_retired_if_bound},
    {"L21",  Reset,  Initializing | Idle | Attached | Retired, Free, To::Idle,    EndAll | ClearFence,                 NoticeReset},

    {"L23",  StopRuntimeExecutor,   Initializing | Idle | Retired, Free,        To::Self,    EndAll,                                   NoticeStop | EffectStop},
    {"L24",  StopRuntimeExecutor,   Attached,                      Free,        To::Self,    DeferStop | ClearSilentIntents,           NoticeStop | EffectStop},
    {"L25",  StopRuntimeExecutor,   Running,                       Free,        To::Self,    DeferStop | ClearSilentIntents,           NoticeStop | EffectStop},
    {"L27",  RuntimeExecutorExited, Idle | Attached | Running,     NotRetiring, To::Stopped, EndAll | RegistrationQueuing,             NoticeExit},
    {"L28a", RuntimeExecutorExited, Retired,                       Free,        To::Self,    EndAll | RegistrationQueuing,             NoticeExit},
    {"L28b", RuntimeExecutorExited, Running,                       Retiring,    To::Retired, EndAll | RegistrationQueuing,             NoticeExit},
    {"L29",  RuntimeExecutorExited, Stopped,                       Free,        To::Self,    ForgetDeferredStop | RegistrationQueuing, NoEffect},

    {"L30", InterruptCurrentRun, Attached | Running, Free, To::Self, Nothing, WakeInterrupt | RequestCancellationAtBoundary},
    {"L31", CancelAfterBoundary, Attached | Running, Free, To::Self, Nothing, RequestCancellationAtBoundary | EffectCancelAfterBoundary},

    {"L33", Recycle,                 Idle | Retired,                                     Registered,                             To::Idle,      ClearBinding | ClearRun, InitiateRecycle},
    {"L34", Recycle,                 Attached,                                           Registered,                             To::Self,      ClearBinding | ClearRun, InitiateRecycle},
    {"L36", Recover,                 Initializing | Idle | Attached | Retired | Stopped, Free,                                   To::Self,      Nothing,                 NoticeRecover},
    {"L37", RecoverRuntimeAuthority, Initializing,                                       ObservationValid | ObservedSameSession, To::Observed,  LoadObservation,         NoEffect},
    {"L38", Destroy,                 Initializing,                                       Bound,                                  To::Destroyed, EndAll | CloseWindow,    RuntimeDestroyed},
    {"L39", Destroy,                 Any,                                                Free,                                   To::Destroyed, EndAll | CloseWindow,    RuntimeDestroyed},

    // Unregistering: a window with three obligations, closed one by one, then the session is let go.
    {"L40",  BeginUnregisterSession,                 Any, ThisBinding | NotDraining,                  To::Self, OpenWindow,      AskTeardown},
    {"L41a", RuntimeLoopStoppedForUnregister,        Any, This | Draining | LoopStopOwed,             To::Self, CloseLoopStop,   NoEffect},
    {"L41b", CommsDrainExitedForUnregister,          Any, This | Draining | DrainExitOwed,            To::Self, CloseDrainExit,  NoEffect},
    {"L41c", CompletionWaitersResolvedForUnregister, Any, This | Draining | WaitersOwed,              To::Self, CloseWaiters,    NoEffect},
    {"L42",  UnregisterSession,                      Any, ThisBinding | Draining | ObligationsClosed, To::Idle, ClearEverything, NoEffect},

    // What only asks whether the session would take it. A late observation never changes the lifecycle.
    {"L43",  Observe,               Any, Free,       To::Self, Nothing, NoEffect},
    {"L44a", Abort,                 Any, Registered, To::Self, Nothing, NoEffect},
    {"L44b", Wait,                  Any, Registered, To::Self, Nothing, NoEffect},
    {"L44c", AbortAll,              Any, Free,       To::Self, Nothing, NoEffect},
    {"L44d", PublishEvent,          Any, Registered, To::Self, Nothing, IngressNotice},
    {"L44e", SetPeerIngressContext, Any, Registered, To::Self, Nothing, NoEffect},

    {"L45", Ingest,           Idle | Attached | Running, ThisBinding | NotRetiring, To::Self, Nothing,              ResolveAdmission},
    {"L46", SetSilentIntents, Any,                       Registered,                To::Self, ReplaceSilentIntents, NoEffect},

    {"L47a", ResolveRuntimeOpsLifecycleDurability, Idle | Attached | Running, ThisBinding | NotRetiring, To::Self, Nothing, DeleteOperations},
    {"L47b", ResolveRuntimeOpsLifecycleDurability, Retired | Stopped,         ThisBinding,               To::Self, Nothing, RetainOperations},
    {"L47c", ResolveRuntimeOpsLifecycleDurability, Running,                   ThisBinding | Retiring,    To::Self, Nothing, RetainOperations},

    // Starting again, and losing the executor without being stopped.
    {"L48a", Start,          Stopped,  Registered | NotDraining | NoRun, To::Idle, RegistrationQueuing | ClearBinding,       NoticeStart},
    {"L48b", Start,          Idle,     Registered | NotDraining,         To::Self, Nothing,                                  NoticeStart},
    {"L49a", DetachExecutor, Attached, Free,                             To::Idle, RegistrationQueuing | ForgetDeferredStop, NoEffect},
    {"L49b", DetachExecutor, Idle,     Free,                             To::Self, Nothing,                                  NoEffect},
};

constexpr SessionRefusalRow refusals[] = {
    {"X1",   any_session_verb,                       Destroyed,                                          Why::Destroyed},
    {"X2",   Initialize,                             Any,                                                Why::PhaseRefuses},
    {"X3",   RegisterSession,                        Initializing,                                       Why::PhaseRefuses},
    {"X4",   EnsureSessionWithExecutor,              Initializing,                                       Why::PhaseRefuses},
    {"X5",   Prepare,                                Initializing | Retired | Stopped,                   Why::PhaseRefuses},
    {"X6",   Prepare,                                Running,                                            Why::RunBound},
    {"X7",   DrainQueuedRun,                         Initializing | Idle | Attached | Stopped,           Why::PhaseRefuses},
    {"X8",   DrainQueuedRun,                         Running,                                            Why::RunBound},
    {"X9",   Commit,                                 Initializing | Idle | Attached | Retired | Stopped, Why::PhaseRefuses},
    {"X10",  Fail,                                   Initializing | Idle | Attached | Retired | Stopped, Why::PhaseRefuses},
    {"X11",  CancelRun,                              Initializing | Idle | Attached | Retired | Stopped, Why::PhaseRefuses},
    {"X12",  RollbackRun,                            Initializing | Idle | Attached | Retired | Stopped, Why::PhaseRefuses},
    {"X13",  ServiceTurnCommitted,                   Initializing | Idle | Attached | Retired | Stopped, Why::PhaseRefuses},
    {"L20",  Retire,                                 Initializing,                                       Why::PhaseRefuses},
    {"L22a", Reset,                                  Running,                                            Why::RunBound},
    {"L22b", Reset,                                  Stopped,                                            Why::PhaseRefuses},
    {"L26",  StopRuntimeExecutor,                    Stopped,                                            Why::PhaseRefuses},
    {"X14",  RuntimeExecutorExited,                  Initializing,                                       Why::PhaseRefuses},
    {"L32a", InterruptCurrentRun,                    Initializing | Idle | Retired | Stopped,            Why::PhaseRefuses},
    {"L32b", CancelAfterBoundary,                    Initializing | Idle | Retired | Stopped,            Why::PhaseRefuses},
    {"L35a", Recycle,                                Running,                                            Why::RunBound},
    {"L35b", Recycle,                                Initializing | Stopped,                             Why::PhaseRefuses},
    {"X15",  Recover,                                Running,                                            Why::RunBound},
    {"X16",  RecoverRuntimeAuthority,                Any,                                                Why::PhaseRefuses},
    {"X17",  BeginUnregisterSession,                 Initializing,                                       Why::PhaseRefuses},
    {"X18",  RuntimeLoopStoppedForUnregister,        Initializing,                                       Why::PhaseRefuses},
    {"X19",  CommsDrainExitedForUnregister,          Initializing,                                       Why::PhaseRefuses},
    {"X20",  CompletionWaitersResolvedForUnregister, Initializing,                                       Why::PhaseRefuses},
    {"X21",  UnregisterSession,                      Initializing,                                       Why::PhaseRefuses},
    {"X22",  Observe,                                Initializing,                                       Why::PhaseRefuses},
    {"X23",  Abort,                                  Initializing,                                       Why::PhaseRefuses},
    {"X24",  Wait,                                   Initializing,                                       Why::PhaseRefuses},
    {"X25",  AbortAll,                               Initializing,                                       Why::PhaseRefuses},
    {"X26",  PublishEvent,                           Initializing,                                       Why::PhaseRefuses},
    {"X27",  SetPeerIngressContext,                  Initializing,                                       Why::PhaseRefuses},
    {"X28",  Ingest,                                 Initializing | Retired | Stopped,                   Why::PhaseRefuses},
    {"X29",  SetSilentIntents,                       Initializing,                                       Why::PhaseRefuses},
    {"X30",  ResolveRuntimeOpsLifecycleDurability,   Initializing,                                       Why::PhaseRefuses},
    {"X31",  Start,                                  Initializing | Attached | Retired,                  Why::PhaseRefuses},
    {"X32",  Start,                                  Running,                                            Why::RunBound},
    {"X33",  DetachExecutor,                         Initializing | Retired | Stopped,                   Why::PhaseRefuses},
    {"X34",  DetachExecutor,                         Running,                                            Why::RunBound},
};
// clang-format on

} // namespace

constinit const SessionTable session_table = makeTable<SessionTable, SessionVerb, Phase>(transitions, refusals);

// clang-format off
constinit const std::array<SessionGuardFact, session_guard_count> session_guard_facts{{
    {"names a session",           Why::NotRegistered},
    {"registered",                Why::NotRegistered},
    {"unregistered",              Why::OtherSession},
    {"no or same session",        Why::OtherSession},
    {"same session",              Why::OtherSession},
    {"another session",           Why::OtherSession},
    {"not draining",              Why::Draining},
    {"draining",                  Why::NotDraining},
    {"names a run",               Why::RunMismatch},
    {"run matches",               Why::RunMismatch},
    {"no run",                    Why::RunBound},
    {"turn failed with cause",    Why::TurnMismatch},
    {"turn cancelled",            Why::TurnMismatch},
    {"turn completed",            Why::TurnMismatch},
    {"binding complete",          Why::BindingIncomplete},
    {"binding matches",           Why::BindingMismatch},
    {"binding compatible",        Why::BindingMismatch},
    {"bound",                     Why::BindingIncomplete},
    {"retiring",         Why::PhaseRefuses},
    {"not retiring", Why::PhaseRefuses},
    {"loop stop owed",            Why::ObligationClosed},
    {"drain exit owed",           Why::ObligationClosed},
    {"waiters owed",              Why::ObligationClosed},
    {"obligations closed",        Why::ObligationsOpen},
    {"observation valid",         Why::ObservationInvalid},
    {"observes same session",     Why::OtherSession},
}};
// clang-format on

} // namespace burrow
