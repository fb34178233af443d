// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "supervisor_protocol.h"
#include "unique_fd.h"

#include <sys/types.h>

#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace command {

// One program under its supervisor. Destroying it kills the program and everything the program started, and
// returns when the supervisor has been reaped.
class Child
{
public:
    // Throws std::system_error if the supervisor cannot be started. That the program itself cannot be started
    // comes as a report. The ends kept here are non-blocking.
    Child(const std::string &supervisor, const std::string &cwd, const std::vector<std::string> &argv,
          const std::vector<std::string> &environment);
    ~Child();
    Child(const Child &) = delete;
    Child &operator=(const Child &) = delete;

    UniqueFd input;   // the program's stdin
    UniqueFd output;  // its stdout
    UniqueFd errors;  // its stderr
    UniqueFd reports; // of the supervisor

    // Sends a signal to the program's group.
    void signal(int number);

    // Kills the program and everything it started; a report follows.
    void kill();

    // The next report; nothing if there is none now. The end of the reports closes `reports`.
    std::optional<supervisor_report> readReport();

private:
    UniqueFd m_control;
    pid_t m_supervisor = -1;
    pid_t m_program = -1; // from its fork until its end is reported
};

} // namespace command
