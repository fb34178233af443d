// SPDX-License-Identifier: Apache-2.0
#include "core/batch.h"

namespace burrow {

namespace {

bool runsByItself(const InputRecord &record)
{
    return record.alone || record.plan.lane == Lane::None;
}

bool sameSteering(const AdmissionPlan &a, const AdmissionPlan &b)
{
    return a.boundary == b.boundary && a.execution == b.execution && a.intent == b.intent;
}

bool sameTurn(const AdmissionPlan &a, const AdmissionPlan &b)
{
    return a.execution == b.execution && a.intent == b.intent;
}

template <typename Joins>
Batch prefix(InputRecord *head, Joins joins)
{
    Batch batch;
    if (head->replacedIn != 0)
        return batch;
    batch.push_back(head);
    if (runsByItself(*head))
        return batch;
    for (InputRecord *at = head->next; at != nullptr; at = at->next) {
        if (at->replacedIn != 0 || runsByItself(*at) || !joins(*at))
            break;
        batch.push_back(at);
    }
    return batch;
}

} // namespace

Batch selectBatch(const InputLane &steer, const InputLane &queue)
{
    if (!steer.isEmpty()) {
        InputRecord *head = steer.front();
        return prefix(head, [head](const InputRecord &other) { return sameSteering(head->plan, other.plan); });
    }
    if (queue.isEmpty())
        return {};
    InputRecord *head = queue.front();
    const bool prompt = head->input->kind == InputKind::Prompt;
    return prefix(head, [head, prompt](const InputRecord &other) {
        return !prompt && other.input->kind != InputKind::Prompt && sameTurn(head->plan, other.plan);
    });
}

} // namespace burrow
