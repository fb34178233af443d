// SPDX-License-Identifier: Apache-2.0
#include "core_rules.h"

namespace burrow::test {

const char *brokenLane(const SessionCore &core, Lane lane, quint32 count)
{
    quint32 queued = 0;
    quint32 fronts = 0;
    const InputRecord *front = nullptr;
    core.visitInputs([&](const InputRecord &record) {
        if (record.registers.phase != InputPhase::Queued || record.registers.lane != lane)
            return;
        ++queued;
        if (record.previous == nullptr) {
            ++fronts;
            front = &record;
        }
    });
    if (fronts > 1)
        return "a lane has one front";
    if (queued != count)
        return "a lane holds exactly the inputs that are queued in it";
    quint32 linked = 0;
    quint64 before = 0;
    for (const InputRecord *at = front; at != nullptr && linked <= queued; at = at->next) {
        ++linked;
        if (at->registers.lane != lane || at->registers.admission <= before)
            return "a lane is in admission order";
        before = at->registers.admission;
    }
    return linked == queued ? nullptr : "a lane links exactly the inputs that are queued in it";
}

bool contradicts(const Outcome &told, const FinishedInput &written)
{
    const bool hookFailed = written.kind == TerminalKind::Consumed && !told.succeeded();
    const bool readAgain = told.reason.startsWith(QStringLiteral("recovered input no longer pending"));
    if (told.waitFailure != WaitFailure::None || hookFailed || readAgain)
        return false;
    const Outcome &stored = written.outcome;
    return stored.outcome != told.outcome || stored.reason != told.reason || stored.cause != told.cause
           || stored.run != told.run;
}

} // namespace burrow::test
