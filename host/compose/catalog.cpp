// SPDX-License-Identifier: Apache-2.0
#include "compose/plugin_folders.h"

#include "compose/composition.h"
#include "plugin/plugin_search.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

#include <sys/auxv.h>

namespace burrow {

namespace {

/// Answers for plugins that the configuration names by path or switches off, and asks the search for the rest.
class ConfiguredCatalog final : public PluginCatalog
{
public:
    explicit ConfiguredCatalog(const Configuration &configuration)
        : m_plugins(configuration.plugins)
        , m_search(pluginSearchPath(configuredPluginFolders(configuration), installedPluginFolder()))
    {
    }

    Result<PluginDescription> find(const QByteArray &id) const override
    {
        const auto configured = m_plugins.find(id);
        if (configured == m_plugins.end())
            return m_search.find(id);
        if (!configured->second.enabled) {
            return Error{ErrorKind::Configuration,
                         QStringLiteral("plugin \"%1\" is switched off (plugins.%1.enabled is false)")
                             .arg(QString::fromUtf8(id))};
        }
        if (configured->second.path.value.isEmpty())
            return m_search.find(id);
        return namedByPath(id, configured->second.path.value);
    }
    std::vector<PluginDescription> all() const override { return m_search.all(); }
    QStringList complaints() const override { return m_search.complaints(); }

private:
    static Result<PluginDescription> namedByPath(const QByteArray &id, const QString &library)
    {
        const QFileInfo file(library);
        if (!file.exists()) {
            return Error{ErrorKind::NotFound, QStringLiteral("plugins.%1.path names %2, which does not exist")
                                                  .arg(QString::fromUtf8(id), library)};
        }
        const QString manifest =
            file.dir().filePath(QString::fromUtf8(id) + QStringLiteral(".burrow-plugin.json"));
        if (QFileInfo::exists(manifest)) {
            const PluginResult<Manifest> read = readManifest(manifest);
            if (!read)
                return static_cast<const Error &>(read.error());
            return describe(*read);
        }
        // What a library without a manifest is shows only when it is loaded.
        PluginDescription description;
        description.id = id;
        description.libraryPath = library;
        description.kinds = {"executor"};
        return description;
    }

    const std::map<QByteArray, PluginSettings> m_plugins;
    const PluginSearch m_search;
};

} // namespace

QStringList configuredPluginFolders(const Configuration &configuration)
{
    QStringList folders;
    for (const Placed<QString> &folder : configuration.pluginDirectories)
        folders.append(folder.value);
    return folders;
}

QString installedPluginFolder()
{
    const QDir program(QCoreApplication::applicationDirPath());
    for (const char *folder : {"../" BURROW_PLUGIN_FOLDER, "../plugins"}) {
        QString path = QDir::cleanPath(program.absoluteFilePath(QLatin1String(folder)));
        if (QFileInfo(path).isDir())
            return path;
    }
    return {};
}

QString pluginHostProgram()
{
    QString variable = qEnvironmentVariable("BURROW_PLUGIN_HOST");
    if (!variable.isEmpty() && ::getauxval(AT_SECURE) == 0)
        return variable;
    const QString beside = QCoreApplication::applicationDirPath() + QStringLiteral("/burrow-plugin-host");
    for (const QString &path : {beside, QStringLiteral(BURROW_PLUGIN_HOST_PATH)}) {
        if (QFileInfo(path).isExecutable())
            return path;
    }
    return {};
}

QString pluginStateFile(const Configuration &configuration, const char *name)
{
    const QString &folder = configuration.host.dataDirectory;
    return folder.isEmpty() ? QString() : folder + QLatin1Char('/') + QLatin1String(name);
}

std::unique_ptr<PluginCatalog> makeCatalog(const Configuration &configuration)
{
    return std::make_unique<ConfiguredCatalog>(configuration);
}

} // namespace burrow
