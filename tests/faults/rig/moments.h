// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

/// What a host is in the middle of, kept where another process can still read it after a kill.
namespace burrow::faults {

/// The spans between two durable or visible steps, in which a kill hurts most.
enum class Window : std::uint8_t {
    AcceptUntold,   ///< An accept is committed, and its submitter has not been told.
    GrantUnused,    ///< A start grant is committed, and the executor was not called.
    RunUncommitted, ///< An apply has finished, and its result is not committed.
    EndUntold,      ///< A result is committed, and who waits has not been told.
};
inline constexpr std::size_t windows = 4;
inline constexpr std::array<std::string_view, windows> windowName{
    {"accept-untold", "grant-unused", "run-uncommitted", "end-untold"}};

/// Plain counters in shared memory; each is raised and lowered by the host's threads.
struct Gauges
{
    std::array<std::atomic<std::int32_t>, windows> inside; ///< How many of each window are open.
    std::atomic<std::int32_t> tickets;                     ///< Write sets without a verdict.
    std::atomic<std::int32_t> applies;                     ///< Runs that are with the executor.
    std::atomic<std::int32_t> call; ///< The disk call that is under way, as CallKind + 1; 0 for none.
    std::atomic<std::uint64_t> boundaries;
    std::atomic<std::uint64_t> syncs;
};

class Moments
{
public:
    /// Keeps its gauges in that file, made new; an empty path keeps them in memory of its own.
    explicit Moments(const std::string &path = {});
    ~Moments();
    Moments(const Moments &) = delete;
    Moments &operator=(const Moments &) = delete;

    Gauges &gauges() { return *m_gauges; }
    /// A window opens, or closes. Opening calls `onEnter` when it is the one and the time it waits for.
    void enter(Window window);
    void leave(Window window);

    /// Called the `count`-th time that `window` opens, on the thread that opens it.
    void callAt(Window window, std::uint64_t count, std::function<void()> onEnter);

private:
    Gauges *m_gauges = nullptr;
    bool m_mapped = false;
    Window m_window = Window::AcceptUntold;
    std::function<void()> m_onEnter;
    std::atomic<std::uint64_t> m_left = 0;
};

/// The gauges that a process left behind; null when the file is not there.
std::unique_ptr<Gauges> readGauges(const std::string &path);

} // namespace burrow::faults
