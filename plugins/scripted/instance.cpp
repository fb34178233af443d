// SPDX-License-Identifier: Apache-2.0

#include "instance.h"

#include "support/abi_values.h"

#include <algorithm>
#include <csignal>
#include <stdexcept>

namespace scripted {

using plugin_support::toText;

Instance::Instance(const burrow_host &host, burrow_instance name, Script script, std::string state)
    : m_host(host)
    , m_name(name)
    , m_script(std::move(script))
    , m_state(std::move(state))
{
}

Instance::~Instance()
{
    joinWorker();
}

int32_t Instance::apply(const burrow_apply_request &request, burrow_token token)
{
    const std::string input = plugin_support::joinedText(request.appends);
    Step step = stepFor(input);
    if (!step.log.empty()) {
        const burrow_text message = toText(step.log);
        m_host.log(m_host.ctx, token, BURROW_LOG_INFO, &message, nullptr);
    }
    if (step.fault == Step::Fault::Throw)
        throw std::runtime_error("the script says so");
    if (step.refuse)
        return *step.refuse;
    if (step.operation)
        beginOperation(step);

    std::string answer = answerFor(step, input);
    Run run = makeRun(request, token, std::move(step), std::move(answer));
    open(run);
    switch (placeOf(run.step)) {
    case Place::Inline:
        carryOut(run);
        break;
    case Place::Thread:
        handOver(std::move(run));
        break;
    case Place::Parked:
        park(std::move(run));
        break;
    }
    return BURROW_OK;
}

// A directive that cannot be read fails its run and says why.
Step Instance::stepFor(std::string_view input)
{
    try {
        return m_script.next(input);
    } catch (const plugin_support::ConfigError &error) {
        Step step;
        step.error = StepError{
            .status = BURROW_INVALID, .cause = BURROW_CAUSE_PRIMITIVE_REJECTED, .message = error.what()};
        return step;
    }
}

std::string Instance::answerFor(const Step &step, const std::string &input)
{
    if (step.answersState) {
        const std::lock_guard lock(m_mutex);
        return m_state;
    }
    return step.answer.value_or(input);
}

Instance::Place Instance::placeOf(const Step &step)
{
    if (step.completeOn == Step::CompleteOn::BeforeReturn)
        return Place::Inline;
    if (step.completeOn == Step::CompleteOn::Thread || step.chunks > 0 || step.delay.count() > 0
        || step.steers > 0)
        return Place::Thread;
    return step.hangs ? Place::Parked : Place::Inline;
}

// Stores the token where cancel finds it, then asks: a cancel that came before is not lost.
void Instance::open(const Run &run)
{
    const std::lock_guard lock(m_mutex);
    m_token = run.token;
    if (run.step.snapshot && !run.step.error)
        m_state = *run.step.snapshot;
    m_staged.clear();
    m_cancelLevel = std::max(m_host.cancelled(m_host.ctx, run.token), BURROW_CANCEL_NONE);
    m_hasRoom = true;
}

void Instance::park(Run run)
{
    const burrow_token token = run.token;
    {
        const std::lock_guard lock(m_mutex);
        if (!isCancelled(run.step)) {
            m_parked = std::move(run);
            return;
        }
        m_token = 0;
    }
    completeCancelled(m_host, token);
}

int32_t Instance::cancel(const burrow_cancel_request &request)
{
    {
        const std::lock_guard lock(m_mutex);
        if (request.token != m_token)
            return BURROW_OK;
        const bool isBoundary = request.mode == BURROW_CANCEL_MODE_BOUNDARY;
        m_cancelLevel = std::max(m_cancelLevel, isBoundary ? BURROW_CANCEL_BOUNDARY : BURROW_CANCEL_HARD);
        m_changed.notify_all();
        if (!m_parked || !isCancelled(m_parked->step))
            return BURROW_OK;
        m_parked.reset();
        m_token = 0;
    }
    completeCancelled(m_host, request.token);
    return BURROW_OK;
}

int32_t Instance::resume(burrow_token token)
{
    const std::lock_guard lock(m_mutex);
    if (token == m_token) {
        m_hasRoom = true;
        m_changed.notify_all();
    }
    return BURROW_OK;
}

int32_t Instance::stop(burrow_token token)
{
    joinWorker();
    burrow_completion completion = {};
    completion.struct_size = sizeof completion;
    m_host.complete(m_host.ctx, token, &completion);
    return BURROW_OK;
}

void Instance::handOver(Run run)
{
    if (!m_worker.joinable())
        m_worker = std::thread(&Instance::work, this);
    const std::lock_guard lock(m_mutex);
    m_next = std::move(run);
    m_changed.notify_all();
}

// A run that ignores every cancel ends here without a completion: nothing of an instance may go on after this.
void Instance::joinWorker()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
        m_changed.notify_all();
    }
    if (m_worker.joinable())
        m_worker.join();
}

void Instance::work()
{
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, nullptr); // the host's signals are not for this thread
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_changed.wait(lock, [this] { return m_next || m_ending; });
        if (!m_next)
            return;
        const Run run = std::move(*m_next);
        m_next.reset();
        lock.unlock();
        carryOut(run);
        lock.lock();
    }
}

void Instance::carryOut(const Run &run)
{
    for (const std::string_view piece : piecesOf(run)) {
        if (!emit(run, piece))
            break;
    }
    if (run.step.steers > 0) {
        moveBoundary(run, 1);
        takeSteers(run);
        moveBoundary(run, 0);
    }
    bool cancelled = false;
    Run ending = run;
    {
        std::unique_lock lock(m_mutex);
        const auto isOver = [&] { return m_ending || isCancelled(run.step); };
        if (run.step.delay.count() > 0)
            m_changed.wait_for(lock, run.step.delay, isOver);
        if (run.step.hangs)
            m_changed.wait(lock, isOver);
        cancelled = isCancelled(run.step);
        if (m_ending && run.step.hangs && !cancelled)
            return;
        m_token = 0; // from here on cancel, resume and staging mean this run no more
        if (run.step.steers > 0)
            ending.answer = stagedText();
    }
    if (cancelled)
        completeCancelled(m_host, run.token);
    else
        completeAsScripted(m_host, ending);
}

// Waits for room. Answers false when the run is cancelled or over.
bool Instance::emit(const Run &run, std::string_view piece)
{
    burrow_event event = {};
    event.struct_size = sizeof event;
    event.type = BURROW_EVENT_TEXT_DELTA;
    event.text = toText(piece);
    for (;;) {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return m_hasRoom || m_ending || isCancelled(run.step); });
        if (m_ending || isCancelled(run.step))
            return false;
        m_hasRoom = false; // unless a resume comes between the answer and the wait
        lock.unlock();
        const int32_t status = m_host.emit(m_host.ctx, run.token, &event);
        lock.lock();
        if (status == BURROW_WOULD_BLOCK)
            continue;
        m_hasRoom = true;
        return status == BURROW_OK;
    }
}

// Under m_mutex.
bool Instance::isCancelled(const Step &step) const
{
    return m_cancelLevel > step.ignoredCancel;
}

} // namespace scripted
