// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/store_source.h"

#include <map>

namespace burrow {

/// What the host that serves a store says of its sessions: each in the shape "session" of the control socket,
/// by name. Empty where no such host is reached; then what the store holds is all that is known.
class LiveSessions
{
public:
    /// Asks the host of that configuration, or of the default name, if it serves this store.
    static LiveSessions of(const StoreSource &store);

    bool isLive() const { return m_live; }
    /// Null when the host has no such session.
    const QJsonObject *find(const QByteArray &name) const;
    /// The state that the host says it is in, or "unknown"; empty when it says nothing.
    QString stateOf(const QByteArray &name) const;
    /// "FILE: live, as of …".
    QString sentence(const StoreSight &sight) const;

private:
    bool m_live = false;
    QString m_host;
    QString m_asOf;
    std::map<QByteArray, QJsonObject> m_sessions;
};

} // namespace burrow
