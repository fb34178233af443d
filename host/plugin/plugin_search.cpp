// SPDX-License-Identifier: Apache-2.0
#include "plugin/plugin_search.h"

#include <QDir>
#include <QFileInfo>

#include <sys/auxv.h>

namespace burrow {

namespace {

void addFolder(PluginSearchPath &path, const QString &folder, const QString &origin)
{
    if (folder.isEmpty())
        return; // An empty entry means the current directory elsewhere; here it means nothing.
    if (!QDir::isAbsolutePath(folder)) {
        path.complaints.append(
            QStringLiteral("the plugin folder \"%1\" (%2) is left out: it must be an absolute path")
                .arg(folder, origin));
        return;
    }
    const QString clean = QDir::cleanPath(folder);
    if (!path.folders.contains(clean))
        path.folders.append(clean);
}

} // namespace

PluginSearchPath pluginSearchPath(const QStringList &configured, const QString &installed)
{
    PluginSearchPath path;
    for (const QString &folder : configured)
        addFolder(path, folder, QStringLiteral("from the configuration"));
    const QString variable = qEnvironmentVariable("BURROW_PLUGIN_PATH");
    if (!variable.isEmpty() && ::getauxval(AT_SECURE) != 0) {
        path.complaints.append(
            QStringLiteral("BURROW_PLUGIN_PATH is ignored because this program runs with raised rights"));
    } else {
        for (const QString &folder : variable.split(QLatin1Char(':')))
            addFolder(path, folder, QStringLiteral("from BURROW_PLUGIN_PATH"));
    }
    addFolder(path, QDir::homePath() + QStringLiteral("/.local/lib/burrow/plugins"),
              QStringLiteral("of the user"));
    addFolder(path, installed, QStringLiteral("of this installation"));
    addFolder(path, QStringLiteral("/usr/lib/burrow/plugins"), QStringLiteral("of the system"));
    return path;
}

PluginSearchPath installedPluginsOnly(const QString &installed)
{
    PluginSearchPath path;
    addFolder(path, installed, QStringLiteral("of this installation"));
    return path;
}

PluginSearch::PluginSearch(PluginSearchPath path)
    : m_path(std::move(path))
{
    for (const QString &folder : std::as_const(m_path.folders))
        scan(folder);
}

void PluginSearch::scan(const QString &folder)
{
    const QString pattern = QLatin1Char('*') + QLatin1String(manifestSuffix);
    const QStringList names = QDir(folder).entryList({pattern}, QDir::AllEntries | QDir::System, QDir::Name);
    for (const QString &name : names) {
        const QByteArray id = name.chopped(qsizetype(sizeof manifestSuffix) - 1).toUtf8();
        const QString path = folder + QLatin1Char('/') + name;
        PluginResult<Manifest> manifest = readManifest(path);
        const auto earlier = m_manifests.find(id);
        Met met{id, path, {}, {}};
        if (!manifest) {
            met.fault = manifest.error();
            m_path.complaints.append(manifest.error().message);
            m_unusable.try_emplace(id, manifest.error());
        } else if (earlier != m_manifests.end()) {
            met.fault =
                PluginFault(PluginFaultCode::DuplicateId,
                            QStringLiteral("%1 is left out: the plugin \"%2\" was found before as %3")
                                .arg(path, QString::fromUtf8(id), earlier->second.manifestPath))
                    .withRemedy(QStringLiteral("remove one of the two, or name the one that is meant by "
                                               "plugins.%1.path")
                                    .arg(QString::fromUtf8(id)));
            met.manifest = *std::move(manifest);
            m_path.complaints.append(met.fault->withCodeInMessage().message);
        } else {
            met.manifest = *manifest;
            m_manifests.emplace(id, std::move(manifest).value());
        }
        m_met.push_back(std::move(met));
    }
}

PluginResult<Manifest> PluginSearch::manifest(const QByteArray &id) const
{
    const auto found = m_manifests.find(id);
    if (found != m_manifests.end())
        return found->second;
    const auto unusable = m_unusable.find(id);
    if (unusable != m_unusable.end())
        return unusable->second;
    return PluginFault(PluginFaultCode::NotFound,
                       QStringLiteral("there is no plugin \"%1\" (looked for %1%2 in %3)")
                           .arg(QString::fromUtf8(id), QLatin1String(manifestSuffix),
                                m_path.folders.join(QStringLiteral(", "))),
                       ErrorKind::NotFound);
}

Result<PluginDescription> PluginSearch::find(const QByteArray &id) const
{
    const PluginResult<Manifest> found = manifest(id);
    if (!found)
        return static_cast<const Error &>(found.error());
    return describe(*found);
}

std::vector<PluginDescription> PluginSearch::all() const
{
    std::vector<PluginDescription> list;
    list.reserve(m_manifests.size());
    for (const auto &[id, manifest] : m_manifests)
        list.push_back(describe(manifest));
    return list;
}

std::optional<QString> manifestBeside(const QString &libraryPath)
{
    const QFileInfo library(libraryPath);
    QString id = library.completeBaseName();
    if (id.startsWith(QLatin1String("lib")))
        id.remove(0, 3);
    const QString path = library.absolutePath() + QLatin1Char('/') + id + QLatin1String(manifestSuffix);
    return QFileInfo::exists(path) ? std::optional(path) : std::nullopt;
}

PluginDescription describe(const Manifest &manifest)
{
    PluginDescription description;
    description.id = manifest.identity.id;
    description.version = manifest.identity.version;
    description.libraryPath = manifest.libraryPath;
    description.manifestPath = manifest.manifestPath;
    description.kinds = manifest.identity.kinds();
    description.configSchema = manifest.identity.configSchema;
    return description;
}

} // namespace burrow
