// SPDX-License-Identifier: Apache-2.0
#include "store/stored_session_check.h"

#include <algorithm>

namespace burrow {

namespace {

QString inputDefect(const InputRow &row)
{
    const AdmissionPlan &plan = row.plan;
    const Lane lane = row.registers.lane == Lane::None ? row.registers.recoveryLane : row.registers.lane;
    if (isTerminal(row.registers.phase))
        return QStringLiteral("has ended and is still among the open inputs");
    if (row.registers.phase == InputPhase::Untracked)
        return QStringLiteral("was never accepted");
    if (lane == Lane::None)
        return QStringLiteral("is in no lane");
    if (row.registers.phase == InputPhase::Queued && row.registers.admission == 0)
        return QStringLiteral("is queued without a place in the queue");
    const bool continuation = row.input->kind == InputKind::Continuation;
    if (!continuation && plan.execution == ExecutionKind::ResumePending)
        return QStringLiteral("is stamped as the resumption of a run and is no continuation");
    const auto *body = std::get_if<ContinuationBody>(&row.input->body);
    const bool resumes = continuation && body != nullptr && body->kind == ContinuationBody::Kind::Ordinary;
    if (resumes && plan.execution != ExecutionKind::ResumePending)
        return QStringLiteral("is a continuation and is not stamped as the resumption of a run");
    const bool response = row.input->kind == InputKind::PeerResponseTerminal;
    if (response != (plan.intent == ApplyIntent::AppendContextAndRun))
        return response ? QStringLiteral("ends a request and is not stamped to run with its context")
                        : QStringLiteral("is stamped as the end of a request and is none");
    if (plan.boundary == Boundary::Immediate && plan.lane == Lane::Queue && lane == Lane::Queue)
        return QStringLiteral("is to be injected at once and stands in the queue lane");
    return {};
}

} // namespace

QString storedImageDefect(const StoredSession &session)
{
    const Phase phase = session.row.phase;
    if (phase == Phase::Running || phase == Phase::Attached || phase == Phase::Initializing)
        return QStringLiteral("its stored state is \"%1\", which is never stored")
            .arg(QString::fromLatin1(phaseName(phase)));
    if ((phase == Phase::Stopped || phase == Phase::Destroyed) && !session.openInputs.empty())
        return QStringLiteral("it is %1 and has open inputs").arg(QString::fromLatin1(phaseName(phase)));
    for (const InputRow &row : session.openInputs) {
        if (const QString defect = inputDefect(row); !defect.isEmpty())
            return QStringLiteral("input %1 %2").arg(row.sequence).arg(defect);
    }
    return {};
}

void raiseAdmissionCounters(StoredSession &session)
{
    SessionRow &row = session.row;
    for (const InputRow &input : session.openInputs) {
        const quint64 admission = input.registers.admission;
        if (admission >= limits::admission_sequence_first)
            row.nextAdmission = std::max(row.nextAdmission, admission + 1);
        else if (admission > 0)
            row.nextPriority = std::min(row.nextPriority, admission - 1);
    }
}

} // namespace burrow
