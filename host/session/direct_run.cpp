// SPDX-License-Identifier: Apache-2.0
#include "session/direct_run.h"

#include "session/shard_inbox.h"

#include <mutex>

namespace burrow {

class DirectRunState::Private
{
public:
    explicit Private(std::shared_ptr<ShardInbox> to)
        : inbox(std::move(to))
    {
    }

    const std::shared_ptr<ShardInbox> inbox;
    std::mutex mutex;
    // Guarded by mutex.
    bool open = true;
    std::optional<CancelMode> level;
    std::function<void(CancelMode)> told;
};

DirectRunState::DirectRunState(std::shared_ptr<ShardInbox> inbox, SessionId ofSession, RunId ofRun,
                               PrimitivePointer work, quint32 number)
    : session(ofSession)
    , run(ofRun)
    , primitive(std::move(work))
    , attempt(number)
    , d(std::make_unique<Private>(std::move(inbox)))
{
}

DirectRunState::~DirectRunState()
{
    finish(RunError{.cause = FailureCause::ExecutorInternal,
                    .message = QStringLiteral("who was to carry the run out has let go of it without an end")});
}

bool DirectRunState::finish(RunEnd end)
{
    std::function<void(CancelMode)> told; // Often it holds the run itself: kept here, neither would ever go.
    {
        const std::lock_guard lock(d->mutex);
        if (!std::exchange(d->open, false))
            return false;
        told.swap(d->told);
    }
    if (auto *output = std::get_if<RunOutput>(&end); output && output->receipt.run.isNull()) {
        output->receipt.run = run;
        output->receipt.boundary = primitive->boundary;
        output->receipt.contributors.clear();
        for (const Contributor &contributor : primitive->contributors)
            output->receipt.contributors.push_back(contributor.input);
    }
    d->inbox->post(DirectRunMessage{session, run, std::move(end)});
    return true;
}

void DirectRunState::whenCancelled(const std::function<void(CancelMode)> &told)
{
    std::optional<CancelMode> level;
    {
        const std::lock_guard lock(d->mutex);
        if (d->open)
            d->told = told;
        level = d->level;
    }
    if (level && told)
        told(*level);
}

void DirectRunState::cancel(CancelMode mode)
{
    std::function<void(CancelMode)> told;
    {
        const std::lock_guard lock(d->mutex);
        if (d->level == mode || d->level == CancelMode::Hard)
            return;
        d->level = mode;
        told = d->told;
    }
    if (told)
        told(mode);
}

DirectRun::DirectRun(std::shared_ptr<DirectRunState> state)
    : m_state(std::move(state))
{
}

RunId DirectRun::run() const
{
    return m_state->run;
}

const PrimitivePointer &DirectRun::primitive() const
{
    return m_state->primitive;
}

quint32 DirectRun::attempt() const
{
    return m_state->attempt;
}

bool DirectRun::finish(RunEnd end) const
{
    return m_state->finish(std::move(end));
}

void DirectRun::whenCancelled(const std::function<void(CancelMode)> &told) const
{
    m_state->whenCancelled(told);
}

} // namespace burrow
