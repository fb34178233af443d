// SPDX-License-Identifier: Apache-2.0
#include "rig/moments.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace burrow::faults {

Moments::Moments(const std::string &path)
{
    if (path.empty()) {
        m_gauges = new Gauges{}; // NOLINT(cppcoreguidelines-owning-memory): given back in the destructor.
        return;
    }
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    void *memory = MAP_FAILED; // NOLINT(performance-no-int-to-ptr)
    if (file >= 0 && ::ftruncate(file, sizeof(Gauges)) == 0)
        memory = ::mmap(nullptr, sizeof(Gauges), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) { // NOLINT(performance-no-int-to-ptr)
        std::perror(path.c_str());
        std::abort();
    }
    ::close(file);
    m_gauges = new (memory) Gauges{};
    m_mapped = true;
}

Moments::~Moments()
{
    if (m_mapped)
        ::munmap(m_gauges, sizeof(Gauges));
    else
        delete m_gauges; // NOLINT(cppcoreguidelines-owning-memory)
}

void Moments::callAt(Window window, std::uint64_t count, std::function<void()> onEnter)
{
    m_window = window;
    m_onEnter = std::move(onEnter);
    m_left = count;
}

void Moments::enter(Window window)
{
    ++m_gauges->inside[static_cast<std::size_t>(window)];
    if (m_onEnter && window == m_window && m_left.fetch_sub(1) == 1)
        m_onEnter();
}

void Moments::leave(Window window)
{
    --m_gauges->inside[static_cast<std::size_t>(window)];
}

std::unique_ptr<Gauges> readGauges(const std::string &path)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return nullptr;
    void *memory = ::mmap(nullptr, sizeof(Gauges), PROT_READ, MAP_SHARED, file, 0);
    ::close(file);
    if (memory == MAP_FAILED) // NOLINT(performance-no-int-to-ptr)
        return nullptr;
    const auto *left = static_cast<const Gauges *>(memory);
    auto gauges = std::make_unique<Gauges>();
    for (std::size_t at = 0; at < windows; ++at)
        gauges->inside[at] = left->inside[at].load();
    gauges->tickets = left->tickets.load();
    gauges->applies = left->applies.load();
    gauges->call = left->call.load();
    gauges->boundaries = left->boundaries.load();
    gauges->syncs = left->syncs.load();
    ::munmap(memory, sizeof(Gauges));
    return gauges;
}

} // namespace burrow::faults
