// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log_subject.h"
#include "base/time.h"
#include "config/configuration.h"

#include <QString>

namespace burrow {

/// One thing that was logged.
struct LogRecord
{
    WallTime at;
    LogLevel level = LogLevel::Info;
    QByteArray category;
    LogSubject subject;
    QString message; ///< May hold anything, as plugins do.
};

// Each of these is whole lines with the line end. No message can make up a line of its own: what goes on below
// the first one is indented, or escaped.

/// `2026-11-25T12:00:41.250Z warning burrow.plugin session=bird run=… plugin=echo: message`; what a terminal
/// would obey is spelled out.
QByteArray textLines(const LogRecord &record);
/// The same without a time and with the priority that the journal reads: it has a clock of its own.
QByteArray journalLines(const LogRecord &record);
/// One JSON object with `time`, `level`, `category`, then `session`, `run` and `plugin` where there are any,
/// then `message`. Valid UTF-8 and one line, whatever the record holds.
QByteArray jsonLine(const LogRecord &record);

} // namespace burrow
