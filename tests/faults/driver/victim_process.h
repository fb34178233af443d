// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace burrow::faults {

/// One victim: a child with a pipe in and a pipe out. What it said counts when the line is complete. For one
/// thread.
class VictimProcess
{
public:
    VictimProcess(const std::string &program, const std::vector<std::string> &arguments);
    /// Kills what still runs.
    ~VictimProcess();
    VictimProcess(const VictimProcess &) = delete;
    VictimProcess &operator=(const VictimProcess &) = delete;

    /// Queues a line; it goes out while lines are read.
    void send(const std::string &line);
    /// The next line; nothing when the victim closed its end, or when none came in that time.
    std::optional<std::string> line(std::chrono::microseconds patience);
    bool closed() const { return m_closed && m_lines.empty(); }
    /// SIGKILL. What it said before can still be read.
    void kill();
    /// Waits for its end; the status as of waitpid.
    int wait();

private:
    void exchange(std::chrono::microseconds patience);
    void take();

    pid_t m_child = -1;
    int m_in = -1;
    int m_out = -1;
    std::string m_unsent;
    std::string m_unread;
    std::deque<std::string> m_lines;
    bool m_closed = false;
    std::optional<int> m_status;
};

} // namespace burrow::faults
