// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "control/host.h"

#include <QElapsedTimer>
#include <QTimer>

#include <map>

namespace burrow {

class AnswerWriter;

/// For a person who watches: the last line of the terminal says what is running and for how long, and what is
/// done. It is written again as things change, and makes room for everything else that is written.
class StatusLine : public QObject
{
    Q_OBJECT

public:
    /// Stderr is a terminal on which a line can be written again.
    static bool isWanted();

    /// Both must outlive it.
    StatusLine(Host &host, AnswerWriter &answer);
    /// Leaves no line behind.
    ~StatusLine() override;

private:
    struct Run
    {
        RunId id;
        qint64 begunAt = 0; ///< On m_clock, in milliseconds.
    };

    void take(const std::vector<SessionEvent> &events);
    void takeOne(const QByteArray &session, const LifecycleEvent &event);
    void hide();
    void show();
    QString sentence() const;

    AnswerWriter &m_answer;
    QTimer m_tick;
    QElapsedTimer m_clock;
    std::map<QByteArray, Run> m_running; ///< By session.
    quint64 m_done = 0;
    quint64 m_failed = 0;
};

} // namespace burrow
