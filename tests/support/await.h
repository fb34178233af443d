// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/tally.h"

#include <QFuture>
#include <QFutureWatcher>
#include <QSignalSpy>

#include <optional>

/// Waiting for a future on the test's thread, whose event loop goes on meanwhile.
namespace burrow::test {

/// True when the future finished in time, however it did.
template <typename T>
bool finishes(const QFuture<T> &future, std::chrono::milliseconds limit = patience)
{
    QFutureWatcher<T> watcher;
    QSignalSpy finished(&watcher, &QFutureWatcherBase::finished);
    watcher.setFuture(future);
    return future.isFinished() || finished.wait(static_cast<int>(limit.count())) || future.isFinished();
}

/// The one result of a future, or nothing: it did not finish in time, was cancelled or has no result.
template <typename T>
std::optional<T> resultOf(const QFuture<T> &future)
{
    if (!finishes(future) || future.isCanceled() || future.resultCount() != 1)
        return std::nullopt;
    return future.result();
}

} // namespace burrow::test
