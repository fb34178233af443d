// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>

#include <memory>

struct sqlite3_vfs;

namespace burrow {

/// A file layer for SQLite that writes the log (WAL) of a transaction with one call. SQLite asks for two calls
/// for each page of it, one after the other; they are gathered and reach the layer below when the log is
/// synced, read or measured, or when more came than the gathering holds. Every other file is the layer below's
/// own.
///
/// A failed write is told by the call that had to have it done, which for a commit is its sync, and by every
/// write behind the place that was lost until that place is written again: no commit can follow a gap.
///
/// Only for connections that sync each commit (synchronous=FULL): without a sync SQLite would tell readers of
/// pages that the file does not hold yet. Where SQLite has to fill up sectors (no powersafe overwrite), which
/// it does behind the sync, nothing is gathered.
///
/// The object must outlive every connection that was opened by its name. Each connection is one thread's at a
/// time, as ever.
class LogVfs
{
public:
    /// On top of `below`: SQLite's name of a layer; empty: the default. Errors: NotFound.
    static Result<std::shared_ptr<const LogVfs>> make(const QByteArray &below);
    ~LogVfs();
    Q_DISABLE_COPY_MOVE(LogVfs)

    /// What sqlite3_open_v2 takes.
    const char *name() const { return m_name.constData(); }

private:
    struct Calls;
    explicit LogVfs(sqlite3_vfs *below);

    const QByteArray m_name;
    sqlite3_vfs *const m_below;
    const std::unique_ptr<sqlite3_vfs> m_vfs;
};

} // namespace burrow
