// SPDX-License-Identifier: Apache-2.0
#include "host_rig.h"

namespace burrow::test {

CoreSettings briskSettings()
{
    CoreSettings settings;
    settings.retryBackoff = 1ms;
    settings.stopGrace = 5ms;
    settings.abandonAfterHard = 5ms;
    return settings;
}

HostRig::HostRig(quint32 shards, Duration shutdownTimeout)
    : HostRig({.name = "test", .shards = shards, .shutdownTimeout = shutdownTimeout}, store, clock)
{
}

HostRig::HostRig(HostOptions options, Store &otherStore, TimerClock &otherClock)
    : executors(std::make_shared<ScriptedExecutorFactory>(2))
    , m_host(std::make_unique<Host>(std::move(options), otherStore, otherClock))
{
}

HostRig::~HostRig() = default;

SessionSpec HostRig::spec(const QByteArray &name, const CoreSettings &settings) const
{
    return {name, executors, settings};
}

SessionId HostRig::open(const QByteArray &name, const CoreSettings &settings)
{
    const std::optional<Result<OpenedSession>> opened = resultOf(m_host->openSession(spec(name, settings)));
    return opened && opened->ok() ? opened->value().id : SessionId();
}

SessionView HostRig::view(SessionId session)
{
    const std::optional<std::vector<SessionView>> views = resultOf(m_host->view(session));
    return views && !views->empty() ? views->front() : SessionView();
}

RunId HostRig::waitForOpenRun()
{
    const std::size_t before = executors->applied().size();
    std::vector<RunId> open = executors->openRuns();
    for (std::size_t more = 1; open.empty(); ++more) {
        if (!executors->waitForApplies(before + more))
            return {};
        open = executors->openRuns();
    }
    return open.front();
}

bool HostRig::settles()
{
    return finishes(m_host->whenSettled());
}

} // namespace burrow::test
