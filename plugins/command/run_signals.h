// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "unique_fd.h"

#include <atomic>
#include <cstdint>

namespace command {

// What other threads tell the thread that carries out a run. All functions may be called on any thread.
class RunSignals
{
public:
    RunSignals(); // throws std::system_error

    void reset();
    void raiseCancel(int32_t level); // BURROW_CANCEL_*; levels only rise
    void resume();

    int32_t cancelLevel() const { return m_cancelLevel.load(); }
    bool takeResumed() { return m_resumed.exchange(false); }

    int wakeFd() const { return m_wake.get(); } // readable when something was told
    void clearWake();

private:
    void wake();

    std::atomic<int32_t> m_cancelLevel{0};
    std::atomic<bool> m_resumed{false};
    UniqueFd m_wake;
};

} // namespace command
