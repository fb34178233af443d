// SPDX-License-Identifier: Apache-2.0
// What a host tells of its sessions to those who ask.
#include "control/answer.h"
#include "control/host_private.h"
#include "event/why.h"

namespace burrow {

QFuture<CommandReceipt> Host::publishEvent(SessionId session, LifecycleEvent event)
{
    return d->command(session, PublishCommand{0, std::move(event)});
}

QFuture<Result<EventPage>> Host::events(EventQuery query)
{
    const Answer<Result<EventPage>> answer;
    d->store.readEvents(std::move(query), answer);
    return answer.future();
}

std::vector<QFuture<std::vector<RecentProgress>>> Host::recentProgress(SessionId session)
{
    std::vector<QFuture<std::vector<RecentProgress>>> futures;
    for (std::size_t at = 0; at < d->shards.size(); ++at) {
        if (!session.isNull() && at != d->shardOf(session))
            continue;
        const Answer<std::vector<RecentProgress>> answer;
        d->shards[at]->post(RecentMessage{session, answer});
        futures.push_back(answer.future());
    }
    return futures;
}

Why Host::explain(const SessionSight &sight, WallTime now)
{
    return whyOf(sight, now);
}

} // namespace burrow
