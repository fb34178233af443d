// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/plugin_catalog.h"

#include <QDirIterator>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

/// The plugins of this project as their manifests describe them, by id.
inline std::vector<burrow::PluginDescription> bundledPlugins()
{
    std::vector<burrow::PluginDescription> plugins;
    QDirIterator each(qEnvironmentVariable("BURROW_TEST_SOURCE_DIR") + QStringLiteral("/plugins"),
                      {QStringLiteral("*.burrow-plugin.json")}, QDir::Files, QDirIterator::Subdirectories);
    while (each.hasNext()) {
        QFile file(each.next());
        if (!file.open(QIODevice::ReadOnly))
            qFatal("cannot read %s", qPrintable(file.fileName()));
        const QJsonObject manifest = QJsonDocument::fromJson(file.readAll()).object();
        burrow::PluginDescription plugin;
        plugin.id = manifest.value(QLatin1String("id")).toString().toUtf8();
        plugin.version = manifest.value(QLatin1String("version")).toString().toUtf8();
        for (const QJsonValue &kind : manifest.value(QLatin1String("kinds")).toArray())
            plugin.kinds.append(kind.toString().toUtf8());
        plugin.configSchema = manifest.value(QLatin1String("config_schema")).toObject();
        plugins.push_back(std::move(plugin));
    }
    std::sort(plugins.begin(), plugins.end(), [](const auto &a, const auto &b) { return a.id < b.id; });
    return plugins;
}
