// SPDX-License-Identifier: Apache-2.0
#include "driver/victim_process.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace burrow::faults {

namespace {

[[noreturn]] void giveUp(const char *what)
{
    std::perror(what);
    std::abort();
}

} // namespace

VictimProcess::VictimProcess(const std::string &program, const std::vector<std::string> &arguments)
{
    int in[2];
    int out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0)
        giveUp("pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    std::vector<std::string> words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char *> argv;
    for (std::string &word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    const int result = ::posix_spawn(&m_child, program.c_str(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    if (result != 0) {
        errno = result;
        giveUp(program.c_str());
    }
    m_in = in[1];
    m_out = out[0];
    ::fcntl(m_in, F_SETFL, O_NONBLOCK);
    ::fcntl(m_out, F_SETFL, O_NONBLOCK);
}

VictimProcess::~VictimProcess()
{
    kill();
    wait();
    ::close(m_in);
    ::close(m_out);
}

void VictimProcess::send(const std::string &line)
{
    m_unsent += line + '\n';
}

void VictimProcess::take()
{
    char bytes[8192];
    while (true) {
        const ssize_t count = ::read(m_out, bytes, sizeof bytes);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            m_closed = m_closed || count == 0;
            break;
        }
        m_unread.append(bytes, static_cast<std::size_t>(count));
    }
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = m_unread.find('\n', begin)) != std::string::npos; begin = end + 1)
        m_lines.push_back(m_unread.substr(begin, end - begin));
    m_unread.erase(0, begin);
}

void VictimProcess::exchange(std::chrono::microseconds patience)
{
    pollfd watched[2] = {{m_out, POLLIN, 0}, {m_in, POLLOUT, 0}};
    const timespec time{patience.count() / 1'000'000, (patience.count() % 1'000'000) * 1000};
    if (::ppoll(watched, m_unsent.empty() ? 1 : 2, &time, nullptr) <= 0)
        return;
    if (!m_unsent.empty() && watched[1].revents != 0) {
        const ssize_t count = ::write(m_in, m_unsent.data(), m_unsent.size());
        if (count > 0)
            m_unsent.erase(0, static_cast<std::size_t>(count));
        else if (errno != EAGAIN && errno != EINTR)
            m_unsent.clear(); // It is gone; its last words are read below.
    }
    if (watched[0].revents != 0)
        take();
}

std::optional<std::string> VictimProcess::line(std::chrono::microseconds patience)
{
    using Clock = std::chrono::steady_clock;
    const Clock::time_point end = Clock::now() + patience;
    while (true) {
        // Also with lines at hand: what is to be sent must not wait for them.
        exchange(m_lines.empty()
                     ? std::max(std::chrono::microseconds(0),
                                std::chrono::duration_cast<std::chrono::microseconds>(end - Clock::now()))
                     : std::chrono::microseconds(0));
        if (!m_lines.empty()) {
            std::string first = std::move(m_lines.front());
            m_lines.pop_front();
            return first;
        }
        if (m_closed || Clock::now() >= end)
            return std::nullopt;
    }
}

void VictimProcess::kill()
{
    if (m_child > 0 && !m_status)
        ::kill(m_child, SIGKILL);
}

int VictimProcess::wait()
{
    if (!m_status) {
        int status = 0;
        while (::waitpid(m_child, &status, 0) < 0 && errno == EINTR) {
        }
        m_status = status;
    }
    return *m_status;
}

} // namespace burrow::faults
