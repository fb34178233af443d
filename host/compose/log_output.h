// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "config/configuration.h"

/// Where a program's log goes: everything that is logged by Qt's categories, the host's own and Qt's, through
/// one message handler. A program calls these; the library itself only logs (base/log_categories.h), so that
/// whoever embeds it decides. Every function may be called from any thread.
namespace burrow {

class SecretTexts;

/// Installs the handler for the rest of the process: warnings as text on stderr, until applyLogging() says
/// more.
void startLogging();

/// From now on these texts are shown as `***`, in records and in what people are told. Called once, before
/// there is a second thread.
void hideInLog(const SecretTexts &secrets);

/// As a configuration says it. QT_LOGGING_RULES in the environment wins over its levels. The error, a file that
/// cannot be opened, names it and the key; nothing has changed then.
Result<void> applyLogging(const LoggingSettings &settings);
/// The format alone, for what is said before a configuration is read.
void setLogFormat(LogFormat format);

/// True where what stderr gets is JSON, one object a line.
bool stderrIsJson();

/// What a program says to people beside its log: `lines` on stderr as they are or, where that is JSON, a record
/// with this message.
void tellPeople(const QByteArray &lines, LogLevel level, const QByteArray &category, const QString &message);

/// What stays the last line of the terminal that stderr is, below whatever is written there; empty: nothing.
void setStatusLine(const QByteArray &status);

} // namespace burrow
