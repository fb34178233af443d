// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rogue_row.h"

#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

#include <memory>

namespace burrow::test {

/// One rogue in the program `burrow run`, beside a session whose plugin is honest. Where the row's process ends
/// in the middle of a run, the same command is started once more: the next host.
class RogueTrial
{
public:
    explicit RogueTrial(const RogueRow &row);
    ~RogueTrial();
    Q_DISABLE_COPY_MOVE(RogueTrial)

    /// False when the library could not be made; see problems().
    bool start();
    /// Waits until the program, and where there is one the next, has ended; then says what differs from the
    /// row.
    QStringList problems();
    const RogueRow &row() const { return m_row; }
    /// What the host said of the rogue, shortened, for the reader of the table.
    QString said() const;

private:
    /// One life of the program.
    struct Life
    {
        QString exit;
        QByteArray out;
        QByteArray err;
        QJsonObject json;
    };

    QString makeLibrary();
    bool makeManifest() const;
    void writeConfiguration(const QString &library);
    void launch();
    Life finish();
    void expect(bool holds, const QString &what, const QString &found = {});
    void judge(const Life &life);
    void judgeSessions(const Life &life);
    void judgeNext(const Life &life);
    QString file(const QString &name) const { return m_folder.filePath(name); }

    const RogueRow m_row;
    QTemporaryDir m_folder;
    QProcess m_process;
    QByteArray m_err;
    QStringList m_problems;
};

} // namespace burrow::test
