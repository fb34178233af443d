// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

namespace test {

// Tells when the last of some processes has died, without knowing them: they hold a FIFO open for writing, and
// its end of file comes when nobody does any more.
class LifeLine
{
public:
    LifeLine();
    ~LifeLine();
    LifeLine(const LifeLine &) = delete;
    LifeLine &operator=(const LifeLine &) = delete;

    // For a shell: `exec 9>PATH`.
    const std::string &path() const { return m_path; }

    // Waits until every process that holds it is dead; throws if one lives on.
    void waitForEnd();

private:
    std::string m_directory;
    std::string m_path;
    int m_fd = -1;
};

} // namespace test
