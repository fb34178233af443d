// SPDX-License-Identifier: Apache-2.0
#include "machine/stored_image.h"

#include "machine/admission_table.h"

#include <set>

namespace burrow {
namespace {

/// Far beyond what is ever counted to, and far enough from the end of the number that the next one exists.
constexpr quint64 place_max = 1ULL << 62;

bool isAttention(const Input &input)
{
    const auto *body = std::get_if<ContinuationBody>(&input.body);
    return body != nullptr && body->kind == ContinuationBody::Kind::Attention;
}

/// What admission stamped must fit the input: an older policy may have decided otherwise than today's, but
/// never against these.
const char *inconsistentStamps(const Input &input, const AdmissionPlan &plan)
{
    const bool resumes = plan.execution == ExecutionKind::ResumePending;
    if (resumes != (input.kind == InputKind::Continuation && !isAttention(input)))
        return resumes ? "is stamped as resumed work and is no continuation"
                       : "is a continuation and is not stamped as resumed work";
    const bool responds = plan.intent == ApplyIntent::AppendContextAndRun;
    if (responds != (input.kind == InputKind::PeerResponseTerminal))
        return responds ? "is stamped as the end of a request and is none"
                        : "is the end of a request and is not stamped so";
    if (plan.boundary == Boundary::Immediate && plan.lane != Lane::Steer)
        return "has an immediate boundary and is not in the steer lane";
    if (plan.consume == ConsumePoint::OnAccept)
        return "was consumed when it was accepted and is yet open";
    return nullptr;
}

const char *inputDefect(const InputRow &row)
{
    const Input &input = *row.input;
    if (sequenceOf(input.id) != row.sequence)
        return "has an id that belongs to another row";
    if (static_cast<std::size_t>(input.kind) >= input_kind_count)
        return "is of no kind";
    if (input.body.index() != static_cast<std::size_t>(kind_rules[static_cast<std::size_t>(input.kind)].body))
        return "has no payload of its kind";
    if (row.plan.lane != Lane::Queue && row.plan.lane != Lane::Steer)
        return "is stamped for no lane";
    if (const char *stamps = inconsistentStamps(input, row.plan))
        return stamps;
    const InputRegisters &registers = row.registers;
    if (isTerminal(registers.phase) || registers.phase == InputPhase::Untracked)
        return "is not in a phase of an open input";
    if (registers.phase != InputPhase::Accepted && registers.recoveryLane != row.plan.lane)
        return "has lost the lane that it is to return to";
    if (registers.phase == InputPhase::Queued && registers.lane != row.plan.lane)
        return "is queued in no lane, or in another than its own";
    if (registers.phase == InputPhase::Queued && registers.admission == 0)
        return "is queued and has no place in the order";
    if (registers.admission > place_max)
        return "has an impossible place in the order";
    if (registers.tries >= limits::tries_max)
        return "has spent its tries and is yet open";
    return nullptr;
}

QString about(const InputRow &row, const char *what)
{
    return QStringLiteral("input %1 %2").arg(row.sequence).arg(QLatin1String(what));
}

} // namespace

std::optional<QString> storedInputDefect(const InputRow &row)
{
    const char *defect = row.input == nullptr ? "has no payload" : inputDefect(row);
    return defect != nullptr ? std::optional(about(row, defect)) : std::nullopt;
}

std::optional<QString> storedSessionDefect(const StoredSession &stored)
{
    if (!stored.corruption.isEmpty())
        return stored.corruption;
    const Phase phase = stored.row.phase;
    if (phase != Phase::Idle && phase != Phase::Retired && phase != Phase::Stopped && phase != Phase::Destroyed)
        return QStringLiteral("the session is stored in a phase that is never stored");
    if (stored.row.nextAdmission > place_max)
        return QStringLiteral("the session's order has an impossible next place");
    std::set<quint64> sequences;
    std::set<quint64> places;
    for (const InputRow &row : stored.openInputs) {
        if (!isRecovered(row))
            continue;
        if (phase == Phase::Stopped || phase == Phase::Destroyed)
            return about(row, "is open in a session that has ended");
        if (std::optional<QString> defect = storedInputDefect(row))
            return defect;
        if (!sequences.insert(row.sequence).second)
            return about(row, "is stored twice");
        if (row.registers.admission != 0 && !places.insert(row.registers.admission).second)
            return about(row, "has the place of another one in the order");
    }
    return std::nullopt;
}

} // namespace burrow
