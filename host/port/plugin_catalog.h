// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/enum_names.h"
#include "base/result.h"

#include <QByteArrayList>
#include <QJsonObject>
#include <QStringList>

#include <vector>

namespace burrow {

/// Where a plugin runs: in the host's process, or in one of its own.
enum class Isolation : quint8 { InProcess, Process };
inline constexpr EnumNames<Isolation, 2> isolationName{{"in_process", "process"}};

/// Whose plugins a host uses: everybody's, or only those that came with it.
enum class PluginsUsed : quint8 { All, BundledOnly };

/// What is known of a plugin without running its code, from its manifest.
struct PluginDescription
{
    QByteArray id;
    QByteArray version;
    QString libraryPath;
    QString manifestPath;     ///< Empty: the library was named by path and has no manifest.
    QByteArrayList kinds;     ///< "executor", "drain".
    QJsonObject configSchema; ///< JSON Schema of the plugin's own configuration section; empty = anything.
};

/// Lets configuration checks ask about plugins without knowing how they are found or loaded.
class PluginCatalog
{
public:
    virtual ~PluginCatalog() = default;

    /// The plugin with that id, or why there is none (the sentence lists where it was looked for).
    virtual Result<PluginDescription> find(const QByteArray &id) const = 0;
    /// All that were found, by id, and complaints about those that cannot be used.
    virtual std::vector<PluginDescription> all() const = 0;
    virtual QStringList complaints() const = 0;
};

} // namespace burrow
