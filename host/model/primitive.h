// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/input.h"

#include <QVarLengthArray>

namespace burrow {

/// Where in a run the content takes effect.
enum class Boundary : quint8 { Immediate, RunStart, RunCheckpoint };
inline constexpr EnumNames<Boundary, 3> boundaryName{{"immediate", "run_start", "run_checkpoint"}};

/// Stamped by admission before any turn; nobody infers it later.
enum class ExecutionKind : quint8 { ContentTurn, ResumePending };
inline constexpr EnumNames<ExecutionKind, 2> executionKindName{{"content_turn", "resume_pending"}};

enum class ApplyIntent : quint8 { None, AppendContextAndRun };
inline constexpr EnumNames<ApplyIntent, 2> applyIntentName{{"none", "append_context_and_run"}};

enum class PrimitiveKind : quint8 { StagedInput, ImmediateAppend, ImmediateContextAppend };
inline constexpr EnumNames<PrimitiveKind, 3> primitiveKindName{
    {"staged_input", "immediate_append", "immediate_context_append"}};

/// One input that takes part in a run; the order of contributors is law.
struct Contributor
{
    InputId input;
    QByteArray idempotencyKey;
    QByteArray correlationId;
    quint32 attempt = 0;
    InputKind kind = InputKind::Prompt;
};

/// One unit of work as the executor gets it.
struct RunPrimitive
{
    PrimitiveKind kind = PrimitiveKind::StagedInput;
    Boundary boundary = Boundary::RunStart;
    ExecutionKind execution = ExecutionKind::ContentTurn;
    ApplyIntent intent = ApplyIntent::None;
    std::vector<Append> appends;
    std::vector<Append> contextAppends;
    QVarLengthArray<Contributor, 1> contributors; ///< Most runs have one, which costs no memory of its own.
    std::shared_ptr<const TurnMetadata> metadata; ///< Merged over the batch; null when nobody gave any.
};

using PrimitivePointer = std::shared_ptr<const RunPrimitive>;

} // namespace burrow
