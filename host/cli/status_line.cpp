// SPDX-License-Identifier: Apache-2.0
#include "cli/status_line.h"

#include "base/plain_text.h"
#include "cli/answer_writer.h"
#include "compose/log_output.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace burrow {

namespace {

// Often enough for seconds to pass evenly, and too late for a run that is over at once to flicker.
constexpr int tick_ms = 250;

qsizetype terminalWidth()
{
    winsize size = {};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

QString elapsedText(qint64 milliseconds)
{
    const qint64 seconds = milliseconds / 1000;
    if (seconds < 60)
        return QStringLiteral("%1s").arg(seconds);
    if (seconds < 3600)
        return QStringLiteral("%1m%2s").arg(seconds / 60).arg(seconds % 60);
    return QStringLiteral("%1h%2m").arg(seconds / 3600).arg(seconds / 60 % 60);
}

} // namespace

bool StatusLine::isWanted()
{
    return ::isatty(STDERR_FILENO) == 1 && !stderrIsJson() && qgetenv("TERM") != "dumb"
           && !qEnvironmentVariableIsEmpty("TERM");
}

StatusLine::StatusLine(Host &host, AnswerWriter &answer)
    : m_answer(answer)
{
    m_clock.start();
    connect(&host, &Host::eventsArrived, this, &StatusLine::take);
    connect(&answer, &AnswerWriter::writing, this, &StatusLine::hide);
    connect(&m_tick, &QTimer::timeout, this, &StatusLine::show);
    m_tick.start(tick_ms);
}

StatusLine::~StatusLine()
{
    hide();
}

void StatusLine::take(const std::vector<SessionEvent> &events)
{
    for (const SessionEvent &event : events) {
        if (const auto *lifecycle = std::get_if<LifecycleEvent>(&event.event))
            takeOne(event.name, *lifecycle);
    }
}

void StatusLine::takeOne(const QByteArray &session, const LifecycleEvent &event)
{
    switch (event.code) {
    case EventCode::RunStarted:
        m_running[session] = {event.run, m_clock.elapsed()};
        break;
    case EventCode::RunCompleted:
    case EventCode::RunFailed:
    case EventCode::RunCancelled:
        if (const auto run = m_running.find(session); run != m_running.end() && run->second.id == event.run)
            m_running.erase(run);
        break;
    case EventCode::InputConsumed:
        ++m_done;
        break;
    case EventCode::InputAbandoned:
        ++m_failed;
        break;
    default:
        break;
    }
}

QString StatusLine::sentence() const
{
    QStringList running;
    for (const auto &[session, run] : m_running)
        running += QStringLiteral("%1 (%2)").arg(QString::fromUtf8(withoutControls(session)),
                                                 elapsedText(m_clock.elapsed() - run.begunAt));
    QString text = running.isEmpty() ? QStringLiteral("nothing is running")
                                     : QStringLiteral("running: ") + running.join(QLatin1String(", "));
    // What comes last is cut first, so the counts stand in front of a long list.
    text = QStringLiteral("%1 done, %2 failed; %3").arg(m_done).arg(m_failed).arg(text);
    const qsizetype width = terminalWidth() - 1;
    return text.size() > width ? text.left(width - 1) + u'…' : text;
}

void StatusLine::hide()
{
    setStatusLine({});
}

void StatusLine::show()
{
    if (!m_answer.isDrained()) // The rest of an answer is to come.
        return;
    const QByteArray text = sentence().toUtf8();
    setStatusLine(qEnvironmentVariableIsEmpty("NO_COLOR") ? "\x1b[2m" + text + "\x1b[0m" : text);
}

} // namespace burrow
