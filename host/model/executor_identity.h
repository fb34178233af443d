// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

namespace burrow {

/// Who runs a session: an entry of `executors:` and the plugin behind it. Both are empty where nobody does, or
/// where it is not known.
struct ExecutorIdentity
{
    QByteArray name;
    QByteArray plugin; ///< Its id.

    bool isEmpty() const { return name.isEmpty() && plugin.isEmpty(); }
    friend bool operator==(const ExecutorIdentity &, const ExecutorIdentity &) = default;
};

/// A session was opened with another executor than before.
struct ExecutorChange
{
    ExecutorIdentity from;
    ExecutorIdentity to;

    friend bool operator==(const ExecutorChange &, const ExecutorChange &) = default;
};

} // namespace burrow
