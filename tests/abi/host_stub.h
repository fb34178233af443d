// SPDX-License-Identifier: Apache-2.0
//
// The smallest host: mints tokens, records what plugins tell it, and drives a library through its tables. It
// waits on conditions with a limit that only a failing test reaches, and overwrites borrowed memory after every
// call.

#pragma once

#include "burrow/abi.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace test {

// A completion, copied.
struct Completed
{
    int32_t status = 0;
    int times = 0; // how often the token was completed
    bool hasError = false;
    bool hasResult = false;
    int32_t cause = 0;
    uint32_t errorFlags = 0;
    int32_t outcome = 0;
    std::string message;
    std::string details;
    int32_t terminal = -1;
    std::string text;
    std::string resultJson;
    std::optional<std::string> snapshot;
    std::string receiptRun;
    std::vector<std::string> receiptContributors;
};

class StubHost
{
public:
    StubHost();

    const burrow_host *table() const { return &m_table; }

    burrow_token mintToken();
    void raiseCancel(burrow_token token, int32_t level);

    // Throw when they wait in vain.
    Completed waitForCompletion(burrow_token token);
    void waitForText(burrow_token token, const std::string &text);
    void waitForBlockedEvent(burrow_token token);

    bool isCompleted(burrow_token token) const;
    std::string streamed(burrow_token token) const; // all text deltas, joined
    int eventCount(burrow_token token, int32_t type) const;
    std::vector<std::string> logs() const;

    // How many text deltas are taken until WOULD_BLOCK; -1 is no limit.
    void setRoom(int events);

private:
    struct Open
    {
        int32_t cancelLevel = BURROW_CANCEL_NONE;
        Completed completed;
        std::string streamed;
        std::map<int32_t, int> events;
        bool wasBlocked = false;
    };

    int32_t complete(burrow_token token, const burrow_completion &completion);
    int32_t emit(burrow_token token, const burrow_event &event);
    template <typename Predicate>
    void waitUntil(std::unique_lock<std::mutex> &lock, const char *what, Predicate &&predicate);

    burrow_host m_table = {};
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    burrow_token m_lastToken = 100;
    std::map<burrow_token, Open> m_open;
    std::vector<std::string> m_logs;
    int m_room = -1;
};

// An opened library after entry and init.
class Library
{
public:
    Library(const char *path, StubHost &host);

    const burrow_plugin &plugin() const { return *m_plugin; }
    const burrow_executor_vtable &executor() const { return *m_plugin->executor; }
    StubHost &host() const { return m_host; }

private:
    StubHost &m_host;
    const burrow_plugin *m_plugin = nullptr;
};

struct Input
{
    std::string text;
    std::string id = "input-1";
    std::string key = {};
};

// One instance of a library's executor.
class Executor
{
public:
    Executor(const Library &library, const std::string &config,
             const std::optional<std::string> &snapshot = {});
    ~Executor(); // stops and destroys
    Executor(const Executor &) = delete;
    Executor &operator=(const Executor &) = delete;

    // Starts a run that must be accepted; the cancel level may be raised beforehand.
    burrow_token apply(const std::vector<Input> &inputs, int32_t cancelLevel = BURROW_CANCEL_NONE);
    burrow_token apply(const std::string &text) { return apply(std::vector<Input>{{text}}); }

    // Starts a run and answers what `apply` answered.
    int32_t tryApply(const std::string &text);

    // Starts a run without appends.
    burrow_token applyNothing(int32_t execution);

    // A run from begin to end.
    Completed run(const std::string &text) { return m_library.host().waitForCompletion(apply(text)); }

    // Raises the level and makes the call, as a host does.
    int32_t cancel(burrow_token token, int32_t mode);
    int32_t resume(burrow_token token);
    void stop();

private:
    int32_t start(const std::vector<Input> &inputs, int32_t execution, burrow_token token);

    const Library &m_library;
    void *m_self = nullptr;
    bool m_isStopped = false;
};

// What `create` answers, with the sentence it gave.
struct Refusal
{
    int32_t status = 0;
    std::string message;
};
Refusal refusalOf(const Library &library, const std::string &config);

inline constexpr const char *runId = "01890000-0000-7000-8000-000000000001";
inline constexpr std::chrono::seconds patience{60};

} // namespace test
