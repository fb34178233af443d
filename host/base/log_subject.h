// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

namespace burrow {

/// Whom a record of the log is about, besides its category. Empty members: nobody in particular.
struct LogSubject
{
    QByteArray session; ///< Its name; where none is known, its id.
    QByteArray run;
    QByteArray plugin;
};

/// While it lives, what this thread logs is about that subject; what it leaves empty is taken from the scope
/// around it. A message handler asks with current(), so that session, run and plugin are fields of a record and
/// not words of its text. Scopes of a thread end in the reverse order of their beginning.
class LogScope
{
public:
    explicit LogScope(LogSubject subject);
    ~LogScope();
    LogScope(const LogScope &) = delete;
    LogScope &operator=(const LogScope &) = delete;

    /// Of the calling thread; valid until its innermost scope ends.
    static const LogSubject &current();

private:
    LogSubject m_subject;
    const LogSubject *m_outer;
};

} // namespace burrow
