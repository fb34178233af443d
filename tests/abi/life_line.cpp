// SPDX-License-Identifier: Apache-2.0

#include "life_line.h"

#include "host_stub.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>

namespace test {

LifeLine::LifeLine()
{
    char name[] = "/tmp/burrow-life-line-XXXXXX";
    if (!::mkdtemp(name))
        throw std::runtime_error("mkdtemp fails");
    m_directory = name;
    m_path = m_directory + "/fifo";
    if (::mkfifo(m_path.c_str(), 0600) != 0)
        throw std::runtime_error("mkfifo fails");
    m_fd = ::open(m_path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

LifeLine::~LifeLine()
{
    ::close(m_fd);
    ::unlink(m_path.c_str());
    ::rmdir(m_directory.c_str());
}

void LifeLine::waitForEnd()
{
    // Before the first writer there is no hang-up to see, so this cannot end too early.
    const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
    pollfd end = {m_fd, POLLIN, 0};
    for (;;) {
        if (::poll(&end, 1, static_cast<int>(limit)) <= 0)
            throw std::runtime_error("a process lives on");
        char bytes[256];
        if (!(end.revents & POLLIN) || ::read(m_fd, bytes, sizeof bytes) == 0)
            return;
    }
}

} // namespace test
