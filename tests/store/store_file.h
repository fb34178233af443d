// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/stored_session.h"
#include "store/sqlite_database.h"

#include <QTemporaryDir>

namespace burrow::test {

/// A store file that nobody serves, with rows as a host writes them, and ways to harm it.
class StoreFile
{
public:
    /// Sessions "one" and "two" are idle; nothing is open and nothing has ended.
    StoreFile();

    QString path() const { return m_folder.filePath(QStringLiteral("a.db")); }
    QString folder() const { return m_folder.path(); }
    SessionId idOf(const QByteArray &session) const;

    void addSession(const QByteArray &name, Phase phase = Phase::Idle);
    void addOpen(const QByteArray &session, const InputPointer &input);
    void addEnded(const QByteArray &session, const InputPointer &input, const QByteArray &answer,
                  TerminalKind kind = TerminalKind::Consumed);
    /// Runs SQL behind everybody's back.
    void change(const char *sql);

private:
    qint64 sidOf(const QByteArray &session) const;
    SqliteDatabase open() const;

    QTemporaryDir m_folder;
    QByteArrayList m_sessions; ///< The sid is the place in the list, from 1.
};

} // namespace burrow::test
