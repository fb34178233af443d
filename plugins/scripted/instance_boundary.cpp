// SPDX-License-Identifier: Apache-2.0
//
// The live boundary of a run that asks for one: it stays open until enough context was staged into it.

#include "instance.h"

#include "support/abi_values.h"

#include <algorithm>

namespace scripted {

using plugin_support::toText;
using plugin_support::toView;

void Instance::moveBoundary(const Run &run, int32_t open)
{
    const burrow_text id = BURROW_TEXT(BURROW_EXT_BOUNDARY);
    const auto *table =
        static_cast<const burrow_boundary_host *>(m_host.get_extension(m_host.ctx, run.token, &id));
    if (open != 0) {
        const std::lock_guard lock(m_mutex);
        m_steersLeft = run.step.steers;
        m_stageRefusal = run.step.stageRefusal;
    }
    if (table)
        table->boundary(m_host.ctx, run.token, open, open != 0 ? 1 : 2);
}

// Waits until enough was staged, or the run is cancelled or over.
void Instance::takeSteers(const Run &run)
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [&] { return m_steersLeft <= 0 || m_ending || isCancelled(run.step); });
    m_steersLeft = 0;
}

// Under m_mutex.
std::string Instance::stagedText() const
{
    std::string text;
    for (const Staged &staged : m_staged)
        text += (text.empty() ? "" : "\n") + staged.text;
    return text;
}

int32_t Instance::stage(const burrow_stage_request &request, burrow_token token)
{
    std::string state;
    {
        const std::lock_guard lock(m_mutex);
        if (request.run_token != m_token || m_steersLeft <= 0)
            return BURROW_STALE;
        if (m_stageRefusal) {
            --m_steersLeft;
            m_changed.notify_all();
            return *m_stageRefusal;
        }
        for (uint64_t i = 0; i < request.context_appends.count; ++i) {
            const burrow_append &append = *BURROW_AT(burrow_append, request.context_appends, i);
            m_staged.push_back({std::string(toView(append.key)), std::string(toView(append.text))});
        }
        m_state = stagedText();
        state = m_state;
    }
    const burrow_bytes snapshot = {state.data(), state.size()};
    burrow_apply_result result = {};
    result.struct_size = sizeof result;
    result.terminal = BURROW_TERMINAL_NONE;
    result.snapshot = &snapshot;
    burrow_completion completion = {};
    completion.struct_size = sizeof completion;
    completion.apply = &result;
    m_host.complete(m_host.ctx, token, &completion);
    // Only now may the run end: its answer names what was staged.
    const std::lock_guard lock(m_mutex);
    --m_steersLeft;
    m_changed.notify_all();
    return BURROW_OK;
}

int32_t Instance::discard(const burrow_discard_request &request)
{
    const std::lock_guard lock(m_mutex);
    if (request.run_token != m_token)
        return BURROW_STALE;
    for (uint64_t i = 0; i < request.keys.count; ++i) {
        const std::string_view key = toView(*BURROW_AT(burrow_text, request.keys, i));
        std::erase_if(m_staged, [key](const Staged &staged) { return staged.key == key; });
    }
    m_state = stagedText();
    return BURROW_OK;
}

} // namespace scripted
