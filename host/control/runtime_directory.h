// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/ids.h"

#include <QHash>

namespace burrow {

/// Whom each runtime id was bound to last, among the sessions that are here. A session has a few at most: the
/// one that it was stored with and the one that its bindings are prepared under. One thread at a time.
class RuntimeDirectory
{
public:
    void enter(SessionId session) { m_runtimesOf[session]; }
    /// Does nothing for a session that is not here: it may have left while it was being bound.
    void bind(const QByteArray &runtimeId, SessionId session)
    {
        const auto own = m_runtimesOf.find(session);
        if (own == m_runtimesOf.end())
            return;
        m_sessions.insert(runtimeId, session);
        if (!own->contains(runtimeId))
            own->push_back(runtimeId);
    }
    /// With all that is bound to it and to nobody since.
    void leave(SessionId session)
    {
        for (const QByteArray &runtimeId : m_runtimesOf.take(session)) {
            const auto bound = m_sessions.constFind(runtimeId);
            if (bound != m_sessions.cend() && *bound == session)
                m_sessions.erase(bound);
        }
    }
    /// Null: nobody.
    SessionId sessionOf(const QByteArray &runtimeId) const { return m_sessions.value(runtimeId); }
    bool isEmpty() const { return m_sessions.isEmpty() && m_runtimesOf.isEmpty(); }

private:
    QHash<QByteArray, SessionId> m_sessions;
    QHash<SessionId, QByteArrayList> m_runtimesOf;
};

} // namespace burrow
