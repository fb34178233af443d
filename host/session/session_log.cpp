// SPDX-License-Identifier: Apache-2.0
#include "session/session_log.h"

#include "base/log_categories.h"
#include "base/log_subject.h"

namespace burrow {

namespace {

QtMsgType severityOf(EventCode code)
{
    switch (code) {
    case EventCode::InputAbandoned:
    case EventCode::RuntimeHeld:
    case EventCode::ExecutorFailed:
    case EventCode::BoundaryError:
        return QtWarningMsg;
    case EventCode::RunFailed:
    case EventCode::RunCancelled:
    case EventCode::RuntimeNotice:
    case EventCode::ExecutorChanged:
        return QtInfoMsg;
    default: // A misbehaviour, too: the plugin's own category has said it. And a recovery, which the store sums
             // up.
        return QtDebugMsg;
    }
}

/// The event's code comes first, so that whoever greps finds it; then what it is about.
QString sentenceOf(const LifecycleEvent &event)
{
    QString text = QLatin1String(eventCodeName(event.code));
    if (event.code == EventCode::RuntimeStateChanged)
        text += QStringLiteral(" %1 -> %2")
                    .arg(QLatin1String(phaseName(event.from)), QLatin1String(phaseName(event.to)));
    if (event.input)
        text += QStringLiteral(" input=") + QString::fromLatin1(event.input.toText());
    if (event.other)
        text += QStringLiteral(" other=") + QString::fromLatin1(event.other.toText());
    if (!event.detail.isEmpty())
        text += QStringLiteral(": ") + event.detail;
    return text;
}

} // namespace

void logSessionEvent(const QByteArray &session, const LifecycleEvent &event)
{
    const QtMsgType severity = severityOf(event.code);
    if (!sessionLog().isEnabled(severity)) // Before anything is put together: most events are not logged.
        return;
    const LogScope about({.session = session, .run = event.run ? event.run.toText() : QByteArray()});
    const QString sentence = sentenceOf(event);
    switch (severity) {
    case QtDebugMsg:
        qCDebug(sessionLog).noquote() << sentence;
        break;
    case QtInfoMsg:
        qCInfo(sessionLog).noquote() << sentence;
        break;
    default:
        qCWarning(sessionLog).noquote() << sentence;
        break;
    }
}

void logLateMisbehaviour(const QByteArray &session, const QString &sentence)
{
    const LogScope about({.session = session});
    qCWarning(sessionLog).noquote() << sentence;
}

} // namespace burrow
