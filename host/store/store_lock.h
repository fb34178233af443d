// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

namespace burrow {

/// The right to write a store file: a lock of the operating system on `<path>.lock`. It belongs to the open
/// file and ends with the process however that ends, so nobody waits for a lease. The file stays behind, on
/// purpose: removing it would let two hosts lock two files of one name.
class StoreLock
{
public:
    StoreLock() = default;
    ~StoreLock();
    StoreLock(StoreLock &&other) noexcept;
    StoreLock &operator=(StoreLock &&other) noexcept;
    Q_DISABLE_COPY(StoreLock)

    /// Takes the lock and writes `owner` (one line for people) into the file. Never waits. Errors: Conflict,
    /// naming the owner, when somebody holds it; Io.
    static Result<StoreLock> acquire(const QString &storePath, const QByteArray &owner);
    /// The owner while a process holds the lock, else nothing. Changes nothing. Errors: Io.
    static Result<std::optional<QByteArray>> holder(const QString &storePath);

private:
    int m_file = -1;
};

} // namespace burrow
