// SPDX-License-Identifier: Apache-2.0
#include "cli/answer_writer.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QSocketNotifier>

#include <cerrno>
#include <climits>

#include <poll.h>
#include <unistd.h>

namespace burrow {

namespace {

// A producer that has a choice stops above this.
constexpr qsizetype waiting_bytes_full = 1 << 20;

bool hasRoom(int descriptor)
{
    pollfd entry{.fd = descriptor, .events = POLLOUT, .revents = 0};
    return ::poll(&entry, 1, 0) > 0;
}

} // namespace

AnswerWriter::AnswerWriter(int descriptor, QObject *parent)
    : QObject(parent)
    , m_descriptor(descriptor)
    , m_terminal(::isatty(descriptor) == 1)
{
}

AnswerWriter::~AnswerWriter() = default;

bool AnswerWriter::isFull() const
{
    return m_waiting.size() - m_written > waiting_bytes_full;
}

void AnswerWriter::write(const QByteArray &text)
{
    if (m_closed || text.isEmpty())
        return;
    if (m_terminal)
        Q_EMIT writing();
    m_waiting += text;
    writeWithoutBlocking();
}

void AnswerWriter::writeJson(const QJsonObject &value)
{
    const auto form = m_terminal ? QJsonDocument::Indented : QJsonDocument::Compact;
    QByteArray text = QJsonDocument(value).toJson(form);
    if (!text.endsWith('\n'))
        text += '\n';
    write(text);
}

void AnswerWriter::writeJsonLine(const QJsonObject &value)
{
    write(QJsonDocument(value).toJson(QJsonDocument::Compact) + '\n');
}

void AnswerWriter::flush()
{
    while (!m_closed && !isDrained()) {
        if (writeSome(m_waiting.size()) == Progress::Closed)
            becomeClosed();
    }
}

void AnswerWriter::drop()
{
    // What arrives before the loop has ended would wait for the reader again.
    m_closed = true;
    m_waiting.clear();
    m_written = 0;
    if (m_notifier)
        m_notifier->setEnabled(false);
}

AnswerWriter::Progress AnswerWriter::writeSome(qsizetype bytesMax)
{
    const qsizetype size = std::min(bytesMax, m_waiting.size() - m_written);
    const ssize_t written = ::write(m_descriptor, m_waiting.constData() + m_written, static_cast<size_t>(size));
    if (written < 0) {
        if (errno == EINTR)
            return Progress::Written;
        if (errno != EAGAIN) {
            m_problem = errno == EPIPE ? QString() : qt_error_string(errno);
            return Progress::Closed;
        }
        // Somebody who shares the descriptor made it non-blocking.
        pollfd entry{.fd = m_descriptor, .events = POLLOUT, .revents = 0};
        ::poll(&entry, 1, -1);
        return Progress::Written;
    }
    m_written += written;
    if (m_written == m_waiting.size() || m_written > waiting_bytes_full) {
        m_waiting.remove(0, m_written);
        m_written = 0;
    }
    return Progress::Written;
}

void AnswerWriter::writeWithoutBlocking()
{
    // A pipe that polls as writable takes this much without blocking.
    while (!isDrained() && hasRoom(m_descriptor)) {
        if (writeSome(PIPE_BUF) == Progress::Closed) {
            becomeClosed();
            return;
        }
    }
    if (!isDrained() && !m_notifier) {
        m_notifier = std::make_unique<QSocketNotifier>(m_descriptor, QSocketNotifier::Write);
        connect(m_notifier.get(), &QSocketNotifier::activated, this, &AnswerWriter::writeWithoutBlocking);
    }
    if (m_notifier) {
        const bool wasWaiting = m_notifier->isEnabled();
        m_notifier->setEnabled(!isDrained());
        if (wasWaiting && isDrained())
            Q_EMIT drained();
    }
}

void AnswerWriter::becomeClosed()
{
    drop();
    Q_EMIT closed();
    Q_EMIT drained();
}

} // namespace burrow
