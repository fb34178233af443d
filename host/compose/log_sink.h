// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QString>

#include <memory>
#include <mutex>

namespace burrow {

/// A descriptor that lines are written to, each with one call so that those of several threads and programs do
/// not mix. What cannot be written is dropped and counted: a full disk, or a reader that has stopped reading,
/// must not hold up or harm whoever logs. Thread-safe.
class LogSink
{
public:
    explicit LogSink(int descriptor)
        : m_descriptor(descriptor)
    {
    }
    ~LogSink();
    Q_DISABLE_COPY_MOVE(LogSink)

    /// A file for appending, made where it is not there (for the user alone, since sessions are named in it).
    /// Null with the reason in `problem` where it cannot be opened.
    static std::unique_ptr<LogSink> open(const QString &path, QString &problem);

    enum class Written : quint8 {
        Yes,
        No,       ///< As those before it.
        NoMore,   ///< The first one that could not be: say so elsewhere.
        YesAgain, ///< After some that could not be: say how many, see takeLost().
    };
    enum class Patience : quint8 {
        Bounded, ///< A reader that does not read loses lines.
        Endless, ///< For what was asked for: as long as its reader takes, such as a pager.
    };
    /// Whole lines with their line ends.
    Written write(const QByteArray &lines, Patience patience = Patience::Bounded);
    /// How many calls have been lost since this was last asked.
    quint64 takeLost();
    /// Why the last one was lost.
    QString problem();

    /// Text without a line end that stays the last line of a terminal until it is replaced; empty: none.
    void setStatus(const QByteArray &status);

private:
    int writeAll(const QByteArray &bytes, Patience patience);
    bool waitForRoom(Patience patience);

    const int m_descriptor;
    bool m_owned = false;

    std::mutex m_mutex;
    // guarded by m_mutex
    bool m_stuck = false; ///< The reader did not read for a while: no more waiting until it does.
    bool m_torn = false;  ///< The last thing that was written is the beginning of a line.
    quint64 m_lost = 0;
    int m_error = 0;
    QByteArray m_status;
};

} // namespace burrow
