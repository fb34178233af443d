// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log_subject.h"

#include <QLoggingCategory>
#include <QStringList>

#include <mutex>

namespace burrow::test {

/// A record with whom it is about, as one text to compare.
inline QString logged(QtMsgType type, const QString &text, const QByteArray &session, const QByteArray &run,
                      const QByteArray &plugin)
{
    return QStringLiteral("%1 session=%2 run=%3 plugin=%4: %5")
        .arg(int(type))
        .arg(QString::fromUtf8(session), QString::fromUtf8(run), QString::fromUtf8(plugin), text);
}

/// While it lives, it takes what is logged, with whom it is about. One at a time.
class LogProbe
{
public:
    LogProbe()
        : m_previous(qInstallMessageHandler(take))
    {
        const std::lock_guard lock(mutex);
        records.clear();
        QLoggingCategory::setFilterRules(QStringLiteral("burrow.*=true"));
    }
    ~LogProbe()
    {
        qInstallMessageHandler(m_previous);
        QLoggingCategory::setFilterRules({});
    }
    Q_DISABLE_COPY_MOVE(LogProbe)

    QString last() const
    {
        const std::lock_guard lock(mutex);
        return records.isEmpty() ? QString() : records.constLast();
    }
    QStringList all() const
    {
        const std::lock_guard lock(mutex);
        return records;
    }

private:
    static void take(QtMsgType type, const QMessageLogContext &, const QString &text)
    {
        const LogSubject &subject = LogScope::current();
        const std::lock_guard lock(mutex);
        records += logged(type, text, subject.session, subject.run, subject.plugin);
    }

    const QtMessageHandler m_previous;
    static inline std::mutex mutex;
    static inline QStringList records;
};

} // namespace burrow::test
