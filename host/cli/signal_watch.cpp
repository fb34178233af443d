// SPDX-License-Identifier: Apache-2.0
#include "cli/signal_watch.h"

#include "base/assert.h"

#include <QSocketNotifier>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

namespace burrow {

namespace {

constexpr std::array watchedSignals{SIGINT, SIGTERM, SIGHUP};

// The handler can reach nothing else. -1: nobody watches.
std::atomic<int> writeEnd = -1;
static_assert(std::atomic<int>::is_always_lock_free);

void leaveHandler(int)
{
    const int error = errno;
    const char byte = 0;
    // A full pipe holds more requests to leave than anybody can send in earnest.
    [[maybe_unused]] const ssize_t written = ::write(writeEnd.load(), &byte, 1);
    errno = error;
}

void emptyHandler(int) {}

void install(int number, void (*handler)(int), struct sigaction *previous)
{
    struct sigaction action = {};
    action.sa_handler = handler;
    // A runtime that a plugin brings along may run on stacks of a few kilobytes.
    action.sa_flags = SA_ONSTACK | SA_RESTART;
    sigemptyset(&action.sa_mask);
    ::sigaction(number, &action, previous);
}

// What somebody put over our handler stays: it may need to run until the very end.
void putBack(int number, void (*ours)(int), const struct sigaction &previous)
{
    struct sigaction current = {};
    ::sigaction(number, nullptr, &current);
    if (current.sa_handler == ours)
        ::sigaction(number, &previous, nullptr);
}

} // namespace

struct SignalWatch::Previous
{
    std::array<struct sigaction, watchedSignals.size()> watched = {};
    struct sigaction pipe = {};
};

SignalWatch::SignalWatch(QObject *parent)
    : QObject(parent)
    , m_previous(std::make_unique<Previous>())
{
    BURROW_ASSERT(writeEnd.load() == -1);
    int ends[2] = {-1, -1};
    // Without a descriptor to spare, signals keep ending the program at once.
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    m_readEnd = ends[0];
    writeEnd.store(ends[1]);
    m_notifier = std::make_unique<QSocketNotifier>(m_readEnd, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &SignalWatch::readPipe);

    install(SIGPIPE, emptyHandler, &m_previous->pipe);
    for (size_t at = 0; at < watchedSignals.size(); ++at) {
        struct sigaction &previous = m_previous->watched.at(at);
        ::sigaction(watchedSignals.at(at), nullptr, &previous);
        // What was ignored from the start (by nohup, by a shell's `&`) was meant to be.
        if (previous.sa_handler != SIG_IGN || watchedSignals.at(at) == SIGTERM)
            install(watchedSignals.at(at), leaveHandler, nullptr);
    }
}

SignalWatch::~SignalWatch()
{
    if (!m_notifier)
        return;
    for (size_t at = 0; at < watchedSignals.size(); ++at)
        putBack(watchedSignals.at(at), leaveHandler, m_previous->watched.at(at));
    putBack(SIGPIPE, emptyHandler, m_previous->pipe);
    m_notifier.reset();
    ::close(writeEnd.exchange(-1));
    ::close(m_readEnd);
}

void SignalWatch::readPipe()
{
    std::array<char, 16> bytes{};
    const ssize_t size = ::read(m_readEnd, bytes.data(), bytes.size());
    for (ssize_t at = 0; at < size; ++at)
        Q_EMIT leaveAsked();
}

} // namespace burrow
