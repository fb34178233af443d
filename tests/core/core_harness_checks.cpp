// SPDX-License-Identifier: Apache-2.0
// What must hold after every event.
#include "core_harness.h"

#include "core_rules.h"

namespace burrow::test {

void CoreHarness::violated(const QString &sentence)
{
    m_violations.push_back(sentence);
}

void CoreHarness::require(bool holds, const char *sentence)
{
    if (!holds)
        violated(QStringLiteral("broken rule: %1").arg(QLatin1String(sentence)));
}

void CoreHarness::checkAll()
{
    require(brokenInvariant(core.registers()) == nullptr, "the session's registers keep their invariants");
    checkRecords();
    const SessionView view = core.view();
    for (const Lane lane : {Lane::Queue, Lane::Steer}) {
        if (const char *rule = brokenLane(core, lane, lane == Lane::Queue ? view.queued : view.steering))
            require(false, rule);
    }
    require(view.waiters == m_waiting.size(), "the waiters that are counted are those that were promised");
    require((view.phase == Phase::Running) == (core.registers().phase == Phase::Running)
                || core.registers().preRun == Phase::Retired,
            "a run shows as running unless the session retires");
    if (core.parked()) {
        require(outsideIsQuiet() && !core.turnDue() && core.deadline() == MonotonicTime::never(),
                "a parked session has nothing in flight and nothing due");
    }
    checkRest();
}

void CoreHarness::checkRecords()
{
    std::size_t published = 0;
    std::size_t stored = 0;
    core.visitInputs([&](const InputRecord &record) {
        require(brokenInvariant(record.registers) == nullptr, "an input's registers keep their invariants");
        require(!isTerminal(record.registers.phase), "an input that has ended is not open");
        if (record.registers.phase == InputPhase::Accepted)
            return;
        ++published;
        const auto life = m_lives.find(record.input->id);
        require(life != m_lives.end() && life->second == Life::Acknowledged, "an open input has not ended");
        if (record.registers.phase == InputPhase::Staged)
            require(record.registers.run == core.registers().run,
                    "an input is staged for the run that is bound");
        if (!record.stored())
            return;
        ++stored;
        if (m_untrusted)
            return;
        const auto row = store.open().find(record.sequence);
        require(row != store.open().end(), "an open input is open in the store");
        if (row != store.open().end())
            require(row->second.tries == record.registers.tries, "tries are stored as they are counted");
        // A place behind the backlog that staging gave is worth no write: it is found again after a restart.
        if (row != store.open().end() && record.stagingRefusals < 2 && row->second.admission != 0)
            require(row->second.admission == record.registers.admission, "the order is stored as it is kept");
    });
    require(published == m_acknowledged, "every acknowledged input is open or has ended");
    require(core.view().open == published, "the view counts the open inputs");
    // What is committed is published in the same turn, so the two never differ between events.
    if (!m_untrusted && !m_released)
        require(store.open().size() == stored, "the store holds open exactly what is open");
}

/// The core never rests with work to do unless something outside, a timer or a stated reason holds it.
void CoreHarness::checkRest()
{
    if (!outsideIsQuiet() || !m_fallenWrites.empty() || m_keysOpen || m_reloadOpen || m_mintOpen
        || core.turnDue() || core.deadline() != MonotonicTime::never())
        return;
    require(m_operationsAsked.empty(), "every step of an operation is answered when nothing is going on");
    require(m_asked.empty(), "nobody waits for an answer when nothing is going on");
    require(core.registers().run.isNull(), "no run is bound when nothing is going on");
    require(!m_shutdown || shutdownsFinished == 1, "a shutdown comes to its end");
    require(core.parked() || m_shutdown, "a session at rest is parked");
    require(core.settled(), "a session at rest is settled");
    const SessionView view = core.view();
    if (view.queued + view.steering == 0)
        return;
    switch (view.waitReason) {
    case WaitReason::NoExecutor:
        require(!view.attached, "without an executor means that none is attached");
        return;
    case WaitReason::ExecutorFailed:
        require(!view.attached && !view.note.isEmpty(), "a failed executor is named");
        return;
    case WaitReason::PhaseBlocks:
        require(view.phase == Phase::Stopped || view.phase == Phase::Destroyed, "the phase that blocks is one");
        return;
    case WaitReason::Held:
        require(m_untrusted && !view.note.isEmpty(), "a held session says why");
        return;
    case WaitReason::ShuttingDown:
        require(m_shutdown, "shutting down follows a shutdown");
        return;
    case WaitReason::NoWake:
        core.visitInputs([this](const InputRecord &record) {
            require(record.withoutWake, "only inputs that came without a wake rest without one");
        });
        return;
    default:
        violated(QStringLiteral("the core rests with queued inputs and says only \"%1\"")
                     .arg(QLatin1String(waitReasonName(view.waitReason))));
    }
}

} // namespace burrow::test
