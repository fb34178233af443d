// SPDX-License-Identifier: Apache-2.0
// Bindings: what a session hands out when somebody prepares them.
#include "control/answer.h"
#include "control/host_private.h"

namespace burrow {

QFuture<Result<SessionBindings>> Host::Private::prepare(SessionId session, const QByteArray &runtimeId)
{
    const Answer<Result<SessionBindings>> answer;
    BindCommand bind{.runtimeId = runtimeId};
    {
        const std::unique_lock lock(mutex);
        bind.freshEpoch = mint.next<EpochId>(clock.wallNow());
    }
    CommandMessage message{session, std::move(bind), {}, {}};
    message.reply = [this, session, runtimeId, answer](const CommandReceipt &receipt) {
        if (!receipt.ok()) {
            answer(Error{ErrorKind::NotFound, QStringLiteral("session not found: %1").arg(receipt.message)});
            return;
        }
        std::optional<RuntimeBinding> runtime;
        if (!runtimeId.isEmpty()) {
            runtime = RuntimeBinding{runtimeId, 0, {}, receipt.epoch};
            const std::unique_lock lock(mutex);
            runtimes.bind(runtimeId, session);
        }
        answer(SessionBindings(session, receipt.epoch, std::move(runtime),
                               {session, shards[shardOf(session)]->inbox(), receipt.epoch},
                               [door = door, session, epoch = receipt.epoch](RunId run, const QString &reason) {
                                   const Answer<CommandReceipt> done;
                                   const std::lock_guard lock(door->mutex);
                                   CommandMessage cancel{session,
                                                         CancelCommand{0, CancelMode::Hard, run, reason, epoch},
                                                         done,
                                                         {}};
                                   if (door->host != nullptr)
                                       door->host->post(session, std::move(cancel));
                                   return done.future();
                               }));
    };
    post(session, std::move(message));
    return answer.future();
}

QFuture<Result<SessionBindings>> Host::prepareBindings(SessionId session)
{
    return d->prepare(session, "rt:session:" + session.toText());
}

QFuture<Result<SessionBindings>> Host::prepareLocalSessionBindings(SessionId session)
{
    return d->prepare(session, {});
}

QFuture<CommandReceipt> Host::installInterrupt(SessionId session,
                                               std::function<Result<void>(const QString &reason)> interrupt)
{
    const Answer<CommandReceipt> answer;
    d->post(session, CommandMessage{session, InstallInterrupt{}, answer, std::move(interrupt)});
    return answer.future();
}

} // namespace burrow
