// SPDX-License-Identifier: Apache-2.0
#include "plugin/plugin_loader.h"

#include "plugin/call_guard.h"
#include "plugin/descriptor.h"
#include "plugin/error_sink.h"
#include "plugin/signal_guard.h"
#include "plugin/status_words.h"

namespace burrow {

namespace {

/// "the plugin echo (/usr/lib/…/libecho.so) …"
Error fault(const QString &id, const QString &path, const QString &what)
{
    return {ErrorKind::Plugin, QStringLiteral("the plugin %1 (%2) %3").arg(id, path, what)};
}

/// Its id as far as it is known: from the manifest, or from the file's name.
QString knownId(const LoadOrder &order)
{
    if (order.manifest)
        return QString::fromUtf8(order.manifest->identity.id);
    return order.library.path.section(QLatin1Char('/'), -1);
}

/// Says what a library did to the signal handlers, and takes it back where that is safe.
void checkSignals(const SignalGuard &guard, const QString &id, const QString &path, bool embedsRuntime)
{
    const QStringList changed = guard.changed();
    if (changed.isEmpty())
        return;
    const QString verdict = embedsRuntime
                                ? QStringLiteral("they stay, because its embedded runtime depends on them")
                                : QStringLiteral("they have been put back");
    qCWarning(pluginLog).noquote() << fault(id, path,
                                            QStringLiteral("changed the handlers of %1; %2")
                                                .arg(changed.join(QStringLiteral(", ")), verdict))
                                          .message;
    if (!embedsRuntime)
        guard.restore();
}

Result<burrow_plugin> callEntry(const LoadOrder &order, OpenLibrary::Entry entry)
{
    const AbiRange abi = hostAbi();
    burrow_host_offer offer = {};
    offer.struct_size = sizeof offer;
    offer.abi_min = abi.min;
    offer.abi_max = abi.built;
    offer.host_name = BURROW_TEXT("burrow");
    offer.host_version = toAbiText(order.hostVersion);
    offer.error = &ErrorCapture::sink;
    const ErrorCapture capture;
    const burrow_plugin *plugin = nullptr;
    const auto result = guardedCall([&] { return entry(&offer, &plugin); });
    if (result.threw)
        return fault(knownId(order), order.library.path,
                     QStringLiteral("let an exception leave its entry function"));
    if (result.answer != BURROW_OK) {
        return fault(knownId(order), order.library.path,
                     QStringLiteral("refuses this host, which has plugin ABI revisions %1 to %2: %3")
                         .arg(abi.min)
                         .arg(abi.built)
                         .arg(capture.message().isEmpty() ? statusWord(result.answer) : capture.message()));
    }
    Result<burrow_plugin> bound = bindPlugin(plugin);
    if (!bound)
        return fault(knownId(order), order.library.path, bound.error().message);
    return bound;
}

/// Descriptor, manifest, ABI range, tables: what is left to check once the entry has answered.
Result<PluginTables> checkTables(const LoadOrder &order, const burrow_plugin &plugin)
{
    const QString id = knownId(order);
    const QString &path = order.library.path;
    Result<PluginIdentity> identity = readDescriptor(plugin);
    if (!identity)
        return fault(id, path, identity.error().message);
    if (order.manifest) {
        if (const Result<void> same = compareWithManifest(*identity, order.manifest->identity); !same)
            return fault(id, path, same.error().message);
    }
    if (const Result<void> fits = checkAbi(identity->abi); !fits)
        return fault(id, path, fits.error().message);
    PluginTables tables;
    tables.libraryPath = path;
    tables.plugin = plugin;
    if (order.manifest) {
        tables.manifestPath = order.manifest->manifestPath;
        tables.inlineCalls = order.manifest->inlineCalls;
    }
    if (plugin.executor) {
        const Result<BoundExecutor> executor = bindExecutor(plugin.executor);
        if (!executor)
            return fault(id, path, executor.error().message);
        tables.executor = *executor;
    }
    if (plugin.drain) {
        if (const Result<burrow_drain_vtable> drain = bindDrain(plugin.drain); !drain)
            return fault(id, path, drain.error().message);
    }
    tables.identity = *std::move(identity);
    return tables;
}

} // namespace

Result<std::unique_ptr<LoadedPlugin>> openPlugin(const LoadOrder &order)
{
    const QString id = knownId(order);
    const QString &path = order.library.path;
    if (order.manifest) {
        // Before any of its code runs, so that the sentence comes from us and not from the linker.
        if (const Result<void> fits = checkAbi(order.manifest->identity.abi); !fits)
            return fault(id, path, fits.error().message);
    }
    const SignalGuard guard;
    const Result<OpenLibrary> library = openLibrary(order.library);
    if (!library)
        return fault(id, path, QStringLiteral("cannot be used: %1").arg(library.error().message));
    const Result<burrow_plugin> plugin = callEntry(order, library->entry);
    Result<PluginTables> tables = plugin ? checkTables(order, *plugin) : Result<PluginTables>(plugin.error());
    const bool embedsRuntime = tables ? !tables->identity.runtime.isEmpty()
                                      : order.manifest && !order.manifest->identity.runtime.isEmpty();
    checkSignals(guard, id, path, embedsRuntime);
    if (!tables)
        return tables.error();
    return std::make_unique<LoadedPlugin>(order.number, *std::move(tables), order.clock);
}

Result<void> initialisePlugin(LoadedPlugin &plugin, const QByteArray &configJson)
{
    const burrow_text config = toAbiText(configJson);
    const SignalGuard guard;
    const auto result =
        guardedCall([&] { return plugin.tables().plugin.init(&plugin.context().table(), &config); });
    checkSignals(guard, plugin.idText(), plugin.tables().libraryPath, !plugin.identity().runtime.isEmpty());
    if (!result.threw && result.answer == BURROW_OK)
        return {};
    plugin.context().close();
    return fault(plugin.idText(), plugin.tables().libraryPath,
                 result.threw ? QStringLiteral("let an exception leave init")
                              : QStringLiteral("could not be initialised: %1; see its log for the reason")
                                    .arg(statusWord(result.answer)));
}

} // namespace burrow
