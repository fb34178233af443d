// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/worker_pool.h"

#include "base/time.h"

#include <functional>

namespace burrow {

/// The host's loading thread, one for the process: where libraries are opened, initialised and let go. It is
/// not the caller's own, so that a library that does not come back costs this thread and not the host. It is
/// then left alone, and another one takes its place. Thread-safe; never destroyed.
class LoaderThread
{
public:
    static LoaderThread &instance();

    /// Runs `work` and waits for it. False when it has not come back within `most`: it may still do so, hence
    /// whatever it uses must be its own or live as long as the process. Not from inside `work`.
    bool run(std::function<void()> work, Duration most);

private:
    class Call;

    LoaderThread();

    WorkerPool m_pool;
};

} // namespace burrow
