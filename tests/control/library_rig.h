// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_rig.h"

#include "plugin/plugin_host.h"

namespace burrow::test {

/// A host with one session that is run by the bundled plugin "scripted", opened as any other library.
class LibraryRig
{
public:
    LibraryRig()
        : plugins({.clock = std::make_shared<SystemClock>(),
                   .folders = {QStringLiteral(BURROW_PLUGIN_DIR)},
                   .installedFolder = {},
                   .hostVersion = "0"})
    {
        const PluginResult<PluginInfo> loaded = plugins.load("scripted");
        if (!loaded)
            qFatal("%s", qPrintable(loaded.error().message));
        factory = *plugins.makeExecutorFactory(
            {.name = "scripted", .plugin = "scripted", .configJson = R"({"directives": true})"});
        host = std::make_unique<Host>(HostOptions{.name = "test", .shards = 1}, store, clock);
        session = resultOf(host->openSession({"alpha", factory, briskSettings()}))->value().id;
    }
    ~LibraryRig()
    {
        host.reset();
        factory.reset();
        plugins.close(std::chrono::seconds(30));
    }
    Q_DISABLE_COPY_MOVE(LibraryRig)

    PluginHost plugins;
    SystemClock clock;
    HeldStore store;
    std::shared_ptr<ExecutorFactory> factory;
    std::unique_ptr<Host> host;
    SessionId session;
};

} // namespace burrow::test
