// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QObject>
#include <QString>

#include <memory>

QT_BEGIN_NAMESPACE
class QJsonObject;
class QSocketNotifier;
QT_END_NAMESPACE

namespace burrow {

/// The one writer of stdout, which carries the answer and nothing else.
///
/// A slow reader must not hold up the event loop, or Ctrl-C would go unheard. The descriptor may be shared with
/// other programs, so it is never made non-blocking; instead at most so much is written at once as poll() has
/// promised room for, and the rest waits for a notifier.
class AnswerWriter : public QObject
{
    Q_OBJECT

public:
    explicit AnswerWriter(int descriptor, QObject *parent = nullptr);
    /// What is still waiting is dropped: whoever leaves in order calls flush() or waits for drained().
    ~AnswerWriter() override;

    /// Never blocks. Nothing is kept once the reader is gone.
    void write(const QByteArray &text);
    /// One JSON value and a newline; indented where a person reads it.
    void writeJson(const QJsonObject &value);
    /// One JSON value as one line, whoever reads it.
    void writeJsonLine(const QJsonObject &value);
    /// Writes what waits, however long the reader takes.
    void flush();

    /// Forgets what waits, and from now on whatever is written: the way to leave without a reader's help.
    void drop();

    bool isDrained() const { return m_waiting.isEmpty(); }
    /// True while so much waits that whoever produces should wait too.
    bool isFull() const;
    /// True once the reader has closed its end, a write failed for good, or drop() was called.
    bool isClosed() const { return m_closed; }
    /// Why it is closed; empty while it is not, and where the reader has just left.
    const QString &problem() const { return m_problem; }
    /// True where the answer goes to a person's terminal.
    bool isTerminal() const { return m_terminal; }

Q_SIGNALS:
    /// Something is about to be written to a terminal; what else shows there may make room.
    void writing();
    /// Everything that waited is written, or nobody will ever read it.
    void drained();
    void closed();

private:
    enum class Progress : quint8 { Written, Closed };
    Progress writeSome(qsizetype bytesMax);
    void writeWithoutBlocking();
    void becomeClosed();

    const int m_descriptor;
    const bool m_terminal;
    bool m_closed = false;
    QString m_problem;
    QByteArray m_waiting;
    qsizetype m_written = 0; ///< Of m_waiting; moved to the front only now and then.
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace burrow
