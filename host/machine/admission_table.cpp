// SPDX-License-Identifier: Apache-2.0
#include "machine/admission_table.h"

#include <string_view>
#include <type_traits>

/// What an input means for its session. A session is quiet, or an active turn's boundary is open though no run
/// is bound, or it is running. `never_signals` keeps even an idle loop asleep: the input goes in with the next
/// batch.
namespace burrow {
namespace {

using Kind = InputKind;
using enum HandlingMode;
using enum Manner;
using enum AdmissionFact;

constexpr EnumSet<InputKind> Turns = Kind::Prompt | Kind::FlowStep | Kind::ExternalEvent;
constexpr EnumSet<InputKind> Peers = Kind::PeerMessage | Kind::PeerRequest;
constexpr EnumSet<HandlingMode> AnyMode = Absent | Queue | Steer;
constexpr EnumSet<HandlingMode> NotSteer = Absent | Queue;
constexpr EnumSet<Activity> Quiet = Activity::Quiet;
constexpr EnumSet<Activity> BoundaryOpen = Activity::BoundaryOpen;
constexpr EnumSet<Activity> Running = Activity::Running;
constexpr EnumSet<Activity> Busy = Activity::BoundaryOpen | Activity::Running;
constexpr EnumSet<Activity> NotRunning = Activity::Quiet | Activity::BoundaryOpen;
constexpr EnumSet<Activity> Always = NotRunning | Running;
constexpr EnumSet<AdmissionFact> NoFact;

using Wake = WakeMode;
using enum ApplyMode;
using enum ConsumePoint;
using enum DrainPolicy;
using enum ExecutionKind;
using Mode = QueueMode;
using Where = Boundary;
using Intent = ApplyIntent;
using Says = Transcript;
using Live = LiveInterrupt;

// clang-format off
constexpr PlanShape shapes[] = {
    {"turn",                StageRunStart,    Mode::Fifo,     OnRunComplete, QueueNextTurn, Lane::Queue, Where::RunStart,      ContentTurn,   Intent::None,                Says::Yes, Live::No},
    {"steered_turn",        StageRunBoundary, Mode::Fifo,     OnRunComplete, SteerBatch,    Lane::Steer, Where::RunCheckpoint, ContentTurn,   Intent::None,                Says::Yes, Live::Yes},
    {"silent_steered_turn", StageRunStart,    Mode::Fifo,     OnRunComplete, SteerBatch,    Lane::Steer, Where::RunStart,      ContentTurn,   Intent::None,                Says::Yes, Live::No},
    {"progress",            StageRunBoundary, Mode::Coalesce, OnRunComplete, SteerBatch,    Lane::Steer, Where::RunCheckpoint, ContentTurn,   Intent::None,                Says::Yes, Live::No},
    {"response",            StageRunStart,    Mode::Fifo,     OnRunComplete, QueueNextTurn, Lane::Queue, Where::RunStart,      ContentTurn,   Intent::AppendContextAndRun, Says::Yes, Live::No},
    {"steered_response",    StageRunStart,    Mode::Fifo,     OnRunComplete, SteerBatch,    Lane::Steer, Where::RunStart,      ContentTurn,   Intent::AppendContextAndRun, Says::Yes, Live::No},
    {"resume",              StageRunStart,    Mode::Fifo,     OnRunComplete, QueueNextTurn, Lane::Queue, Where::RunStart,      ResumePending, Intent::None,                Says::No,  Live::No},
    {"resume_at_boundary",  StageRunBoundary, Mode::Fifo,     OnRunComplete, SteerBatch,    Lane::Steer, Where::RunCheckpoint, ResumePending, Intent::None,                Says::No,  Live::No},
    {"steered_resume",      StageRunBoundary, Mode::Fifo,     OnRunComplete, SteerBatch,    Lane::Steer, Where::RunCheckpoint, ResumePending, Intent::None,                Says::No,  Live::Yes},
    {"attention",           StageRunStart,    Mode::Fifo,     OnRunComplete, QueueNextTurn, Lane::Queue, Where::RunStart,      ContentTurn,   Intent::None,                Says::No,  Live::No},
    {"recorded",            Ignore,           Mode::Priority, OnAccept,      Drop,          Lane::None,  Where::RunStart,      ContentTurn,   Intent::None,                Says::No,  Live::No},
    {"injected",            InjectNow,        Mode::Fifo,     OnRunComplete, SteerBatch,    Lane::Steer, Where::Immediate,     ContentTurn,   Intent::None,                Says::No,  Live::No},
};
// clang-format on

constexpr const PlanShape *shape(const char *id)
{
    for (const PlanShape &candidate : shapes) {
        if (std::string_view(candidate.id) == id)
            return &candidate;
    }
    throw "no such shape";
}

// clang-format off
constexpr AdmissionRow rows[] = {
    {"A1",  Turns,                             NotSteer, Plain,     Quiet,        Wake::WakeIfIdle,        WakeIfIdle,          Queue, shape("turn")},
    {"A2",  Turns,                             NotSteer, Plain,     Busy,         Wake::None,              NoFact,              Queue, shape("turn")},
    {"A3",  Turns,                             Steer,    Plain,     Quiet,        Wake::WakeIfIdle,        ImmediateProcessing, Steer, shape("steered_turn")},
    {"A4",  Turns,                             Steer,    Plain,     Busy,         Wake::InterruptYielding, ImmediateProcessing, Steer, shape("steered_turn")},
    {"A5",  Peers,                             NotSteer, Plain,     Quiet,        Wake::WakeIfIdle,        WakeIfIdle,          Queue, shape("turn")},
    {"A6",  Peers,                             Absent,   Plain,     Busy,         Wake::InterruptYielding, InterruptYielding,   Queue, shape("turn")},
    {"A7",  Peers,                             Queue,    Plain,     Busy,         Wake::None,              NoFact,              Queue, shape("turn")},
    {"A8",  Peers,                             Steer,    Plain,     Quiet,        Wake::WakeIfIdle,        ImmediateProcessing, Queue, shape("steered_turn")},
    {"A9",  Peers,                             Steer,    Plain,     BoundaryOpen, Wake::InterruptYielding, ImmediateProcessing, Queue, shape("steered_turn")},
    {"A10", Peers,                             Steer,    Plain,     Running,      Wake::InterruptYielding, ImmediateProcessing, Steer, shape("steered_turn")},
    {"A11", Kind::PeerRequest,                 NotSteer, Silent,    Always,       Wake::None,              NeverSignals,        Queue, shape("turn")},
    {"A12", Kind::PeerRequest,                 Steer,    Silent,    NotRunning,   Wake::None,              NeverSignals,        Queue, shape("silent_steered_turn")},
    {"A13", Kind::PeerRequest,                 Steer,    Silent,    Running,      Wake::None,              NeverSignals,        Steer, shape("silent_steered_turn")},
    {"A14", Kind::PeerResponseProgress,        AnyMode,  Plain,     Always,       Wake::None,              NoFact,              Steer, shape("progress")},
    {"A15", Kind::PeerResponseTerminal,        NotSteer, Plain,     Always,       Wake::WakeIfIdle,        WakeIfIdle,          Queue, shape("response")},
    {"A16", Kind::PeerResponseTerminal,        Steer,    Plain,     Quiet,        Wake::WakeIfIdle,        ImmediateProcessing, Queue, shape("steered_response")},
    {"A17", Kind::PeerResponseTerminal,        Steer,    Plain,     BoundaryOpen, Wake::InterruptYielding, ImmediateProcessing, Queue, shape("steered_response")},
    {"A18", Kind::PeerResponseTerminal,        Steer,    Plain,     Running,      Wake::InterruptYielding, ImmediateProcessing, Steer, shape("steered_response")},
    {"A19", Kind::Continuation,                Absent,   Plain,     Quiet,        Wake::WakeIfIdle,        WakeIfIdle,          Steer, shape("resume_at_boundary")},
    {"A20", Kind::Continuation,                Absent,   Plain,     Busy,         Wake::InterruptYielding, InterruptYielding,   Steer, shape("resume_at_boundary")},
    {"A21", Kind::Continuation,                Queue,    Plain,     Quiet,        Wake::WakeIfIdle,        WakeIfIdle,          Queue, shape("resume")},
    {"A22", Kind::Continuation,                Queue,    Plain,     Busy,         Wake::None,              NoFact,              Queue, shape("resume")},
    {"A23", Kind::Continuation,                Steer,    Plain,     Quiet,        Wake::WakeIfIdle,        ImmediateProcessing, Steer, shape("steered_resume")},
    {"A24", Kind::Continuation,                Steer,    Plain,     Busy,         Wake::InterruptYielding, ImmediateProcessing, Steer, shape("steered_resume")},
    {"A25", Kind::Continuation,                AnyMode,  Attention, Quiet,        Wake::WakeIfIdle,        WakeIfIdle,          Queue, shape("attention")},
    {"A26", Kind::Continuation,                AnyMode,  Attention, Busy,         Wake::None,              NoFact,              Queue, shape("attention")},
    {"A27", Kind::Operation | Kind::Projected, AnyMode,  Plain,     Always,       Wake::None,              NeverSignals,        Queue, shape("recorded")},
    {"A28", Kind::SystemGenerated,             AnyMode,  Plain,     Always,       Wake::None,              NeverSignals,        Steer, shape("injected")},
};

constexpr std::array<KindRule, input_kind_count> rules{{
    {"K1",  Kind::Prompt,               BodyShape::Prompt,          Derivable::No,  Submitter::Anyone,     ModeRule::Free,    Mode::Fifo},
    {"K2",  Kind::PeerMessage,          BodyShape::Peer,            Derivable::No,  Submitter::Anyone,     ModeRule::Free,    Mode::Fifo},
    {"K3",  Kind::PeerRequest,          BodyShape::Peer,            Derivable::No,  Submitter::Anyone,     ModeRule::Free,    Mode::Fifo},
    {"K4",  Kind::PeerResponseProgress, BodyShape::Peer,            Derivable::Yes, Submitter::Anyone,     ModeRule::Refused, Mode::Coalesce},
    {"K5",  Kind::PeerResponseTerminal, BodyShape::Peer,            Derivable::No,  Submitter::Anyone,     ModeRule::Free,    Mode::Fifo},
    {"K6",  Kind::FlowStep,             BodyShape::FlowStep,        Derivable::No,  Submitter::Anyone,     ModeRule::Free,    Mode::Fifo},
    {"K7",  Kind::ExternalEvent,        BodyShape::ExternalEvent,   Derivable::Yes, Submitter::Anyone,     ModeRule::Free,    Mode::Supersede},
    {"K8",  Kind::Continuation,         BodyShape::Continuation,    Derivable::Yes, Submitter::Anyone,     ModeRule::Free,    Mode::Fifo},
    {"K9",  Kind::Operation,            BodyShape::Operation,       Derivable::Yes, Submitter::Anyone,     ModeRule::Free,    Mode::Fifo},
    {"K10", Kind::SystemGenerated,      BodyShape::SystemGenerated, Derivable::Yes, Submitter::SystemOnly, ModeRule::Free,    Mode::Fifo},
    {"K11", Kind::Projected,            BodyShape::SystemGenerated, Derivable::Yes, Submitter::Anyone,     ModeRule::Free,    Mode::Fifo},
}};
// clang-format on

constexpr bool rulesAreInOrder()
{
    for (std::size_t at = 0; at < rules.size(); ++at) {
        if (static_cast<std::size_t>(rules[at].kind) != at)
            return false;
    }
    return true;
}
static_assert(rulesAreInOrder());

template <BodyShape Shape, typename Body>
constexpr bool bodyIs =
    std::is_same_v<std::variant_alternative_t<static_cast<std::size_t>(Shape), InputBody>, Body>;
static_assert(bodyIs<BodyShape::Prompt, PromptBody> && bodyIs<BodyShape::Peer, PeerBody>);
static_assert(bodyIs<BodyShape::FlowStep, FlowStepBody> && bodyIs<BodyShape::ExternalEvent, ExternalEventBody>);
static_assert(bodyIs<BodyShape::Continuation, ContinuationBody> && bodyIs<BodyShape::Operation, OperationBody>);
static_assert(bodyIs<BodyShape::SystemGenerated, SystemGeneratedBody>);

/// Where a combination of conditions stands in the index.
constexpr std::size_t place(InputKind kind, HandlingMode requested, Manner manner, Activity activity)
{
    std::size_t at = static_cast<std::size_t>(kind);
    at = at * handlingModeName.names.size() + static_cast<std::size_t>(requested);
    at = at * mannerName.names.size() + static_cast<std::size_t>(manner);
    return at * activityName.names.size() + static_cast<std::size_t>(activity);
}
constexpr std::size_t place_count =
    input_kind_count * handlingModeName.names.size() * mannerName.names.size() * activityName.names.size();

/// Only a continuation can ask for attention, and only a request can be silent.
constexpr bool hasManner(InputKind kind, Manner manner)
{
    return manner == Manner::Plain || (manner == Manner::Attention && kind == InputKind::Continuation)
           || (manner == Manner::Silent && kind == InputKind::PeerRequest);
}

constexpr bool covers(const AdmissionRow &row, InputKind kind, HandlingMode requested, Manner manner,
                      Activity activity)
{
    return row.kinds.contains(kind) && row.requested.contains(requested) && row.manners.contains(manner)
           && row.activities.contains(activity);
}

constexpr quint8 onlyRow(InputKind kind, HandlingMode requested, Manner manner, Activity activity)
{
    std::size_t found = std::size(rows);
    for (std::size_t at = 0; at < std::size(rows); ++at) {
        if (!covers(rows[at], kind, requested, manner, activity))
            continue;
        if (found != std::size(rows))
            throw "two rows decide the same input";
        found = at;
    }
    if ((found != std::size(rows)) != hasManner(kind, manner))
        throw "an input that exists has no row, or one that does not exist has one";
    return static_cast<quint8>(found);
}

/// The compiler walks every combination, so that a hole or an overlap in the table does not build.
consteval std::array<quint8, place_count> indexRows()
{
    std::array<quint8, place_count> index{};
    for (std::size_t at = 0; at < place_count; ++at) {
        const auto activity = static_cast<Activity>(at % 3);
        const auto manner = static_cast<Manner>(at / 3 % 3);
        const auto requested = static_cast<HandlingMode>(at / 9 % 3);
        const auto kind = static_cast<InputKind>(at / 27);
        index[place(kind, requested, manner, activity)] = onlyRow(kind, requested, manner, activity);
    }
    return index;
}
constexpr std::array<quint8, place_count> row_index = indexRows();

Manner mannerOf(const AdmissionQuery &query)
{
    if (query.kind == InputKind::Continuation && query.attention)
        return Manner::Attention;
    if (query.kind == InputKind::PeerRequest && query.silent)
        return Manner::Silent;
    return Manner::Plain;
}

Activity activityOf(const AdmissionQuery &query)
{
    if (query.running)
        return Activity::Running;
    return query.boundaryActive ? Activity::BoundaryOpen : Activity::Quiet;
}

} // namespace

constinit const std::array<KindRule, input_kind_count> kind_rules = rules;
constinit const std::span<const PlanShape> plan_shapes = shapes;
constinit const std::span<const AdmissionRow> admission_rows = rows;

const AdmissionRow &admissionRow(const AdmissionQuery &query)
{
    return rows[row_index[place(query.kind, query.handling, mannerOf(query), activityOf(query))]];
}

} // namespace burrow
