// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QString>

#include <memory>

namespace burrow {

/// The right to make a socket at a path: a lock on the file beside it, which the system lets go when the
/// process ends, however it ends. So a socket file that is found while this is held is nobody's.
class SocketLock
{
public:
    /// `owner` is what others are told. Errors: Conflict (names the owner), Io.
    static Result<std::unique_ptr<SocketLock>> take(const QString &socketPath, const QByteArray &owner);
    ~SocketLock();
    SocketLock(const SocketLock &) = delete;
    SocketLock &operator=(const SocketLock &) = delete;

private:
    SocketLock(QByteArray path, int descriptor)
        : m_path(std::move(path))
        , m_descriptor(descriptor)
    {
    }

    const QByteArray m_path;
    const int m_descriptor;
};

} // namespace burrow
