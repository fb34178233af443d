// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <QByteArray>
#include <QStringList>

namespace burrow {

/// A program that is run once, to its end.
struct ChildOrder
{
    QString program; ///< Its path.
    QStringList arguments;
    Duration timeMax{};
    qint64 outputBytesMax = 64LL << 10; ///< Of stdout; what comes after them is dropped.
    qsizetype errorLinesMax = 20;       ///< Of stderr, the last ones.
};

struct ChildEnd
{
    enum class How : quint8 { Exited, Signalled, TimedOut };
    How how = How::Exited;
    int number = 0; ///< The exit status, or the signal.
    QByteArray output;
    QStringList lastErrors; ///< As they came, so they are to be sanitised before they are shown.
    Duration took{};
};

/// Runs it and waits: in a process group of its own, with nothing on stdin, the default signal handlers, and no
/// descriptor of this process. Whatever is left of the group when the program has ended or its time is over is
/// killed. May be called on any thread, which must outlive the call. The error says that it could not be
/// started.
Result<ChildEnd> runChild(const ChildOrder &order);

/// "SIGSEGV".
QString signalName(int number);

} // namespace burrow
