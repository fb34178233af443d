// SPDX-License-Identifier: Apache-2.0
#include "control/shard_thread.h"

namespace burrow {

ShardThread::ShardThread(Store &store, TimerClock &clock, ShardObserver &observer, const QString &name)
    : m_store(store)
    , m_clock(clock)
    , m_observer(observer)
{
    setObjectName(name);
    start();
    m_inbox = m_ready.get_future().get();
}

ShardThread::~ShardThread()
{
    end();
}

void ShardThread::end()
{
    quit();
    wait();
}

void ShardThread::run()
{
    Shard shard(m_store, m_clock, m_observer);
    m_ready.set_value(shard.inbox());
    exec();
}

} // namespace burrow
