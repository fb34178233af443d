// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QFuture>

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

namespace burrow::faults {

/// Goes on from futures one after the other, on a thread of its own that waits for each: neither a
/// continuation, which is not safe while another thread finishes the future, nor an event loop is needed. Every
/// future must finish, and all that were given are gone through before the destructor returns.
class Follower
{
public:
    Follower();
    ~Follower();
    Follower(const Follower &) = delete;
    Follower &operator=(const Follower &) = delete;

    template <typename T, typename Function>
    void follow(QFuture<T> future, Function then)
    {
        add([future = std::move(future), then = std::move(then)]() mutable {
            future.waitForFinished();
            then(future);
        });
    }

private:
    void add(std::function<void()> step);
    void work();

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<std::function<void()>> m_steps; // Guarded by m_mutex.
    bool m_ending = false;                     // Guarded by m_mutex.
    std::thread m_thread;                      ///< Last: it uses everything above.
};

/// Blocks until the future is finished. False: not within the time; it is waited for no longer.
template <typename T>
bool finishesWithin(const QFuture<T> &future, std::chrono::milliseconds limit)
{
    auto done = std::make_shared<std::promise<void>>();
    std::future<void> waiting = done->get_future();
    std::thread([future = QFuture<T>(future), done]() mutable {
        future.waitForFinished();
        done->set_value();
    }).detach();
    return waiting.wait_for(limit) == std::future_status::ready;
}

} // namespace burrow::faults
