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
/// No other plugins than those beside the program's own installation.
PluginSearchPath installedPluginsOnly(const QString &installed);

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

    /// A manifest file of the path, as it was met: usable, or with what is wrong with it. A later one of an id
    /// that was met before has the fault DuplicateId.
    struct Met
    {
        QByteArray id; ///< By the file's name.
        QString manifestPath;
        std::optional<Manifest> manifest; ///< Unset when it cannot be read.
        std::optional<PluginFault> fault;
    };
    const std::vector<Met> &met() const { return m_met; }
    const QStringList &folders() const { return m_path.folders; }

private:
    void scan(const QString &folder);

    PluginSearchPath m_path;
    std::vector<Met> m_met;
    std::map<QByteArray, Manifest> m_manifests;
    /// Why an id that has a file is not usable; the nearest answer to somebody who asks for it.
    std::map<QByteArray, PluginFault> m_unusable;
};

PluginDescription describe(const Manifest &manifest);

/// The manifest beside a library that is named by path, whatever the library is called: lib<id>.so has <id>'s.
std::optional<QString> manifestBeside(const QString &libraryPath);

} // namespace burrow
