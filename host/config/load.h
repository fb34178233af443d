// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/configuration.h"
#include "config/effective_values.h"
#include "config/reference.h"

#include <optional>

namespace burrow {

class PluginCatalog;

/// What loading needs to know of the process, so that tests can say it.
struct LoadEnvironment
{
    QString home;                 ///< What `~` stands for; empty when there is none.
    QString stateHome;            ///< $XDG_STATE_HOME, or empty.
    VariableLookup variable = {}; ///< What `${env:X}` stands for; without it no variable is set.

    static LoadEnvironment ofProcess();
};

/// A file that was read and checked as far as it says by itself. At most one of the first two members is set.
struct LoadedConfiguration
{
    std::optional<Configuration> configuration; ///< When no finding is an error: good to start with.
    std::optional<Configuration> draft; ///< What could be read despite errors: good for further checks only.
    Findings findings;                  ///< Arranged.
    QStringList files;                  ///< All that were read, in the order in which they count.
    SecretTexts secrets;                ///< What references brought; logs show it as `***`.

    /// Either, or null when the file could not be read at all.
    const Configuration *forChecks() const;
};

/// Reads a configuration file and those that it includes. All mistakes are found in one run, except behind a
/// syntax error.
///
///     LoadedConfiguration loaded = loadConfiguration(path);
///     if (loaded.forChecks())
///         addCatalogFindings(loaded, Catalog(*loaded.forChecks()));  // knows where plugins are, from the same
///         file
///     printFindings(err, loaded.findings);
///     if (!loaded.configuration)
///         return 78;
///
/// Whoever gives `effective` is told every value that counts.
LoadedConfiguration loadConfiguration(const QString &path,
                                      const LoadEnvironment &environment = LoadEnvironment::ofProcess(),
                                      EffectiveValues *effective = nullptr);

/// The same for text that is already here; `file` is its name, from which relative paths start.
LoadedConfiguration loadConfigurationText(const QString &file, const QByteArray &yaml,
                                          const LoadEnvironment &environment = LoadEnvironment::ofProcess(),
                                          EffectiveValues *effective = nullptr);

/// What the plugins have to say: that they exist, and that their sections fit their schemas.
Findings checkAgainstCatalog(const Configuration &configuration, const PluginCatalog &catalog);

/// The same, with the findings put among those that are there. After an error `configuration` is a `draft`.
void addCatalogFindings(LoadedConfiguration &loaded, const PluginCatalog &catalog);

} // namespace burrow
