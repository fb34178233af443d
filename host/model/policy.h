// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/primitive.h"

namespace burrow {

enum class Lane : quint8 { None, Queue, Steer };
inline constexpr EnumNames<Lane, 3> laneName{{"none", "queue", "steer"}};

enum class ApplyMode : quint8 { StageRunStart, StageRunBoundary, InjectNow, Ignore };
inline constexpr EnumNames<ApplyMode, 4> applyModeName{
    {"stage_run_start", "stage_run_boundary", "inject_now", "ignore"}};

enum class WakeMode : quint8 { None, WakeIfIdle, InterruptYielding };
inline constexpr EnumNames<WakeMode, 3> wakeModeName{{"none", "wake_if_idle", "interrupt_yielding"}};

enum class QueueMode : quint8 { Fifo, Coalesce, Supersede, Priority };
inline constexpr EnumNames<QueueMode, 4> queueModeName{{"fifo", "coalesce", "supersede", "priority"}};

enum class ConsumePoint : quint8 { OnRunComplete, OnAccept };
inline constexpr EnumNames<ConsumePoint, 2> consumePointName{{"on_run_complete", "on_accept"}};

enum class DrainPolicy : quint8 { QueueNextTurn, SteerBatch, Drop };
inline constexpr EnumNames<DrainPolicy, 3> drainPolicyName{{"queue_next_turn", "steer_batch", "drop"}};

/// Stored with each input, so that a later policy never reinterprets an older input.
inline constexpr quint32 policy_version = 1;

/// Everything admission decides about one input, once.
struct AdmissionPlan
{
    ApplyMode apply = ApplyMode::StageRunStart;
    WakeMode wake = WakeMode::None;
    QueueMode queue = QueueMode::Fifo;
    ConsumePoint consume = ConsumePoint::OnRunComplete;
    DrainPolicy drain = DrainPolicy::QueueNextTurn;
    Lane lane = Lane::Queue;
    Boundary boundary = Boundary::RunStart;
    ExecutionKind execution = ExecutionKind::ContentTurn;
    ApplyIntent intent = ApplyIntent::None;
    HandlingMode executionHandling = HandlingMode::Queue; ///< As stamped for the turn, after normalisation.
    bool transcript = true;
    bool immediateProcessing = false;
    bool interruptYielding = false;
    bool wakeIfIdle = false;
    bool liveInterruptRequired = false;

    friend bool operator==(const AdmissionPlan &, const AdmissionPlan &) = default;
};

/// What the loop is told after an accept; each level implies the weaker ones.
enum class AdmissionSignal : quint8 { None, WakeLoop, InterruptYielding, RequestImmediateProcessing };
inline constexpr EnumNames<AdmissionSignal, 4> admissionSignalName{
    {"none", "wake_loop", "interrupt_yielding", "request_immediate_processing"}};

} // namespace burrow
