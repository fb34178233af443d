// SPDX-License-Identifier: Apache-2.0
#include "base/log_subject.h"

#include <utility>

namespace burrow {

namespace {

const LogSubject nobody;
thread_local const LogSubject *innermost = &nobody;

void inherit(QByteArray &field, const QByteArray &outer)
{
    if (field.isEmpty())
        field = outer;
}

} // namespace

LogScope::LogScope(LogSubject subject)
    : m_subject(std::move(subject))
    , m_outer(innermost)
{
    inherit(m_subject.session, m_outer->session);
    inherit(m_subject.run, m_outer->run);
    inherit(m_subject.plugin, m_outer->plugin);
    innermost = &m_subject;
}

LogScope::~LogScope()
{
    innermost = m_outer;
}

const LogSubject &LogScope::current()
{
    return *innermost;
}

} // namespace burrow
