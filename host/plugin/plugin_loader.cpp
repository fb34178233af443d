// SPDX-License-Identifier: Apache-2.0
#include "plugin/plugin_loader.h"

#include "plugin/call_sentinel.h"
#include "plugin/descriptor.h"
#include "plugin/error_sink.h"
#include "plugin/signal_guard.h"
#include "plugin/status_words.h"

namespace burrow {

namespace {

QString subject(const QString &id, const QString &path)
{
    return QStringLiteral("the plugin %1 (%2) ").arg(id, path);
}

void entering(const LoadOrder &order, ForeignStage stage)
{
    if (order.entering)
        order.entering(stage);
}

/// Says what a library did to the signal handlers, and takes it back where that is safe.
void checkSignals(const SignalGuard &guard, const QString &plugin, bool embedsRuntime)
{
    const QStringList changed = guard.changed();
    if (changed.isEmpty())
        return;
    const QString verdict = embedsRuntime
                                ? QStringLiteral("they stay, because its embedded runtime depends on them")
                                : QStringLiteral("they have been put back");
    qCWarning(pluginLog).noquote() << plugin
                                          + QStringLiteral("changed the handlers of %1; %2")
                                                .arg(changed.join(QStringLiteral(", ")), verdict);
    if (!embedsRuntime)
        guard.restore();
}

PluginResult<burrow_plugin> callEntry(const LoadOrder &order, OpenLibrary::Entry entry)
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
    entering(order, ForeignStage::Entry);
    const auto result = foreignCall(order.number, ForeignStage::Entry, [&] { return entry(&offer, &plugin); });
    if (result.threw)
        return PluginFault(PluginFaultCode::ExceptionLeft,
                           QStringLiteral("let an exception leave its entry function"));
    if (result.answer != BURROW_OK) {
        return PluginFault(
            PluginFaultCode::EntryRefused,
            QStringLiteral("refuses this host, which has plugin ABI revisions %1 to %2: %3")
                .arg(abi.min)
                .arg(abi.built)
                .arg(capture.message().isEmpty() ? statusWord(result.answer) : capture.message()));
    }
    return bindPlugin(plugin);
}

/// Descriptor, manifest, ABI range, tables: what is left to check once the entry has answered.
PluginResult<PluginTables> checkTables(const LoadOrder &order, const burrow_plugin &plugin)
{
    PluginResult<PluginIdentity> identity = readDescriptor(plugin);
    if (!identity)
        return identity.error();
    if (order.manifest) {
        if (const PluginResult<void> same = compareWithManifest(*identity, order.manifest->identity); !same)
            return same.error();
    }
    if (const PluginResult<void> fits = checkAbi(identity->abi); !fits)
        return fits.error();
    PluginTables tables;
    tables.libraryPath = order.library.path;
    tables.plugin = plugin;
    if (order.manifest) {
        tables.manifestPath = order.manifest->manifestPath;
        tables.inlineCalls = order.manifest->inlineCalls;
    }
    if (plugin.executor) {
        const PluginResult<BoundExecutor> executor = bindExecutor(plugin.executor);
        if (!executor)
            return executor.error();
        tables.executor = *executor;
    }
    if (plugin.drain) {
        if (const PluginResult<burrow_drain_vtable> drain = bindDrain(plugin.drain); !drain)
            return drain.error();
    }
    tables.identity = *std::move(identity);
    return tables;
}

} // namespace

QString pluginSubject(const std::optional<Manifest> &manifest, const QString &libraryPath)
{
    return subject(manifest ? QString::fromUtf8(manifest->identity.id)
                            : libraryPath.section(QLatin1Char('/'), -1),
                   libraryPath);
}

PluginResult<std::unique_ptr<LoadedPlugin>> openPlugin(const LoadOrder &order)
{
    const QString plugin = pluginSubject(order.manifest, order.library.path);
    if (order.manifest) {
        // Before any of its code runs, so that the sentence comes from us and not from the linker.
        if (const PluginResult<void> fits = checkAbi(order.manifest->identity.abi); !fits)
            return fits.error().after(plugin);
    }
    const SignalGuard guard;
    entering(order, ForeignStage::Open);
    const PluginResult<OpenLibrary> library = [&order] {
        const ForeignCall call(order.number, ForeignStage::Open);
        return openLibrary(order.library);
    }();
    if (!library)
        return library.error().after(plugin + QStringLiteral("cannot be used: "));
    const PluginResult<burrow_plugin> table = callEntry(order, library->entry);
    PluginResult<PluginTables> tables =
        table ? checkTables(order, *table) : PluginResult<PluginTables>(table.error());
    const bool embedsRuntime = tables ? !tables->identity.runtime.isEmpty()
                                      : order.manifest && !order.manifest->identity.runtime.isEmpty();
    checkSignals(guard, plugin, embedsRuntime);
    if (!tables)
        return tables.error().after(plugin);
    return std::make_unique<LoadedPlugin>(order.number, *std::move(tables), order.clock);
}

PluginResult<void> initialisePlugin(LoadedPlugin &plugin, const QByteArray &configJson)
{
    const burrow_text config = toAbiText(configJson);
    const SignalGuard guard;
    const auto result = foreignCall(plugin.number(), ForeignStage::Init, [&] {
        return plugin.tables().plugin.init(&plugin.context().table(), &config);
    });
    checkSignals(guard, subject(plugin.idText(), plugin.tables().libraryPath),
                 !plugin.identity().runtime.isEmpty());
    if (!result.threw && result.answer == BURROW_OK)
        return {};
    plugin.context().close();
    const PluginFault fault =
        result.threw
            ? PluginFault(PluginFaultCode::ExceptionLeft, QStringLiteral("let an exception leave init"))
            : PluginFault(PluginFaultCode::InitFailed,
                          QStringLiteral("could not be initialised: %1").arg(statusWord(result.answer)));
    return fault.after(subject(plugin.idText(), plugin.tables().libraryPath));
}

} // namespace burrow
