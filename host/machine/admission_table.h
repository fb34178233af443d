// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "machine/admission.h"
#include "machine/phase_set.h"

/// The decision tables of admission as data: what is asked of each kind, what each kind means for its session,
/// and what the loop is told.
namespace burrow {

template <>
inline constexpr bool is_row_flag<InputKind> = true;
template <>
inline constexpr bool is_row_flag<HandlingMode> = true;

/// Which body of the variant a kind carries; the values are the variant's indexes.
enum class BodyShape : quint8 {
    Prompt,
    Peer,
    FlowStep,
    ExternalEvent,
    Continuation,
    Operation,
    SystemGenerated
};
inline constexpr EnumNames<BodyShape, 7> bodyShapeName{
    {"prompt", "peer", "flow_step", "external_event", "continuation", "operation", "system_generated"}};

/// May the host or a flow submit this kind as derived?
enum class Derivable : quint8 { No, Yes };
/// Who may submit this kind?
enum class Submitter : quint8 { Anyone, SystemOnly };
/// Is a handling mode on this kind refused?
enum class ModeRule : quint8 { Free, Refused };

/// What validation and replacement ask of a kind.
struct KindRule
{
    const char *id;
    InputKind kind;
    BodyShape body;
    Derivable derivable;
    Submitter submitter;
    ModeRule mode;
    QueueMode replacement;
};
inline constexpr std::size_t input_kind_count = inputKindName.names.size();
extern const std::array<KindRule, input_kind_count> kind_rules; ///< By kind.

/// How busy the session is when the input arrives.
enum class Activity : quint8 { Quiet, BoundaryOpen, Running };
inline constexpr EnumNames<Activity, 3> activityName{{"quiet", "boundary_open", "running"}};

/// A trait of the input, beside kind and mode, that has rows of its own.
enum class Manner : quint8 { Plain, Attention, Silent };
inline constexpr EnumNames<Manner, 3> mannerName{{"plain", "attention", "silent"}};

template <>
inline constexpr bool is_row_flag<Activity> = true;
template <>
inline constexpr bool is_row_flag<Manner> = true;

/// What a row gives besides its shape.
enum class AdmissionFact : quint8 { ImmediateProcessing, InterruptYielding, WakeIfIdle, NeverSignals };
inline constexpr EnumNames<AdmissionFact, 4> admissionFactName{
    {"immediate_processing", "interrupt_yielding", "wake_if_idle", "never_signals"}};
template <>
inline constexpr bool is_row_flag<AdmissionFact> = true;

enum class Transcript : quint8 { No, Yes };
/// Does a plan of this shape want an open live boundary to take it?
enum class LiveInterrupt : quint8 { No, Yes };

/// The part of a plan that does not depend on how busy the session is.
struct PlanShape
{
    const char *id;
    ApplyMode apply;
    QueueMode queue;
    ConsumePoint consume;
    DrainPolicy drain;
    Lane lane;
    Boundary boundary;
    ExecutionKind execution;
    ApplyIntent intent;
    Transcript transcript;
    LiveInterrupt live;
};

/// One decision. Kinds, requested modes, manners and activities are sets: the row holds for each combination.
struct AdmissionRow
{
    const char *id;
    EnumSet<InputKind> kinds;
    EnumSet<HandlingMode> requested;
    EnumSet<Manner> manners;
    EnumSet<Activity> activities;
    WakeMode wake;
    EnumSet<AdmissionFact> facts;
    HandlingMode execution; ///< As stamped for the turn.
    const PlanShape *shape;
};

extern const std::span<const PlanShape> plan_shapes;
extern const std::span<const AdmissionRow> admission_rows;

/// The only row that a query has.
const AdmissionRow &admissionRow(const AdmissionQuery &query);

/// One condition of a signal row.
enum class Flag : quint8 { No, Yes, Any };
inline constexpr EnumNames<Flag, 3> flagName{{"no", "yes", "any"}};

constexpr bool fits(Flag flag, bool value)
{
    return flag == Flag::Any || (flag == Flag::Yes) == value;
}

struct SignalRow
{
    const char *id;
    EnumSet<Phase> phases;
    Flag withoutWake;
    Flag immediateProcessing;
    Flag interruptYielding;
    Flag wakeIfIdle;
    AdmissionSignal signal;

    constexpr bool matches(const SignalQuery &query) const
    {
        return phases.contains(query.phase) && fits(withoutWake, query.withoutWake)
               && fits(immediateProcessing, query.immediateProcessing)
               && fits(interruptYielding, query.interruptYielding) && fits(wakeIfIdle, query.wakeIfIdle);
    }
};

extern const std::span<const SignalRow> signal_rows;

} // namespace burrow
