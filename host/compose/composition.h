// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "config/configuration.h"
#include "config/finding.h"
#include "control/host.h"

#include <memory>

namespace burrow {

class PluginCatalog;

/// The plugins that a configuration may use: its directories, then the environment, then the user's and the
/// system's.
std::unique_ptr<PluginCatalog> makeCatalog(const Configuration &configuration);

/// A host with its concrete store, clock and plugins, as one configuration describes it. Destroying it destroys
/// the host first and the store last.
class Composition
{
public:
    virtual ~Composition() = default;
    virtual Host &host() = 0;
    /// Opens every configured session. Finishes with one result per session, in the order of the configuration.
    virtual QFuture<std::vector<Result<SessionId>>> openSessions() = 0;
    /// What the configuration says is to be submitted to a session when it starts (`on_start`), with
    /// idempotency keys that make a repeat harmless. The caller submits it, as it does with any input, and so
    /// hears the outcomes. A bad line of an input file is added to `problems`; the rest is returned.
    virtual std::vector<Input> startInputs(const QByteArray &session, Findings &problems) const = 0;
    /// The executor's name per session, for display.
    virtual QByteArray executorOf(const QByteArray &session) const = 0;
    /// Instances that never came to rest and were left alone; with any, the program must leave without running
    /// static destructors.
    virtual quint32 leakedInstances() const = 0;
};

/// Loads the plugins and builds the host. The error is a sentence that names the plugin, the executor or the
/// key.
Result<std::unique_ptr<Composition>> compose(const Configuration &configuration);

} // namespace burrow
