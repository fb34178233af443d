// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/manifest.h"
#include "port/plugin_catalog.h"

#include <map>

namespace burrow {

/// Where plugins are looked for, first folder first.
struct PluginSearchPath
{
    QStringList folders;    ///< Absolute.
    QStringList complaints; ///< About entries that were left out.
};

/// The configured folders, then BURROW_PLUGIN_PATH, then the user's and the system's folders. The current
/// directory is never searched, so an entry that is not absolute is left out with a complaint.
/// BURROW_PLUGIN_PATH is ignored in a program that runs with raised rights. `installed` is the folder beside
/// the program's own installation, or empty.
PluginSearchPath pluginSearchPath(const QStringList &configured, const QString &installed);

/// The manifests found in those folders. In the order of the path the first of an id wins, and each later one
/// is a complaint, as is each manifest that cannot be read. Constant after construction, hence thread-safe;
/// look again by making a new one.
class PluginSearch final : public PluginCatalog
{
public:
    explicit PluginSearch(PluginSearchPath path);

    Result<PluginDescription> find(const QByteArray &id) const override;
    std::vector<PluginDescription> all() const override;
    QStringList complaints() const override { return m_path.complaints; }

    PluginResult<Manifest> manifest(const QByteArray &id) const;

private:
    void scan(const QString &folder);

    PluginSearchPath m_path;
    std::map<QByteArray, Manifest> m_manifests;
    /// Why an id that has a file is not usable; the nearest answer to somebody who asks for it.
    std::map<QByteArray, PluginFault> m_unusable;
};

PluginDescription describe(const Manifest &manifest);

} // namespace burrow
