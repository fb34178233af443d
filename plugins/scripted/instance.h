// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "outcome.h"
#include "script.h"

#include "burrow/abi.h"
#include "burrow/ext/boundary.h"
#include "burrow/ext/operations.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace scripted {

// One session's executor. A run takes place in one of three ways: inside `apply`; on the instance's thread,
// which is started when a step needs one; or, when it does nothing but hang, nowhere, until `cancel` ends it.
class Instance
{
public:
    Instance(const burrow_host &host, burrow_instance name, Script script, std::string state);
    ~Instance();
    Instance(const Instance &) = delete;
    Instance &operator=(const Instance &) = delete;

    int32_t apply(const burrow_apply_request &request, burrow_token token);
    int32_t cancel(const burrow_cancel_request &request);
    int32_t stop(burrow_token token);
    int32_t resume(burrow_token token);
    int32_t stage(const burrow_stage_request &request, burrow_token token);
    int32_t discard(const burrow_discard_request &request);
    int32_t cancelOperation(burrow_operation operation, int32_t mode, uint64_t cookie);

private:
    enum class Place { Inline, Thread, Parked };

    Step stepFor(std::string_view input);
    std::string answerFor(const Step &step, const std::string &input);
    static Place placeOf(const Step &step);
    void open(const Run &run);
    void park(Run run);
    void handOver(Run run);
    void work();
    void carryOut(const Run &run);
    void takeSteers(const Run &run);
    std::string stagedText() const;
    void moveBoundary(const Run &run, int32_t open);
    void beginOperation(const Step &step);
    const burrow_operations_host *operations() const;
    bool emit(const Run &run, std::string_view piece);
    bool isCancelled(const Step &step) const;
    void joinWorker();

    // Constant.
    const burrow_host &m_host;
    const burrow_instance m_name;

    // Of the host's [instance] calls.
    Script m_script;
    std::thread m_worker;

    std::mutex m_mutex;
    std::condition_variable m_changed;
    // Guarded by m_mutex.
    burrow_token m_token = 0; // of the run that cancel and resume may mean; 0 = none
    int32_t m_cancelLevel = BURROW_CANCEL_NONE;
    bool m_hasRoom = true; // for events
    std::string m_state;   // the last snapshot
    struct Staged
    {
        std::string key;
        std::string text;
    };
    std::vector<Staged> m_staged; // into the run of m_token, as long as its boundary is open
    int64_t m_steersLeft = 0;     // above 0: the boundary is open
    std::optional<int32_t> m_stageRefusal;
    // By cookie: the status with which its cancels are refused.
    std::vector<std::optional<int32_t>> m_operations;
    std::optional<Run> m_next;   // for the worker
    std::optional<Run> m_parked; // for cancel
    bool m_ending = false;
};

} // namespace scripted
