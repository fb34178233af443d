// SPDX-License-Identifier: Apache-2.0
#include "plugin/plugin_trial.h"

#include "plugin/plugin_loader.h"

#include <QDir>
#include <QFileInfo>

namespace burrow {

namespace {

/// This host runs plugins in its own process only; a plugin that wants another must be told so by name.
PluginResult<void> checkIsolation(const PluginIdentity &identity, Isolation wish,
                                  std::optional<Isolation> asked)
{
    if (asked.value_or(wish) == Isolation::InProcess)
        return {};
    return PluginFault(
        PluginFaultCode::NeedsProcess,
        QStringLiteral("the plugin %1 is to run in a process of its own, which this version does not offer%2")
            .arg(QString::fromUtf8(identity.id),
                 identity.runtime.isEmpty()
                     ? QString()
                     : QStringLiteral(" (it embeds %1)").arg(QString::fromUtf8(identity.runtime))));
}

PluginResult<void> checkManifest(const Manifest &manifest, const QString &libraryPath,
                                 const TrialOptions &options)
{
    if (const PluginResult<void> fits =
            checkIsolation(manifest.identity, manifest.isolation, options.isolation);
        !fits)
        return fits.error();
    // Before any of its code runs, so that the sentence comes from us and not from the linker.
    if (const PluginResult<void> fits = checkAbi(manifest.identity.abi); !fits)
        return fits.error().after(pluginSubject(manifest, libraryPath));
    return {};
}

} // namespace

PluginTrial tryPlugin(const std::optional<Manifest> &manifest, const QString &libraryPath,
                      const TrialOptions &options, LibraryProbe *probe)
{
    PluginTrial trial;
    if (manifest) {
        if (const PluginResult<void> fits = checkManifest(*manifest, libraryPath, options); !fits) {
            trial.fault = fits.error();
            return trial;
        }
    }
    PluginResult<CheckedLibrary> library = checkLibrary(libraryPath, manifest ? manifest->sha256 : QByteArray(),
                                                        probe ? Digest::Always : Digest::IfPromised);
    if (!library) {
        trial.fault = library.error();
        return trial;
    }
    trial.library = *std::move(library);
    if (probe)
        trial.probe = probe->ask(trial.library, manifest, options.memory);
    if (trial.probe)
        trial.fault = trial.probe->fault;
    return trial;
}

bool isBundled(const QString &libraryPath, const QString &installedFolder)
{
    return !installedFolder.isEmpty()
           && QFileInfo(libraryPath).absolutePath() == QDir::cleanPath(installedFolder);
}

} // namespace burrow
