// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "config.h"
#include "request.h"
#include "run.h"
#include "run_signals.h"

#include "burrow/abi.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace command {

// One session's executor. `apply` hands the run to a thread of the instance's own, which is started with the
// first run and joined by `stop`, so no call of the host ever waits for a program.
class Instance
{
public:
    Instance(const burrow_host &host, Config config, std::string supervisor);
    ~Instance();
    Instance(const Instance &) = delete;
    Instance &operator=(const Instance &) = delete;

    int32_t apply(const burrow_apply_request &request, burrow_token token);
    int32_t cancel(const burrow_cancel_request &request);
    int32_t stop(burrow_token token);
    int32_t resume(burrow_token token);

private:
    void start(RunRequest request);
    void work();
    void carryOut(const RunRequest &request);
    void complete(burrow_token token, const RunOutcome &outcome);
    void joinWorker();

    // Constant.
    const burrow_host &m_host;
    const Config m_config;
    const std::string m_supervisor;

    // Of the host's [instance] calls.
    std::thread m_worker;

    std::mutex m_mutex;
    std::condition_variable m_changed;
    // Guarded by m_mutex.
    std::optional<RunRequest> m_next; // accepted, not yet taken by the worker
    burrow_token m_token = 0;         // of the run that cancel and resume may mean; 0 = none
    bool m_ending = false;

    RunSignals m_signals;
};

} // namespace command
