// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QFutureWatcher>

#include <optional>

namespace burrow {

/// Calls `then` with the future on the thread of `context`, from its event loop, once it is finished; also when
/// its promise was dropped, which a continuation would not hear of. Never calls once `context` is gone. To be
/// called on the thread of `context`.
///
/// The way to continue from a future of the host. QFuture::then() is not: up to Qt 6.6 a continuation that is
/// attached in the moment in which another thread finishes the future can run twice (decision 0011).
template <typename T, typename Function>
void whenFinished(const QFuture<T> &future, QObject *context, Function then)
{
    auto *watcher = new QFutureWatcher<T>(context);
    QObject::connect(watcher, &QFutureWatcherBase::finished, context, [watcher, then = std::move(then)] {
        watcher->deleteLater();
        then(watcher->future());
    });
    watcher->setFuture(future);
}

/// The result of a finished future; unset when its promise was dropped.
template <typename T>
std::optional<T> finishedResult(const QFuture<T> &future)
{
    return future.resultCount() > 0 ? std::optional<T>(future.result()) : std::nullopt;
}

} // namespace burrow
