// SPDX-License-Identifier: Apache-2.0
#include "plugin/probe_child.h"

#include "plugin/plugin_loader.h"
#include "plugin/probe_verdict.h"

#include <cerrno>

#include <unistd.h>

namespace burrow {

namespace {

void writeAll(int descriptor, const QByteArray &bytes)
{
    qsizetype done = 0;
    while (done < bytes.size()) {
        const ssize_t written =
            ::write(descriptor, bytes.constData() + done, static_cast<size_t>(bytes.size() - done));
        if (written < 0 && errno != EINTR)
            return; // Whoever asked is gone.
        done += std::max<ssize_t>(written, 0);
    }
}

PluginResult<PluginIdentity> open(const ProbeTask &task, int answer)
{
    LoadOrder order;
    if (!task.manifest.isEmpty()) {
        PluginResult<Manifest> manifest = readManifest(task.manifest);
        if (!manifest)
            return manifest.error();
        order.manifest = *std::move(manifest);
    }
    PluginResult<CheckedLibrary> library = checkLibrary(task.library, {});
    if (!library)
        return library.error();
    order.library = *std::move(library);
    order.hostVersion = task.hostVersion;
    order.entering = [answer](ForeignStage stage) { writeAll(answer, stageLine(stage)); };
    PluginResult<std::unique_ptr<LoadedPlugin>> opened = openPlugin(order);
    if (!opened)
        return opened.error();
    // Kept, as in a host: the library may have threads by now.
    return std::move(opened).value().release()->identity();
}

} // namespace

void probe(const ProbeTask &task, int answer)
{
    ProbeVerdict verdict;
    const PluginResult<PluginIdentity> identity = open(task, answer);
    if (identity)
        describeIn(verdict, *identity);
    else
        verdict.fault = identity.error();
    writeAll(answer, verdictLine(verdict));
}

} // namespace burrow
