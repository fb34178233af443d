// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonObject>

namespace burrow {

class AnswerWriter;

/// Writes what happens as it happens, one JSON object a line, each with `event` and `time`. A reader that is
/// slower than the sessions gets gaps, told as `events.lost`, rather than making this program grow.
class EventLines
{
public:
    /// `answer` must outlive it.
    explicit EventLines(AnswerWriter &answer)
        : m_answer(answer)
    {
    }

    /// A line that no reader may miss.
    void tell(const char *event, QJsonObject members);
    /// One that has its `event` already, and that is left out while too much waits.
    void tellIfRoom(const QJsonObject &line);
    /// So many were lost on their way here.
    void addLost(quint64 count) { m_lost += count; }
    /// The last line. What is told afterwards is not written.
    void close(QJsonObject summary);

private:
    void write(QJsonObject line);

    AnswerWriter &m_answer;
    quint64 m_lost = 0; ///< Since the last line.
    bool m_closed = false;
};

} // namespace burrow
