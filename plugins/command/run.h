// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "child.h"
#include "config.h"
#include "failure.h"
#include "output.h"
#include "request.h"
#include "run_signals.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace command {

// How a run ended.
struct RunOutcome
{
    enum class Kind { Answered, Cancelled, Failed };

    Kind kind = Kind::Answered;
    std::string answer; // Answered
    Failure failure;    // Failed
};

// Runs one program to its end, on the calling thread: feeds it the input, streams what it writes, and obeys
// cancel and time limits. When it returns, nothing that the program started is alive.
class Run
{
public:
    Run(const burrow_host &host, const Config &config, const std::string &supervisor, const RunRequest &request,
        RunSignals &signals);

    RunOutcome execute();

private:
    using Clock = std::chrono::steady_clock;

    // Why the program is being ended before its own end.
    enum class Ending { None, Cancelled, TimedOut, TooMuchOutput };

    RunOutcome runProgram();
    void pollOnce();
    int pollTimeout() const;
    void writeInput();
    void readOutput();
    void readErrors();
    void readReports();
    void drainAfterExit();
    void takeOutput(std::string_view bytes);
    void emitPending();
    void emitBegun();
    void obeyCancel();
    void obeyClock();
    void terminate(Ending ending);
    void logErrors() const;
    RunOutcome outcome() const;
    RunOutcome failed(Failure failure) const;

    // Constant.
    const burrow_host &m_host;
    const Config &m_config;
    const std::string &m_supervisor;
    const RunRequest &m_request;
    RunSignals &m_signals;

    std::optional<Child> m_child;
    std::string_view m_inputRest; // not yet written
    Utf8Stream m_outputText;
    Utf8Stream m_errorText;
    LineTail m_errorTail;
    std::string m_answer;
    size_t m_emitted = 0;        // bytes of m_answer that watchers have been sent
    bool m_waitsForRoom = false; // the host has no room for events; stdout waits meanwhile
    uint64_t m_outputBytes = 0;

    Ending m_ending = Ending::None;
    bool m_boundarySignalSent = false;
    std::optional<Clock::time_point> m_timeoutAt;
    std::optional<Clock::time_point> m_killAt;
    std::optional<supervisor_report> m_final; // the report that ended it
};

} // namespace command
