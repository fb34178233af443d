// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QString>

/// Everything that is not the answer: one writer of stderr. Every function may be called from any thread.
namespace burrow {

/// `burrow: ` and the text; further lines are indented below it. What a terminal would obey is shown instead.
void notice(const QString &text);
/// The text as it is, for what has a form of its own, such as findings.
void noticeAsIs(const QByteArray &text);

struct LoggingSettings;
class SecretTexts;

/// From now on the messages of Qt and of the host's logging categories are notices.
void sendMessagesToNotices();
/// Which of them are shown. QT_LOGGING_RULES in the environment wins over this.
void applyLogging(const LoggingSettings &settings);

/// From now on notices show these texts as `***`. Called once, before there is a second thread.
void hideInNotices(const SecretTexts &secrets);

/// The text with every control character but newline and tab spelled out, so that what an executor or a file
/// says cannot command somebody's terminal.
QByteArray withoutControls(const QByteArray &text);

} // namespace burrow
