// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "config/configuration.h"
#include "config/finding.h"
#include "control/host.h"
#include "port/plugin_catalog.h"

#include <functional>
#include <memory>

namespace burrow {

class PluginCatalog;
class StoreReader;

/// The plugins that a configuration may use: its directories, then the environment, then the user's and the
/// system's.
std::unique_ptr<PluginCatalog> makeCatalog(const Configuration &configuration);

/// What the store held when this host took it over.
struct TakenOver
{
    QString path;
    bool created = false;  ///< There was no store before; the counts are 0.
    bool migrated = false; ///< From an older format.
    bool orderly = true;   ///< The host before this one closed it.
    quint64 sessions = 0;
    quint64 openInputs = 0;
    quint64 crashedInputs = 0;   ///< Of those: may have been running when the host before died.
    quint64 damagedSessions = 0; ///< They are held.
    quint64 lastSequence = 0;    ///< Inputs up to this one (see sequenceOf()) were submitted before.
    QByteArrayList orphans;      ///< Sessions that the configuration does not have: kept, never run. Sorted.
};

/// A host with its concrete store, clock and plugins, as one configuration describes it. Destroying it destroys
/// the host first and the store last.
class Composition
{
public:
    virtual ~Composition() = default;
    virtual Host &host() = 0;
    /// Opens every configured session. Finishes with one result per session, in the order of the configuration.
    virtual QFuture<std::vector<Result<OpenedSession>>> openSessions() = 0;
    /// What the configuration says is to be submitted to a session when it starts (`on_start`), with
    /// idempotency keys that make a repeat harmless. The caller submits it, as it does with any input, and so
    /// hears the outcomes. A bad line of an input file is added to `problems`; the rest is returned.
    virtual std::vector<Input> startInputs(const QByteArray &session, Findings &problems) const = 0;
    /// What was there before; nothing where the store forgets everything.
    virtual std::optional<TakenOver> takenOver() const = 0;
    /// The executor's name per session, for display.
    virtual QByteArray executorOf(const QByteArray &session) const = 0;
    /// Ends the host, lets the plugins come to rest and closes the store, as the destruction does. False when a
    /// plugin did not: its threads may still run, so the program must leave without running static destructors.
    virtual bool close() = 0;
    /// The program leaves without destroying this, and on purpose: no plugin is to be blamed for it.
    virtual void aboutToLeave() = 0;
};

struct ComposeOptions
{
    /// BundledOnly: a session whose plugin is somebody else's shows as failed.
    PluginsUsed plugins = PluginsUsed::All;
    /// Hears, before the first plugin is loaded, what is to be said of earlier ends of hosts. May be empty.
    std::function<void(const QString &)> notice;
};

/// Loads the plugins, opens the store and builds the host. The error is a sentence that names the plugin, the
/// executor, the key or the file: Configuration, Plugin, Conflict (another host has the store, or it is not a
/// store of this version), Io.
Result<std::unique_ptr<Composition>> compose(const Configuration &configuration, ComposeOptions options = {});

/// Looks into a store file that this process need not serve; see store/store_reader.h, also for the errors.
Result<std::unique_ptr<StoreReader>> readStore(const QString &path);

} // namespace burrow
