// SPDX-License-Identifier: Apache-2.0
// Commands to one session: each is a message to its shard, and the receipt comes back as a future.
#include "control/answer.h"
#include "control/host_private.h"

namespace burrow {

QFuture<CommandReceipt> Host::Private::command(SessionId session, SessionCommand command)
{
    const Answer<CommandReceipt> answer;
    post(session, CommandMessage{session, std::move(command), answer});
    return answer.future();
}

QFuture<CommandReceipt> Host::cancel(SessionId session, CancelMode mode, RunId run, const QString &reason)
{
    return d->command(session, CancelCommand{0, mode, run, reason});
}

QFuture<CommandReceipt> Host::stop(SessionId session, const QString &reason)
{
    return d->command(session, LifecycleCommand{0, LifecycleVerb::Stop, reason});
}

QFuture<CommandReceipt> Host::start(SessionId session)
{
    return d->command(session, LifecycleCommand{0, LifecycleVerb::Start, {}});
}

QFuture<CommandReceipt> Host::retire(SessionId session, const QString &reason)
{
    return d->command(session, LifecycleCommand{0, LifecycleVerb::Retire, reason});
}

QFuture<CommandReceipt> Host::abandonPending(SessionId session, const QString &reason)
{
    return d->command(session, LifecycleCommand{0, LifecycleVerb::AbandonPending, reason});
}

QFuture<CommandReceipt> Host::reset(SessionId session, const QString &reason)
{
    return d->command(session, LifecycleCommand{0, LifecycleVerb::Reset, reason});
}

QFuture<CommandReceipt> Host::recycle(SessionId session, const QString &reason)
{
    return d->command(session, LifecycleCommand{0, LifecycleVerb::Recycle, reason});
}

QFuture<CommandReceipt> Host::recover(SessionId session, const QString &reason)
{
    return d->command(session, LifecycleCommand{0, LifecycleVerb::Recover, reason});
}

QFuture<CommandReceipt> Host::destroy(SessionId session, const QString &reason)
{
    return d->command(session, LifecycleCommand{0, LifecycleVerb::Destroy, reason});
}

QFuture<CommandReceipt> Host::unregister(SessionId session, const QString &reason)
{
    return d->command(session, LifecycleCommand{0, LifecycleVerb::Unregister, reason});
}

} // namespace burrow
