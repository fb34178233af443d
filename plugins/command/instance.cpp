// SPDX-License-Identifier: Apache-2.0

#include "instance.h"

#include "environment.h"
#include "support/abi_values.h"

#include <csignal>

namespace command {

using plugin_support::toText;
using plugin_support::toView;

namespace {

RunRequest copyRequest(const burrow_apply_request &request, burrow_token token)
{
    RunRequest copy;
    copy.token = token;
    copy.input = plugin_support::joinedText(request.appends);
    copy.sessionId = toView(request.session_id);
    copy.runId = toView(request.run_id);
    copy.attempt = request.attempt;
    for (uint64_t i = 0; i < request.contributors.count; ++i) {
        const burrow_contributor &contributor = *BURROW_AT(burrow_contributor, request.contributors, i);
        appendListElement(copy.inputIds, toView(contributor.input_id), i == 0);
        appendListElement(copy.idempotencyKeys, toView(contributor.idempotency_key), i == 0);
    }
    return copy;
}

// The host's signals are not for this thread; and a program that closes its stdin must not end the host with
// SIGPIPE.
void blockAllSignals()
{
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

} // namespace

Instance::Instance(const burrow_host &host, Config config, std::string supervisor)
    : m_host(host)
    , m_config(std::move(config))
    , m_supervisor(std::move(supervisor))
{
}

Instance::~Instance()
{
    joinWorker();
}

int32_t Instance::apply(const burrow_apply_request &request, burrow_token token)
{
    if (request.primitive != BURROW_PRIMITIVE_STAGED_INPUT || request.appends.count == 0) {
        // Nothing to feed a program with: context only, or a wish to go on with what is not pending here.
        burrow_apply_result result = {};
        result.struct_size = sizeof result;
        result.terminal = request.execution == BURROW_EXECUTION_RESUME_PENDING
                              ? BURROW_TERMINAL_NO_PENDING_BOUNDARY
                              : BURROW_TERMINAL_NONE;
        burrow_completion completion = {};
        completion.struct_size = sizeof completion;
        completion.apply = &result;
        m_host.complete(m_host.ctx, token, &completion);
        return BURROW_OK;
    }
    start(copyRequest(request, token));
    return BURROW_OK;
}

void Instance::start(RunRequest request)
{
    if (!m_worker.joinable())
        m_worker = std::thread(&Instance::work, this);
    const std::lock_guard lock(m_mutex);
    m_signals.reset();
    m_token = request.token;
    m_next = std::move(request);
    m_changed.notify_one();
}

int32_t Instance::cancel(const burrow_cancel_request &request)
{
    const std::lock_guard lock(m_mutex);
    if (request.token == m_token)
        m_signals.raiseCancel(request.mode == BURROW_CANCEL_MODE_BOUNDARY ? BURROW_CANCEL_BOUNDARY
                                                                          : BURROW_CANCEL_HARD);
    return BURROW_OK;
}

int32_t Instance::resume(burrow_token token)
{
    const std::lock_guard lock(m_mutex);
    if (token == m_token)
        m_signals.resume();
    return BURROW_OK;
}

// No run is open, so the worker is idle or on its way back to being so: the join does not wait for a program.
int32_t Instance::stop(burrow_token token)
{
    joinWorker();
    burrow_completion completion = {};
    completion.struct_size = sizeof completion;
    m_host.complete(m_host.ctx, token, &completion);
    return BURROW_OK;
}

void Instance::joinWorker()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
        m_signals.raiseCancel(BURROW_CANCEL_HARD);
        m_changed.notify_one();
    }
    if (m_worker.joinable())
        m_worker.join();
}

void Instance::work()
{
    blockAllSignals();
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_changed.wait(lock, [this] { return m_next || m_ending; });
        if (!m_next)
            return;
        const RunRequest request = std::move(*m_next);
        m_next.reset();
        lock.unlock();
        carryOut(request);
        lock.lock();
    }
}

void Instance::carryOut(const RunRequest &request)
{
    RunOutcome outcome;
    try {
        outcome = Run(m_host, m_config, m_supervisor, request, m_signals).execute();
    } catch (...) {
        outcome.kind = RunOutcome::Kind::Failed;
        outcome.failure.cause = BURROW_CAUSE_EXECUTOR_INTERNAL;
    }
    {
        // From here on cancel and resume mean this run no more; the next apply may come inside complete.
        const std::lock_guard lock(m_mutex);
        m_token = 0;
    }
    complete(request.token, outcome);
}

void Instance::complete(burrow_token token, const RunOutcome &outcome)
{
    burrow_apply_result result = {};
    result.struct_size = sizeof result;
    result.terminal = BURROW_TERMINAL_RESULT;
    result.text = toText(outcome.answer);

    burrow_error error = {};
    error.struct_size = sizeof error;
    error.code = outcome.failure.status;
    error.cause = outcome.failure.cause;
    error.flags = outcome.failure.flags;
    error.message = toText(outcome.failure.message);
    error.details_json = toText(outcome.failure.detailsJson);

    burrow_completion completion = {};
    completion.struct_size = sizeof completion;
    switch (outcome.kind) {
    case RunOutcome::Kind::Answered:
        completion.apply = &result;
        break;
    case RunOutcome::Kind::Cancelled:
        completion.status = BURROW_CANCELLED;
        break;
    case RunOutcome::Kind::Failed:
        completion.status = outcome.failure.status;
        completion.error = &error;
        break;
    }
    m_host.complete(m_host.ctx, token, &completion);
}

} // namespace command
