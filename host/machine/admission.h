// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/policy.h"
#include "model/receipt.h"

/// Admission: what one input means for its session, decided once. `admission_table.cpp` holds one row per kind,
/// requested lane and busyness; `admission_signal_table.cpp` one per phase and flags.
namespace burrow {

struct AdmissionQuery
{
    InputKind kind = InputKind::Prompt;
    HandlingMode handling = HandlingMode::Absent;
    bool attention = false;      ///< A continuation of the attention kind.
    bool running = false;        ///< The phase is Running.
    bool boundaryActive = false; ///< The executor says that an active turn's boundary is open.
    bool silent = false;         ///< A peer request whose intent is in the silent set.
    bool withoutWake = false;

    bool busy() const { return running || boundaryActive; }
};

/// The plan for an input. Total: every query has exactly one row. A handling mode that the kind does not take
/// (validation refuses those) resolves as the kind's default.
AdmissionPlan resolvePlan(const AdmissionQuery &query);

/// True when a caller that holds capacity should count on a run because of this input.
bool requiresActivePreAdmission(const AdmissionQuery &query);

/// False when this input must not make the loop run in any phase: submitted without wake, silent, consumed on
/// accept, or made by the host as context. It waits for the next batch; SignalQuery::withoutWake is then true.
bool maySignal(const AdmissionQuery &query);

/// Checks an input as it was submitted. Empty when it may be admitted; otherwise the refusal and one sentence
/// that names the kind.
struct AdmissionRejection
{
    Refusal refusal = Refusal::Invalid;
    QString message;
};
std::optional<AdmissionRejection> validate(const Input &input);

struct SignalQuery
{
    Phase phase = Phase::Idle; ///< Raw phase: Idle, Attached or Running.
    bool immediateProcessing = false;
    bool interruptYielding = false;
    bool wakeIfIdle = false;
    bool withoutWake = false;
};

/// What the loop is told. Total over Idle, Attached and Running; None in every other phase.
AdmissionSignal resolveSignal(const SignalQuery &query);

/// Keeps the stronger of two signals.
inline AdmissionSignal strongest(AdmissionSignal a, AdmissionSignal b)
{
    return a < b ? b : a;
}

/// May a queued input of this kind be replaced by a newer one with the same supersession key?
bool replaceable(InputKind kind);

/// True when `newer` may take the place of `older`, which is still queued: same session, same replaceable kind
/// and same supersession key. Inputs without a key stand alone.
bool replaces(const Input &newer, const Input &older);

/// How a newer input of this kind replaces the older one: Coalesce for progress, Supersede for external events,
/// Fifo (not at all) otherwise.
QueueMode replacementMode(InputKind kind);

/// Several inputs folded into one.
struct AggregateDescriptor
{
    InputId aggregate;
    std::vector<InputId> sources;
    QString description; ///< "3 coalesced inputs".
    WallTime at;
};
/// Empty for an empty list of sources.
std::optional<AggregateDescriptor> aggregate(InputId id, std::vector<InputId> sources, WallTime at);

} // namespace burrow
