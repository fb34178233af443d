// SPDX-License-Identifier: Apache-2.0
// What can happen in a world. Everything that is possible is possible at once: nobody waits for anybody.
#include "world.h"

namespace burrow::test {

void World::steps(std::vector<Step> &out) const
{
    out.clear();
    stepsOfStore(out);
    stepsOfExecutor(out);
    if (m_core->turnDue())
        out.push_back(Step::Turn);
    if (m_core->deadline() != MonotonicTime::never())
        out.push_back(Step::Tick);
    stepsOfPeople(out);
    if (m_left.crashes > 0) {
        for (std::size_t durable = 0; durable <= durableAtMost(); ++durable)
            out.push_back(Step::Crash + durable);
    }
}

std::size_t World::durableAtMost() const
{
    std::size_t count = 0;
    while (count < m_writes.size() && !m_writes[count].fallen)
        ++count;
    return count;
}

void World::stepsOfStore(std::vector<Step> &out) const
{
    const bool faults = m_left.faults > 0;
    if (!m_writes.empty() && m_writes.front().fallen) {
        out.push_back(Step::Fall);
    } else if (!m_writes.empty()) {
        out.push_back(Step::Commit);
        if (faults)
            out.insert(out.end(),
                       {Step::NotWritten, Step::Refuse, Step::Fence, Step::LoseTrack, Step::LoseTrackDurable});
    }
    if (m_keysOpen) {
        out.push_back(Step::GiveKeys);
        if (faults)
            out.push_back(Step::GiveNoKeys);
    }
    if (m_imageOpen) {
        out.push_back(Step::GiveImage);
        if (faults)
            out.push_back(Step::GiveNoImage);
    }
}

void World::stepsOfExecutor(std::vector<Step> &out) const
{
    const bool faults = m_left.faults > 0;
    if (m_instance == Instance::Creating) {
        out.push_back(Step::Create);
        if (faults)
            out.insert(out.end(), {Step::CreateNot, Step::CreateNever});
    }
    if (m_apply && m_apply->givenUp) {
        out.insert(out.end(), {Step::LeaveUnanswered, Step::Succeed});
    } else if (m_apply) {
        out.push_back(Step::Succeed);
        if (m_scenario->snapshots)
            out.push_back(Step::SucceedWithSnapshot);
        if (m_left.failures > 0)
            out.push_back(Step::Fail);
        if (m_apply->aimedAt || faults)
            out.push_back(Step::EndCancelled);
        if (faults)
            out.insert(out.end(), {Step::Lie, Step::ClaimTerminal});
        if (m_scenario->boundaries && !m_boundaryOpen)
            out.push_back(Step::OpenBoundary);
    }
    if (m_staging) {
        out.push_back(Step::Stage);
        if (m_scenario->snapshots)
            out.push_back(Step::StageWithSnapshot);
        if (faults)
            out.push_back(Step::StageNot);
    }
    if (m_checkpointOpen) {
        out.push_back(Step::Checkpoint);
        if (faults)
            out.push_back(Step::CheckpointNot);
    }
    if (m_stopOpen) {
        out.push_back(Step::Rest);
        if (faults)
            out.push_back(Step::RestNot);
    }
    if (faults && (m_instance == Instance::Ready || m_instance == Instance::Stopped))
        out.push_back(Step::Die);
}

void World::stepsOfPeople(std::vector<Step> &out) const
{
    for (std::size_t at = 0; at < m_scenario->scripts.size(); ++at) {
        const bool first = !script(at).twin || m_known[at - 1].life != Life::Unsent;
        if (m_known[at].life == Life::Unsent && first && !script(at).own)
            out.push_back(Step::Submit + at);
    }
    stepsOfOperations(out);
    if (m_left.controls == 0)
        return;
    for (const Control control : m_scenario->controls) {
        if (controlPossible(control))
            out.push_back(Step::Control + static_cast<std::size_t>(control));
    }
}

bool World::controlPossible(Control control) const
{
    // A host that goes down at once has gone down before, and is asked for it once.
    if (control == Control::ShutDownHard)
        return m_shutdown && !m_shutdownFinished;
    return control != Control::ShutDown || !m_shutdown;
}

} // namespace burrow::test
