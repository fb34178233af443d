// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "control/host.h"
#include "session/system_clock.h"
#include "support/await.h"
#include "support/held_store.h"
#include "support/manual_clock.h"
#include "support/scripted_executor.h"
#include "support/test_inputs.h"

/// A host with real threads, over a store that can be held and executors that answer from threads of their own.
namespace burrow::test {

using namespace std::chrono_literals;

/// Settings under which everything that waits for time waits for milliseconds.
CoreSettings briskSettings();

class HostRig
{
public:
    explicit HostRig(quint32 shards = 2, Duration shutdownTimeout = 5ms);
    /// On another clock or store, which outlive the rig.
    HostRig(HostOptions options, Store &otherStore, TimerClock &otherClock);
    ~HostRig();
    Q_DISABLE_COPY_MOVE(HostRig)

    Host &host() { return *m_host; }
    /// Ends the host; everything else stays.
    void endHost() { m_host.reset(); }

    /// Opens a session that this rig's executors run; null when that failed.
    SessionId open(const QByteArray &name, const CoreSettings &settings = briskSettings());
    SessionSpec spec(const QByteArray &name, const CoreSettings &settings = briskSettings()) const;
    SessionView view(SessionId session);
    /// Waits until a run of the host is with the executors; gives its id.
    RunId waitForOpenRun();
    bool settles();

    SystemClock clock;
    HeldStore store;
    std::shared_ptr<ScriptedExecutorFactory> executors;

private:
    std::unique_ptr<Host> m_host; ///< Last: it uses everything above.
};

} // namespace burrow::test
