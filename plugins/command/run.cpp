// SPDX-License-Identifier: Apache-2.0

#include "run.h"

#include "environment.h"
#include "support/abi_values.h"

#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

namespace command {

using plugin_support::toText;

namespace {

constexpr size_t readBytesMax = 64 * 1024;

// Reads what is there and hands each piece to `take`. At end of file, and on an error, closes `fd`. Answers
// whether there may be more right now.
template <typename Take>
bool readSome(UniqueFd &fd, Take &&take)
{
    std::array<char, readBytesMax> bytes;
    const ssize_t size = ::read(fd.get(), bytes.data(), bytes.size());
    if (size > 0) {
        take(std::string_view(bytes.data(), static_cast<size_t>(size)));
        return true;
    }
    if (size == 0 || (errno != EAGAIN && errno != EINTR))
        fd.reset();
    return false;
}

} // namespace

Run::Run(const burrow_host &host, const Config &config, const std::string &supervisor,
         const RunRequest &request, RunSignals &signals)
    : m_host(host)
    , m_config(config)
    , m_supervisor(supervisor)
    , m_request(request)
    , m_signals(signals)
    , m_inputRest(request.input)
{
}

RunOutcome Run::execute()
{
    const int32_t level = m_host.cancelled(m_host.ctx, m_request.token);
    if (level != BURROW_CANCEL_NONE || m_signals.cancelLevel() != BURROW_CANCEL_NONE)
        return {.kind = RunOutcome::Kind::Cancelled}; // nothing has begun, so this is a boundary
    try {
        m_child.emplace(m_supervisor, m_config.cwd, m_config.argv, environmentFor(m_config, m_request));
    } catch (const std::system_error &error) {
        return failed(spawnFailure(m_config.argv.front(), "supervisor", error.code().value()));
    }
    return runProgram();
}

RunOutcome Run::runProgram()
{
    if (m_config.timeout)
        m_timeoutAt = Clock::now() + *m_config.timeout;
    if (m_inputRest.empty())
        m_child->input.reset();
    while (!m_final && m_child->reports.isOpen()) {
        pollOnce();
        obeyCancel();
        obeyClock();
    }
    drainAfterExit();
    m_child.reset(); // reaps; from here on nothing is alive
    logErrors();
    return outcome();
}

void Run::pollOnce()
{
    // A closed descriptor is -1, which poll passes over.
    const bool outputWaits = m_waitsForRoom && m_ending == Ending::None;
    const int output = outputWaits ? -1 : m_child->output.get();
    std::array<pollfd, 5> fds = {{
        {m_signals.wakeFd(), POLLIN, 0},
        {m_child->reports.get(), POLLIN, 0},
        {m_child->input.get(), POLLOUT, 0},
        {output, POLLIN, 0},
        {m_child->errors.get(), POLLIN, 0},
    }};
    if (::poll(fds.data(), fds.size(), pollTimeout()) <= 0)
        return;
    if (fds[0].revents)
        m_signals.clearWake();
    if (m_signals.takeResumed())
        emitPending();
    if (fds[2].revents)
        writeInput();
    if (fds[3].revents)
        readOutput();
    if (fds[4].revents)
        readErrors();
    if (fds[1].revents)
        readReports();
}

int Run::pollTimeout() const
{
    std::optional<Clock::time_point> next = m_ending == Ending::None ? m_timeoutAt : m_killAt;
    if (!next)
        return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now()).count();
    return static_cast<int>(std::clamp<long long>(left, 0, 60 * 60 * 1000));
}

// A program that does not read its input to the end is none of our business.
void Run::writeInput()
{
    const ssize_t size = ::write(m_child->input.get(), m_inputRest.data(), m_inputRest.size());
    if (size > 0)
        m_inputRest.remove_prefix(static_cast<size_t>(size));
    if (m_inputRest.empty() || (size < 0 && errno != EAGAIN && errno != EINTR))
        m_child->input.reset();
}

void Run::readOutput()
{
    readSome(m_child->output, [this](std::string_view bytes) { takeOutput(bytes); });
    emitPending();
}

void Run::takeOutput(std::string_view bytes)
{
    m_outputBytes += bytes.size();
    if (m_outputBytes <= m_config.maxOutputBytes) {
        m_answer += m_outputText.take(bytes);
        return;
    }
    if (m_ending == Ending::None)
        m_ending = Ending::TooMuchOutput;
    m_child->kill();
}

void Run::readErrors()
{
    readSome(m_child->errors, [this](std::string_view bytes) { m_errorTail.take(m_errorText.take(bytes)); });
}

void Run::readReports()
{
    const std::optional<supervisor_report> report = m_child->readReport();
    if (!report)
        return;
    if (report->kind == SUPERVISOR_STARTED)
        emitBegun();
    else if (report->kind != SUPERVISOR_FORKED)
        m_final = report;
}

// What the dead have written is still in the pipes. No waiting here: whoever holds an end open must not delay
// the run.
void Run::drainAfterExit()
{
    const auto takeError = [this](std::string_view bytes) { m_errorTail.take(m_errorText.take(bytes)); };
    const auto takeOutputBytes = [this](std::string_view bytes) { takeOutput(bytes); };
    while (m_ending != Ending::TooMuchOutput && m_child->output.isOpen()
           && readSome(m_child->output, takeOutputBytes)) {
    }
    while (m_child->errors.isOpen() && readSome(m_child->errors, takeError)) {
    }
    m_answer += m_outputText.finish();
    m_errorTail.take(m_errorText.finish());
    if (m_ending == Ending::None)
        emitPending(); // without room now, the watchers have the completion
}

void Run::emitPending()
{
    m_waitsForRoom = false;
    if (m_emitted == m_answer.size())
        return;
    burrow_event event = {};
    event.struct_size = sizeof event;
    event.type = BURROW_EVENT_TEXT_DELTA;
    event.flags = BURROW_EVENT_COALESCE;
    event.text = toText(std::string_view(m_answer).substr(m_emitted));
    const int32_t status = m_host.emit(m_host.ctx, m_request.token, &event);
    if (status == BURROW_WOULD_BLOCK)
        m_waitsForRoom = true;
    else
        m_emitted = m_answer.size();
}

void Run::emitBegun()
{
    burrow_event event = {};
    event.struct_size = sizeof event;
    event.type = BURROW_EVENT_BEGUN;
    event.flags = BURROW_EVENT_DROPPABLE;
    m_host.emit(m_host.ctx, m_request.token, &event);
}

// A failure carries the end of stderr to whom it concerns; this is for those who look into a run that went
// well.
void Run::logErrors() const
{
    const std::string text = m_errorTail.text();
    const burrow_text message = toText(text);
    if (!text.empty())
        m_host.log(m_host.ctx, m_request.token, BURROW_LOG_DEBUG, &message, nullptr);
}

void Run::obeyCancel()
{
    const int32_t level = m_signals.cancelLevel();
    if (level >= BURROW_CANCEL_HARD && m_ending != Ending::Cancelled) {
        terminate(Ending::Cancelled);
    } else if (level == BURROW_CANCEL_BOUNDARY && m_config.cancelSignal != 0 && !m_boundarySignalSent) {
        m_boundarySignalSent = true;
        m_child->signal(m_config.cancelSignal);
    }
}

void Run::obeyClock()
{
    const Clock::time_point now = Clock::now();
    if (m_ending == Ending::None && m_timeoutAt && now >= *m_timeoutAt)
        terminate(Ending::TimedOut);
    if (m_killAt && now >= *m_killAt) {
        m_killAt.reset();
        m_child->kill();
    }
}

// Asks the program to end, with a grace before it is killed. A hard cancel replaces the reason of an ending
// under way, and does not prolong it.
void Run::terminate(Ending ending)
{
    if (m_final)
        return; // it has ended by itself
    m_ending = ending;
    if (m_killAt)
        return;
    m_child->signal(SIGTERM);
    m_killAt = Clock::now() + m_config.grace;
}

RunOutcome Run::outcome() const
{
    const std::string &program = m_config.argv.front();
    if (m_ending == Ending::Cancelled)
        return {.kind = RunOutcome::Kind::Cancelled};
    if (m_ending == Ending::TimedOut)
        return failed(timeoutFailure(program, m_config.timeout->count(), m_errorTail.text()));
    if (m_ending == Ending::TooMuchOutput)
        return failed(outputFailure(program, m_config.maxOutputBytes, m_errorTail.text()));
    if (!m_final)
        return failed(supervisorFailure(program, m_errorTail.text()));
    switch (m_final->kind) {
    case SUPERVISOR_FORK_FAILED:
        return failed(spawnFailure(program, "fork", m_final->value));
    case SUPERVISOR_CHDIR_FAILED:
        return failed(spawnFailure(program, ("working directory " + m_config.cwd).c_str(), m_final->value));
    case SUPERVISOR_EXEC_FAILED:
        return failed(spawnFailure(program, "exec", m_final->value));
    default:
        break;
    }
    const bool succeeded = WIFEXITED(m_final->value) && WEXITSTATUS(m_final->value) == 0;
    if (m_boundarySignalSent && !succeeded)
        return {.kind = RunOutcome::Kind::Cancelled};
    if (!succeeded)
        return failed(exitFailure(program, m_final->value, m_errorTail.text()));
    return {.kind = RunOutcome::Kind::Answered, .answer = m_answer};
}

RunOutcome Run::failed(Failure failure) const
{
    return {.kind = RunOutcome::Kind::Failed, .failure = std::move(failure)};
}

} // namespace command
